"""The only code that touches `uploads`."""

from datetime import datetime

from services.submissions.uploads.domain import KEPT_FOR, Piece, Upload
from shared.mongo import Document, Index, Tx

INDEXES = (
    Index("uploads", (("expires_at", 1),)),
    Index("uploads", (("owner_id", 1),)),
)


def _upload(document: Document) -> Upload:
    return Upload(id=document["_id"], **document)


async def insert(tx: Tx, upload: Upload) -> None:
    """A new one."""
    await tx["uploads"].insert({"_id": upload.id, **upload.model_dump(exclude={"id"})})


async def find(tx: Tx, upload_id: str) -> Upload | None:
    """By its id."""
    document = await tx["uploads"].get(upload_id)
    return _upload(document) if document else None


async def of_person(tx: Tx, person_id: str) -> list[Upload]:
    """A person's, the oldest first."""
    return [_upload(one) for one in await tx["uploads"].find({"owner_id": person_id}, sort=[("created_at", 1)])]


async def take_piece(tx: Tx, upload: Upload, piece: Piece, at: datetime) -> Upload | None:
    """One more piece, unless another request was quicker with the same one."""
    change = {
        "$inc": {"offset": piece.size},
        "$push": {"pieces": piece.model_dump()},
        "$set": {"expires_at": at + KEPT_FOR},
    }
    document = await tx["uploads"].take({"_id": upload.id, "offset": upload.offset, "file_id": ""}, change)
    return _upload(document) if document else None


async def attached(tx: Tx, upload_id: str, file_id: str, version: int) -> None:
    """It is a file of the entry now; its pieces are no longer needed."""
    change = {"file_id": file_id, "version": version, "pieces": []}
    await tx["uploads"].update({"_id": upload_id}, {"$set": change})


async def expired(tx: Tx, at: datetime, limit: int) -> list[Upload]:
    """Those that nobody went on with."""
    found = await tx["uploads"].find({"expires_at": {"$lte": at}}, sort=[("expires_at", 1)], limit=limit)
    return [_upload(one) for one in found]


async def delete(tx: Tx, upload_id: str) -> None:
    """Forgotten."""
    await tx["uploads"].delete({"_id": upload_id})
