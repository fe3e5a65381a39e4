"""Writing acts down in the transaction of the act itself, and reading them."""

from collections.abc import Sequence
from datetime import datetime

from services.submissions.acts import repository
from services.submissions.acts.domain import Act, Asked, Kind
from shared.ids import new_id
from shared.mongo import Tx

INDEXES = repository.INDEXES


async def write(  # noqa: PLR0913 - an act has so many sides
    tx: Tx,
    kind: Kind,
    person_id: str,
    before: Sequence[str],
    after: Sequence[str],
    *,
    reason: str,
    by: str,
    at: datetime,
) -> None:
    """One act, kept for good when the transaction is through."""
    known = {"person_id": person_id, "before": list(before), "after": list(after)}
    await repository.add(tx, Act(id=new_id(), at=at, by=by, kind=kind, reason=reason, **known))


async def found(tx: Tx, asked: Asked, *, skip: int = 0, limit: int = 0) -> list[Act]:
    """The latest first; all of them when `limit` is 0."""
    return await repository.found(tx, asked, skip=skip, limit=limit)


async def count(tx: Tx, asked: Asked) -> int:
    """How many there are."""
    return await repository.count(tx, asked)


async def about(tx: Tx, person_id: str) -> list[Act]:
    """What was done with one account, the latest first."""
    return await repository.about(tx, person_id)
