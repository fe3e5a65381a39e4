"""The submissions service on a real database: its store, its web application, browsers that use it."""

import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack
from functools import cache

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fastapi import FastAPI
from pydantic import SecretStr

from deploy.local.stack import Stack
from services.submissions import web
from services.submissions.credentials.domain import window_of
from services.submissions.settings import Settings
from shared.clock import now
from shared.mongo import Store
from tests.integration.conftest import emptied
from tests.integration.submissions.builders import SECRET_KEY, SITE, Browser

_LONGEST_TEST = 30
"""Seconds that guessing may take on a slow machine."""


@cache
def identity_keys() -> tuple[str, str]:
    """A private and a public key, made once for the run."""
    key = Ed25519PrivateKey.generate()
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    return private.decode(), public.decode()


@pytest.fixture
def database_name(stack: Stack) -> Iterator[str]:
    """The database of the service in this process, empty again after each test."""
    yield "submissions_kept"
    emptied(stack.mongo_url, "submissions_kept")


@pytest.fixture
def settings(stack: Stack, database_name: str) -> Settings:
    """As the process would read them, for a database of this test alone."""
    private, public = identity_keys()
    return Settings(
        mongo_url=SecretStr(stack.mongo_url),
        mongo_database=database_name,
        kafka_url=stack.kafka_url,
        public_url=SITE,
        secret_key=SecretStr(SECRET_KEY),
        identity_private_key=SecretStr(private),
        identity_public_key=public,
    )


@pytest.fixture
def a_whole_window() -> None:
    """Attempts are counted by the quarter of an hour: none ends in the middle of this test, and counting begins anew."""
    left = (window_of(now())[1] - now()).total_seconds()
    if left < _LONGEST_TEST:
        time.sleep(left)


@pytest.fixture
async def app(settings: Settings) -> AsyncIterator[FastAPI]:
    """The web application, started."""
    made = web.build(settings)
    async with made.router.lifespan_context(made):
        yield made


@pytest.fixture
def store(app: FastAPI) -> Store:
    """The application's own database access, with the indexes of every room."""
    found: Store = app.state.desk.store
    return found


@pytest.fixture
async def browser(app: FastAPI) -> AsyncIterator[Callable[[], Browser]]:
    """Makes browsers; each has its own cookies."""
    async with AsyncExitStack() as closing:

        def make() -> Browser:
            made = Browser(app)
            closing.push_async_callback(made.aclose)
            return made

        yield make
