"""Reads the topics of submissions into judging's copies. What is kept of them is decided in `service`.

Entries are read in `finals`: a withdrawal is a copy, a line of the score log and the end of a slot in one transaction.
"""

from services.judging.copies import service
from services.judging.worker import worker
from shared import topics
from shared.clock import now
from shared.events.submissions import ContestPublished, PersonUpdated, UnitUpdated
from shared.inbox import Fact
from shared.mongo import Tx


@worker.agent(topics.CONTESTS)
async def on_contests(tx: Tx, fact: Fact) -> None:
    """A contest was published."""
    match fact.event:
        case ContestPublished() as published:
            await service.remember_contest(tx, published)


async def on_erased(tx: Tx, person_id: str) -> None:
    """An account was erased."""
    await service.forget_person(tx, person_id, now())


@worker.agent(topics.PEOPLE, erased=on_erased)
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
