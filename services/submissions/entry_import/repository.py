"""The only code that touches `entry_imports` and `entry_import_progress`."""

from collections.abc import Sequence
from datetime import datetime

from services.submissions.entry_import.domain import LEASE, Import, State
from shared.errors import NotFound
from shared.mongo import Document, Index, Tx

INDEXES = (
    Index("entry_imports", (("expires_at", 1),), expire_after=0),
    Index("entry_imports", (("digest", 1), ("state", 1))),
    Index("entry_imports", (("state", 1), ("next_at", 1))),
    Index("entry_import_progress", (("expires_at", 1),), expire_after=0),
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
    found = await tx["entry_imports"].take(where, {"$set": {"next_at": at + LEASE}}, sort=[("next_at", 1)])
    return _import(found) if found else None


async def note_progress(tx: Tx, import_id: str, done: int, expires_at: datetime) -> None:
    """So many rows were written; apart, because the transaction that writes them holds the import itself."""
    await tx["entry_import_progress"].put({"_id": import_id, "done": done, "expires_at": expires_at})


async def progress(tx: Tx, import_id: str) -> int:
    """How many rows were written so far by the transaction under way."""
    found = await tx["entry_import_progress"].get(import_id)
    return int(found["done"]) if found else 0


async def forget(tx: Tx, addresses: Sequence[str]) -> None:
    """Files that name one of these addresses and were not written."""
    named = {"$elemMatch": {"$elemMatch": {"$in": list(addresses)}}}
    await tx["entry_imports"].delete({"rows": named, "state": {"$ne": State.WAITING}})
