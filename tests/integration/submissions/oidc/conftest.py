"""A site that is configured for the real provider of `provider.mjs`."""

import socket
from collections.abc import Iterator

import pytest
from pydantic import SecretStr

from services.submissions.oidc.domain import BACK
from services.submissions.settings import Settings
from tests.integration.submissions.builders import SITE
from tests.integration.submissions.oidc.provider import CLIENT_ID, CLIENT_SECRET, Provider, running


def _free_port() -> int:
    with socket.socket() as tried:
        tried.bind(("127.0.0.1", 0))
        return int(tried.getsockname()[1])


@pytest.fixture(scope="session")
def started_provider() -> Iterator[Provider]:
    with running(_free_port(), SITE + BACK) as provider:
        yield provider


@pytest.fixture
def provider(started_provider: Provider) -> Iterator[Provider]:
    """Honest at the beginning of each test."""
    yield started_provider
    started_provider.tamper("")


@pytest.fixture
def settings(settings: Settings, started_provider: Provider) -> Settings:
    return settings.model_copy(
        update={
            "oidc_issuer": started_provider.issuer,
            "oidc_client_id": CLIENT_ID,
            "oidc_client_secret": SecretStr(CLIENT_SECRET),
            "oidc_name": "tài khoản Hà Nội",
        }
    )
