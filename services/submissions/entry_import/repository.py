"""The only code that touches `entry_imports`."""

from collections.abc import Sequence
from datetime import datetime

from services.submissions.entry_import.domain import Import, State
from shared import turn
from shared.errors import NotFound
from shared.mongo import Document, Index, Tx

INDEXES = (
    Index("entry_imports", (("expires_at", 1),), expire_after=0),
    Index("entry_imports", (("digest", 1), ("state", 1))),
    Index("entry_imports", (("state", 1), ("next_at", 1))),
)


def _import(document: Document) -> Import:
    return Import(id=document["_id"], **document)


async def put(tx: Tx, kept: Import, expires_at: datetime) -> None:
    """Keep or replace."""
    await tx["entry_imports"].put({"_id": kept.id, **kept.model_dump(exclude={"id"}), "expires_at": expires_at})


async def get(tx: Tx, import_id: str) -> Import:
    """Raises NotFound."""
    found = await tx["entry_imports"].get(import_id)
    if found is None:
        raise NotFound
    return _import(found)


async def written(tx: Tx, digest: str) -> Import | None:
    """The import of the same cells that was written, or is about to be."""
    found = await tx["entry_imports"].find_one({"digest": digest, "state": {"$in": [State.WAITING, State.WRITTEN]}})
    return _import(found) if found else None


async def take(tx: Tx, at: datetime) -> Import | None:
    """One that waits to be written, ours for a while; None when there is none."""
    where = {"state": State.WAITING, "next_at": {"$lte": at}}
    found = await tx["entry_imports"].take(where, {"$set": {"next_at": at + turn.LENGTH}}, sort=[("next_at", 1)])
    return _import(found) if found else None


async def hold(tx: Tx, import_id: str, at: datetime) -> bool:
    """Go on being the one who writes it; False when it is written. Two who write at once write each row once."""
    held = {"$set": {"next_at": at + turn.LENGTH}}
    return await tx["entry_imports"].update({"_id": import_id, "state": State.WAITING}, held) == 1


async def note_written(tx: Tx, import_id: str, rows: Sequence[int]) -> bool:
    """These rows are written in this transaction; False when the file is no longer to be written."""
    change = {"$push": {"wrote": {"$each": list(rows)}}}
    return await tx["entry_imports"].update({"_id": import_id, "state": State.WAITING}, change) == 1


async def forget(tx: Tx, addresses: Sequence[str]) -> None:
    """Files that name one of these addresses and were not written."""
    named = {"$elemMatch": {"$elemMatch": {"$in": list(addresses)}}}
    await tx["entry_imports"].delete({"rows": named, "state": {"$ne": State.WAITING}})
