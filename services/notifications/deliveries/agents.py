"""Facts that people are told of, from submissions and judging; and the sender, which lives as long as the worker."""

from services.notifications.deliveries import service
from services.notifications.deliveries.service import Letters
from services.notifications.worker import settings, worker
from shared import topics
from shared.clock import now
from shared.events.judging import FinalistsNamed, ResultPublished, RunningOrderDrawn, ScriptsAssigned, ThirdReaderCalled
from shared.events.submissions import (
    AuthorParted,
    ContestRescheduled,
    EntryAccepted,
    EntryRefused,
    EntryReminded,
    EntryReopened,
    EntryReturned,
    EntrySubmitted,
    EntryWithdrawn,
    FileRefused,
)
from shared.inbox import Fact
from shared.mongo import Store, Tx

_LETTERS = Letters(settings.public_url)


@worker.agent(topics.ENTRIES)
async def on_entries(tx: Tx, fact: Fact) -> None:
    """The entrant is told how the entry stands."""
    match fact.event:
        case EntrySubmitted() | EntryReturned() | EntryAccepted() | EntryWithdrawn() | EntryReminded() as event:
            await service.announce(tx, fact, contest_id=event.contest_id, letters=_LETTERS)
        case EntryRefused() | EntryReopened() | AuthorParted() | FileRefused() as event:
            await service.announce(tx, fact, contest_id=event.contest_id, letters=_LETTERS)


@worker.agent(topics.CONTESTS)
async def on_contests(tx: Tx, fact: Fact) -> None:
    """Whoever goes by a timetable is told that it moved."""
    match fact.event:
        case ContestRescheduled() as event:
            await service.announce(tx, fact, contest_id=event.contest_id, letters=_LETTERS)


async def on_erased(tx: Tx, person_id: str) -> None:
    """An account was erased: letters and notices to the person go."""
    await service.forget(tx, person_id, now())


@worker.agent(topics.PEOPLE, erased=on_erased)
async def on_people(tx: Tx, fact: Fact) -> None:
    """People themselves are kept by `copies`; here only their end matters."""


@worker.agent(topics.PANELS)
async def on_panels(tx: Tx, fact: Fact) -> None:
    """Judges are told what waits for them."""
    match fact.event:
        case ScriptsAssigned() | ThirdReaderCalled() as event:
            await service.announce(tx, fact, contest_id=event.contest_id, letters=_LETTERS)


@worker.agent(topics.FINALS)
async def on_finals(tx: Tx, fact: Fact) -> None:
    """Finalists are told their place in the running order."""
    match fact.event:
        case RunningOrderDrawn() as event:
            await service.announce(tx, fact, contest_id=event.contest_id, letters=_LETTERS)


@worker.agent(topics.RESULTS)
async def on_results(tx: Tx, fact: Fact) -> None:
    """Entrants are told who goes on, and how it ended."""
    match fact.event:
        case FinalistsNamed() | ResultPublished() as event:
            await service.announce(tx, fact, contest_id=event.contest_id, letters=_LETTERS)


@worker.task
async def send(store: Store) -> None:
    """Send what is due."""
    await service.run(store, settings, _LETTERS)
