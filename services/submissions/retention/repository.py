"""The only code that touches `retentions`."""

from datetime import datetime

from services.submissions.retention.domain import LEASE, Retention, State
from shared.errors import NotFound
from shared.mongo import Document, Index, Tx

INDEXES = (Index("retentions", (("state", 1), ("next_at", 1))),)


def _retention(document: Document) -> Retention:
    return Retention(id=document["_id"], **document)


async def get(tx: Tx, contest_id: str) -> Retention:
    """Raises NotFound."""
    document = await tx["retentions"].get(contest_id)
    if document is None:
        raise NotFound
    return _retention(document)


async def every(tx: Tx) -> list[Retention]:
    """The oldest result first."""
    return [_retention(one) for one in await tx["retentions"].find({}, sort=[("published_at", 1)])]


async def note(tx: Tx, contest_id: str, at: datetime) -> None:
    """A result was published; an amended one does not begin the time anew."""
    fresh = Retention(id=contest_id, published_at=at).model_dump(exclude={"id"})
    await tx["retentions"].update({"_id": contest_id}, {"$setOnInsert": fresh}, upsert=True)


async def put(tx: Tx, retention: Retention) -> None:
    """Changed."""
    await tx["retentions"].put({"_id": retention.id, **retention.model_dump(exclude={"id"})})


async def take(tx: Tx, at: datetime) -> Retention | None:
    """A confirmed one, ours for a while; None when there is none."""
    where = {"state": State.CONFIRMED, "next_at": {"$lte": at}}
    document = await tx["retentions"].take(where, {"$set": {"next_at": at + LEASE}}, sort=[("next_at", 1)])
    return _retention(document) if document else None
