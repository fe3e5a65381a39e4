"""The only code that touches `erasures` and `published_contests`."""

from datetime import datetime

from services.submissions.erasures.domain import LEASE, Erasure, State
from shared.mongo import Document, Index, Tx

INDEXES = (
    Index("erasures", (("state", 1), ("next_at", 1))),
    Index("published_contests", (("at", 1),)),
)


def _erasure(document: Document) -> Erasure:
    return Erasure(id=document["_id"], **document)


async def find(tx: Tx, person_id: str) -> Erasure | None:
    """The erasure of a person."""
    document = await tx["erasures"].get(person_id)
    return _erasure(document) if document else None


async def put(tx: Tx, erasure: Erasure) -> None:
    """New or further on."""
    await tx["erasures"].put({"_id": erasure.id, **erasure.model_dump(exclude={"id"})})


async def take(tx: Tx, at: datetime) -> Erasure | None:
    """The one that waits longest, ours for a while; None when none is due."""
    where = {"state": {"$ne": State.ERASED}, "next_at": {"$lte": at}}
    document = await tx["erasures"].take(where, {"$set": {"next_at": at + LEASE}}, sort=[("next_at", 1)])
    return _erasure(document) if document else None


async def note_published(tx: Tx, contest_id: str, at: datetime) -> None:
    """The jury of this contest needs nothing any more."""
    await tx["published_contests"].put({"_id": contest_id, "at": at})


async def is_published(tx: Tx, contest_id: str) -> bool:
    """Whether its result is public."""
    return await tx["published_contests"].get(contest_id) is not None


async def with_copies(tx: Tx, contest_id: str) -> list[Erasure]:
    """Those that wait for a contest's result."""
    found = await tx["erasures"].find({f"copies.{contest_id}": {"$exists": True}})
    return [_erasure(one) for one in found]
