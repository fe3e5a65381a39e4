"""A site at an address where passkeys work, and browsers that know it under that address."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack

import pytest
from fastapi import FastAPI

from services.submissions.passkeys.domain import Site
from services.submissions.settings import Settings
from tests.integration.submissions.builders import Browser

LOCAL = "http://localhost"


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """Browsers allow passkeys on this machine without https."""
    return settings.model_copy(update={"public_url": LOCAL})


@pytest.fixture
def site() -> Site:
    found = Site.of(LOCAL)
    assert found
    return found


@pytest.fixture
async def browser(app: FastAPI) -> AsyncIterator[Callable[[], Browser]]:
    """Makes browsers; each has its own cookies and comes from a place of its own."""
    async with AsyncExitStack() as closing:
        places = iter(range(1, 250))

        def make() -> Browser:
            made = Browser(app, site=LOCAL, place=f"10.0.0.{next(places)}")
            closing.push_async_callback(made.aclose)
            return made

        yield make
