"""The only code that touches `register_seals`."""

from services.submissions.seals.domain import Seal
from shared.mongo import Document, Index, Tx

INDEXES = (
    Index("register_seals", (("contest_id", 1), ("n", 1)), unique=True),
    Index("register_seals", (("contest_id", 1), ("day", 1)), unique=True),
)


def _seal(document: Document) -> Seal:
    return Seal(**document)


async def last(tx: Tx, contest_id: str) -> Seal | None:
    """The newest seal of a contest."""
    found = await tx["register_seals"].find({"contest_id": contest_id}, sort=[("n", -1)], limit=1)
    return _seal(found[0]) if found else None


async def of_day(tx: Tx, contest_id: str, day: str) -> Seal | None:
    """The seal of a day."""
    document = await tx["register_seals"].find_one({"contest_id": contest_id, "day": day})
    return _seal(document) if document else None


async def chain(tx: Tx, contest_id: str) -> list[Seal]:
    """All of a contest, the oldest first."""
    found = await tx["register_seals"].find({"contest_id": contest_id}, sort=[("n", 1)])
    return [_seal(document) for document in found]


async def insert(tx: Tx, seal: Seal) -> None:
    """Once for each day of a contest. Raises Duplicate."""
    await tx["register_seals"].insert({"_id": f"{seal.contest_id}:{seal.day}", **seal.model_dump()})
