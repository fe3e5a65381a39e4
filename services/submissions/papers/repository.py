"""The only code that touches `papers`."""

from services.submissions.papers.domain import Record
from shared.errors import NotFound
from shared.mongo import Document, Index, Tx

INDEXES = (
    Index("papers", (("sender.phone", 1),), where={"sender.phone": {"$gt": ""}}),
    Index("papers", (("sender.email", 1),), where={"sender.email": {"$gt": ""}}),
)


def _record(document: Document) -> Record:
    return Record(entry_id=document["_id"], **{name: value for name, value in document.items() if name != "_id"})


async def find(tx: Tx, entry_id: str) -> Record | None:
    """What the desk wrote about a paper."""
    document = await tx["papers"].get(entry_id)
    return _record(document) if document else None


async def get(tx: Tx, entry_id: str) -> Record:
    """Raises NotFound."""
    record = await find(tx, entry_id)
    if record is None:
        raise NotFound
    return record


async def put(tx: Tx, record: Record) -> None:
    """New or changed."""
    await tx["papers"].put({"_id": record.entry_id, **record.model_dump(exclude={"entry_id"})})


async def reached_by(tx: Tx, *, phone: str, email: str) -> list[Record]:
    """Papers whose sender gave this phone number or e-mail address; none for empty ones."""
    wanted = [{f"sender.{name}": value} for name, value in (("phone", phone), ("email", email)) if value]
    return [_record(document) for document in await tx["papers"].find({"$or": wanted})] if wanted else []


async def delete(tx: Tx, entry_id: str) -> None:
    """For good: only for what must be forgotten."""
    await tx["papers"].delete({"_id": entry_id})
