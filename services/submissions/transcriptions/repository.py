"""The only code that touches `transcriptions`."""

from services.submissions.transcriptions.domain import Transcription
from shared.mongo import Document, Index, Tx

INDEXES = (Index("transcriptions", (("contest_id", 1), ("state", 1))),)


def _transcription(document: Document) -> Transcription:
    return Transcription(id=document["_id"], **{name: value for name, value in document.items() if name != "_id"})


async def find(tx: Tx, entry_id: str) -> Transcription | None:
    """The transcription of a paper; None while nobody has typed."""
    document = await tx["transcriptions"].get(entry_id)
    return _transcription(document) if document else None


async def of(tx: Tx, entry_ids: list[str]) -> dict[str, Transcription]:
    """By entry id."""
    documents = await tx["transcriptions"].find({"_id": {"$in": entry_ids}})
    return {document["_id"]: _transcription(document) for document in documents}


async def save(tx: Tx, one: Transcription) -> None:
    """Raises Stale."""
    document = {"_id": one.id, **one.model_dump(exclude={"id"})}
    await tx["transcriptions"].save(document)
    one.version = document["version"]
