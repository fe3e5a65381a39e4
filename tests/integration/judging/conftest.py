"""The judging service on a real database: its store, its web application, signed-in browsers."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack
from functools import cache

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fastapi import FastAPI
from pydantic import SecretStr

from deploy.local.stack import Stack
from services.judging import web
from services.judging.settings import Settings
from shared.identity import Person
from shared.mongo import Store
from tests.integration.conftest import emptied
from tests.integration.judging.builders import SITE, Browser, token_of


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
    yield "judging_kept"
    emptied(stack.mongo_url, "judging_kept")


@pytest.fixture
def settings(stack: Stack, database_name: str) -> Settings:
    """As the process would read them, for a database of this test alone."""
    return Settings(
        mongo_url=SecretStr(stack.mongo_url),
        mongo_database=database_name,
        kafka_url=stack.kafka_url,
        public_url=SITE,
        secret_key=SecretStr("a secret of the tests"),
        identity_public_key=identity_keys()[1],
    )


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
async def browser(app: FastAPI) -> AsyncIterator[Callable[[Person], Browser]]:
    """Signs a person in, in a browser of their own."""
    async with AsyncExitStack() as closing:

        def sign_in(person: Person) -> Browser:
            made = Browser(app, token_of(person, identity_keys()[0]))
            closing.push_async_callback(made.aclose)
            return made

        yield sign_in
