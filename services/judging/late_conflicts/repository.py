"""The collection `late_conflicts`."""

from services.judging.late_conflicts.domain import LateConflict
from shared.errors import NotFound
from shared.mongo import Document, Index, Tx

INDEXES = (Index("late_conflicts", (("contest_id", 1), ("round", 1), ("entry_id", 1), ("judge_id", 1)), unique=True),)


async def find(tx: Tx, where: Document) -> list[LateConflict]:
    """Those that match, the first found first."""
    return [_read(one) for one in await tx["late_conflicts"].find(where, sort=[("found_at", 1), ("_id", 1)])]


async def get(tx: Tx, conflict_id: str) -> LateConflict:
    """Raises NotFound."""
    found = await tx["late_conflicts"].get(conflict_id)
    if found is None:
        raise NotFound
    return _read(found)


async def put(tx: Tx, conflict: LateConflict) -> None:
    """New or changed."""
    await tx["late_conflicts"].put({"_id": conflict.id, **conflict.model_dump(exclude={"id"})})


def _read(found: Document) -> LateConflict:
    return LateConflict.model_validate({"id": found["_id"], **found})
