"""The only code that touches `scans`."""

from collections.abc import Sequence
from datetime import datetime

from services.submissions.scanning.domain import Scan, State
from shared import turn
from shared.mongo import Document, Index, Tx

INDEXES = (
    Index("scans", (("blobs", 1),)),
    Index("scans", (("next_at", 1),)),
    Index("scans", (("told", 1),), where={"state": State.INFECTED.value}),
)


def _scan(document: Document) -> Scan:
    return Scan(id=document["_id"], **document)


async def put(tx: Tx, scan: Scan) -> None:
    """New or further on."""
    await tx["scans"].put({"_id": scan.id, **scan.model_dump(exclude={"id"})})


async def answer(tx: Tx, scan: Scan) -> None:
    """What came out; a file that was deleted meanwhile stays forgotten, and what somebody else found stays."""
    await tx["scans"].update({"_id": scan.id, "turn": scan.turn}, {"$set": scan.model_dump(exclude={"id"})})


async def hold(tx: Tx, scan: Scan, at: datetime) -> bool:
    """Renew a turn; False when it is somebody else's, or the file was deleted."""
    held = {"$set": {"next_at": at + turn.LENGTH}}
    return bool(await tx["scans"].update({"_id": scan.id, "turn": scan.turn}, held))


async def take(tx: Tx, at: datetime) -> Scan | None:
    """The one that waits longest, ours for a while; None when none is due."""
    where = {"next_at": {"$ne": None, "$lte": at}}
    change = {"$set": {"next_at": at + turn.LENGTH}, "$inc": {"turn": 1}}
    document = await tx["scans"].take(where, change, sort=[("next_at", 1)])
    return _scan(document) if document else None


async def among(tx: Tx, blob_ids: Sequence[str], **where: State) -> list[Scan]:
    """Those of files or copies with these ids."""
    return [_scan(one) for one in await tx["scans"].find({"blobs": {"$in": list(blob_ids)}, **where})]


async def ask_again(tx: Tx, at: datetime) -> None:
    """Everything that nobody could look into is due now."""
    await tx["scans"].update_all({"state": State.UNCHECKED}, {"$set": {"next_at": at}})


async def untold(tx: Tx, limit: int) -> list[Scan]:
    """Infected ones that nobody was told of."""
    found = await tx["scans"].find({"state": State.INFECTED, "told": {"$ne": True}}, limit=limit)
    return [_scan(one) for one in found]


async def note_told(tx: Tx, file_id: str) -> None:
    """Somebody was, or there is nobody to tell."""
    await tx["scans"].update({"_id": file_id}, {"$set": {"told": True}})


async def delete(tx: Tx, blob_ids: Sequence[str]) -> None:
    """What is known of files that are gone."""
    await tx["scans"].delete({"_id": {"$in": list(blob_ids)}})
