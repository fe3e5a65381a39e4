"""Reads the topics of submissions into judging's copies. What is kept of them is decided in `service`."""

from services.judging.copies import service
from services.judging.worker import worker
from shared import topics
from shared.events.submissions import ContestPublished, EntryAccepted, EntryWithdrawn, PersonUpdated, UnitUpdated
from shared.ids import new_code
from shared.inbox import Fact
from shared.mongo import Tx

_DRAWN = 8


@worker.agent(topics.CONTESTS)
async def on_contests(tx: Tx, fact: Fact) -> None:
    """A contest was published."""
    match fact.event:
        case ContestPublished() as published:
            await service.remember_contest(tx, published)


@worker.agent(topics.ENTRIES)
async def on_entries(tx: Tx, fact: Fact) -> None:
    """An entry was accepted or withdrawn."""
    match fact.event:
        case EntryAccepted() as accepted:
            codes = [new_code() for _ in range(_DRAWN)]
            await service.remember_entry(tx, accepted, codes=codes, by=fact.by, at=fact.time)
        case EntryWithdrawn(entry_id=entry_id):
            await service.remember_withdrawal(tx, entry_id)


@worker.agent(topics.PEOPLE)
async def on_people(tx: Tx, fact: Fact) -> None:
    """An account was created or changed."""
    match fact.event:
        case PersonUpdated() as updated:
            await service.remember_person(tx, updated)


@worker.agent(topics.UNITS)
async def on_units(tx: Tx, fact: Fact) -> None:
    """A unit was created or changed."""
    match fact.event:
        case UnitUpdated() as updated:
            await service.remember_unit(tx, updated)
