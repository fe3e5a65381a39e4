"""What tests of notifications stand on: its database, a mail server with a ledger, settings, facts applied as agents do."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from pydantic import SecretStr

from deploy.local.stack import Stack
from services.notifications.copies import service as copies
from services.notifications.copies.domain import EntryState
from services.notifications.deliveries import service as deliveries
from services.notifications.deliveries.service import Letters
from services.notifications.settings import Settings
from services.notifications.web import INDEXES
from shared.events.envelope import Event
from shared.events.submissions import (
    ContestPublished,
    EntryAccepted,
    EntryBegun,
    EntryReturned,
    EntrySubmitted,
    EntryWithdrawn,
    PersonUpdated,
)
from shared.inbox import Fact
from shared.mongo import Store, Tx
from tests.integration.notifications.mail_server import Ledger, mail_server
from tests.integration.notifications.text_gateway import Texts, text_gateway
from tests.unit.notifications import facts

LETTERS = Letters("https://sangkien.example")


@pytest.fixture
async def base(store: Store) -> Store:
    """The service's database with its indexes and the contest's copy."""
    await store.ensure(INDEXES)
    await copies.remember_contest(store.read, facts.a_contest())
    return store


@pytest.fixture
async def mail() -> AsyncIterator[Ledger]:
    """A working mail server."""
    async with mail_server(Ledger()) as ledger:
        yield ledger


@pytest.fixture
def settings(mail: Ledger, stack: Stack, database_name: str) -> Settings:
    """Short patience."""
    return Settings(
        smtp_port=mail.port,
        smtp_timeout=1.0,
        mongo_url=SecretStr(stack.mongo_url),
        mongo_database=database_name,
        kafka_url=stack.kafka_url,
        public_url="https://sangkien.example",
    )


@pytest.fixture
async def texts() -> AsyncIterator[Texts]:
    """A working gateway."""
    ledger = Texts()
    async with text_gateway(ledger):
        yield ledger


@pytest.fixture
def own(settings: Settings, texts: Texts) -> Settings:
    """With the gateway and the key the codes are sealed with."""
    own = {"smpp_url": SecretStr(texts.url), "smpp_timeout": 1.0, "secret_key": SecretStr(facts.SECRET)}
    return settings.model_copy(update=own)


async def remember(tx: Tx, event: Event) -> None:
    """What the agents of the copies do with a fact."""
    match event:
        case PersonUpdated():
            await copies.remember_person(tx, event)
        case ContestPublished():
            await copies.remember_contest(tx, event)
        case EntryBegun():
            await copies.remember_beginning(tx, event)
        case EntrySubmitted():
            await copies.remember_entry(tx, event)
        case EntryAccepted():
            await copies.remember_acceptance(tx, event)
        case EntryReturned():
            await copies.remember_state(tx, event.entry_id, EntryState.RETURNED)
        case EntryWithdrawn():
            await copies.remember_state(tx, event.entry_id, EntryState.WITHDRAWN)


async def announce(store: Store, fact: Fact) -> None:
    """What the agents of the deliveries do with a fact."""

    async def work(tx: Tx) -> None:
        await deliveries.announce(tx, fact, contest_id=facts.CONTEST, letters=LETTERS)

    await store.transaction(work)


async def until(check: Callable[[], Awaitable[bool]], seconds: float = 90) -> None:
    """Wait for something to become true."""
    async with asyncio.timeout(seconds):
        while not await check():  # noqa: ASYNC110 - what is waited for happens in a database or in another process
            await asyncio.sleep(0.05)
