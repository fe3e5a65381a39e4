"""The only code that touches `jury_copies`."""

from collections.abc import Sequence
from datetime import datetime

from services.submissions.jury_copies.domain import Making, State
from shared import turn
from shared.mongo import Document, Index, Tx

INDEXES = (
    Index("jury_copies", (("next_at", 1),)),
    Index("jury_copies", (("copy_id", 1),)),
    Index("jury_copies", (("told", 1),), where={"state": State.FAILED.value}),
)


def _making(document: Document) -> Making:
    return Making(id=document["_id"], **document)


async def insert(tx: Tx, making: Making) -> None:
    """A new one."""
    await tx["jury_copies"].insert({"_id": making.id, **making.model_dump(exclude={"id"})})


def _ours(making: Making) -> Document:
    return {"_id": making.id, "state": State.PENDING, "tries": making.tries}


async def answer(tx: Tx, making: Making) -> bool:
    """What came out; False when it was no longer this maker's turn, or the file was deleted meanwhile."""
    change = {"$set": making.model_dump(exclude={"id", "tries"})}
    return bool(await tx["jury_copies"].update(_ours(making), change))


async def hold(tx: Tx, making: Making, at: datetime) -> bool:
    """Renew a turn; False when it is somebody else's, or the file was deleted."""
    return bool(await tx["jury_copies"].update(_ours(making), {"$set": {"next_at": at + turn.LENGTH}}))


async def take(tx: Tx, at: datetime, among: Sequence[str] | None = None) -> Making | None:
    """The one that waits longest, ours for a while; None when none is due."""
    where: Document = {"next_at": {"$ne": None, "$lte": at}}
    if among is not None:
        where["_id"] = {"$in": list(among)}
    change = {"$set": {"next_at": at + turn.LENGTH}, "$inc": {"tries": 1}}
    document = await tx["jury_copies"].take(where, change, sort=[("next_at", 1)])
    return _making(document) if document else None


async def of(tx: Tx, file_ids: Sequence[str]) -> list[Making]:
    """Those of these files."""
    return [_making(one) for one in await tx["jury_copies"].find({"_id": {"$in": list(file_ids)}})]


async def untold(tx: Tx, limit: int) -> list[Making]:
    """Failed ones that nobody was told of."""
    found = await tx["jury_copies"].find({"state": State.FAILED, "told": {"$ne": True}}, limit=limit)
    return [_making(one) for one in found]


async def note_told(tx: Tx, file_id: str) -> None:
    """Somebody was, or there is nobody to tell."""
    await tx["jury_copies"].update({"_id": file_id}, {"$set": {"told": True}})


async def leave(tx: Tx, blob_ids: Sequence[str], at: datetime) -> None:
    """Files or copies are being deleted: whoever is making one is still to be tidied up after."""
    either = [{"_id": {"$in": list(blob_ids)}}, {"copy_id": {"$in": list(blob_ids)}}]
    gone = {"$set": {"state": State.GONE, "next_at": at + turn.LENGTH}}
    await tx["jury_copies"].update_all({"$or": either, "state": State.PENDING}, gone)
    await tx["jury_copies"].delete({"$or": either, "state": {"$nin": [State.PENDING, State.GONE]}})


async def delete(tx: Tx, file_id: str) -> None:
    """Forgotten."""
    await tx["jury_copies"].delete({"_id": file_id})
