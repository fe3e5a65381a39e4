"""Reads the topics of submissions into notifications' copies. What is kept of them is decided in `service`."""

from services.notifications.copies import service
from services.notifications.copies.domain import EntryState
from services.notifications.worker import worker
from shared import topics
from shared.events.submissions import (
    ContestPublished,
    EntryAccepted,
    EntryAttributed,
    EntryBegun,
    EntryRefused,
    EntryReopened,
    EntryReturned,
    EntrySubmitted,
    EntryWithdrawn,
    PersonUpdated,
)
from shared.inbox import Fact
from shared.mongo import Tx

_STATES = {
    EntryReturned: EntryState.RETURNED,
    EntryRefused: EntryState.REFUSED,
    EntryReopened: EntryState.SUBMITTED,
    EntryWithdrawn: EntryState.WITHDRAWN,
}


@worker.agent(topics.PEOPLE, erased=service.forget_person)
async def on_people(tx: Tx, fact: Fact) -> None:
    """An account was created or changed."""
    match fact.event:
        case PersonUpdated() as updated:
            await service.remember_person(tx, updated)


@worker.agent(topics.CONTESTS)
async def on_contests(tx: Tx, fact: Fact) -> None:
    """A contest was published."""
    match fact.event:
        case ContestPublished() as published:
            await service.remember_contest(tx, published)


@worker.agent(topics.ENTRIES)
async def on_entries(tx: Tx, fact: Fact) -> None:
    """An entry moved."""
    match fact.event:
        case EntryBegun() as begun:
            await service.remember_beginning(tx, begun)
        case EntrySubmitted() as submitted:
            await service.remember_entry(tx, submitted)
        case EntryAccepted() as accepted:
            await service.remember_acceptance(tx, accepted)
        case EntryAttributed() as told:
            await service.remember_authors(tx, told)
        case EntryReturned() | EntryRefused() | EntryReopened() | EntryWithdrawn() as moved:
            await service.remember_state(tx, moved.entry_id, _STATES[type(moved)])
