"""The only code that touches `editions`."""

from services.submissions.editions.domain import Edition
from shared.mongo import Index, Tx

INDEXES = (Index("editions", (("contest_id", 1), ("number", -1)), unique=True),)


async def add(tx: Tx, edition: Edition) -> None:
    """Kept for good. Raises Duplicate."""
    await tx["editions"].insert({"_id": f"{edition.contest_id}:{edition.number}", **edition.model_dump()})


async def of_contest(tx: Tx, contest_id: str, *, limit: int = 0) -> list[Edition]:
    """The newest first."""
    found = await tx["editions"].find({"contest_id": contest_id}, sort=[("number", -1)], limit=limit)
    return [Edition.model_validate(one) for one in found]
