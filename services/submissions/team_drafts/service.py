"""Keeping what was typed about the authors; every function joins the transaction of its caller."""

from collections.abc import Sequence
from datetime import datetime

from services.submissions.states.domain import SavedElsewhere
from services.submissions.team_drafts import repository
from services.submissions.team_drafts.domain import Draft, Typed
from shared.mongo import Tx

INDEXES = repository.INDEXES
of_entry, clear = repository.of_entry, repository.delete


def check(there: Draft, shown: Typed, typed: Typed, version: int) -> None:
    """Whether `typed` was made from what is there, which the page shows as `shown`. Raises SavedElsewhere."""
    if there.version != version and not shown.same(typed):
        raise SavedElsewhere(version=there.version, fields=shown.fields())


async def keep(tx: Tx, there: Draft, typed: Typed, addresses: Sequence[str], *, by: str, at: datetime) -> Draft:
    """It waits to be sent."""
    kept = Draft(id=there.id, version=there.version + 1, typed=typed, by=by, saved_at=at)
    await repository.put(tx, kept, addresses)
    return kept


async def done(tx: Tx, there: Draft) -> Draft:
    """It was sent, or thrown away."""
    kept = Draft(id=there.id, version=there.version + 1)
    await repository.put(tx, kept, [])
    return kept


async def forget(tx: Tx, person_id: str, addresses: Sequence[str]) -> None:
    """Somebody is erased: nothing that they typed, or that was typed about them, waits any more."""
    for one in await repository.naming(tx, person_id, addresses):
        await done(tx, one)
