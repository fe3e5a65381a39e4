"""The only code that touches `entry_joins`."""

from services.submissions.joins.domain import Join
from shared.mongo import Document, Index, Tx

INDEXES = (Index("entry_joins", (("kept", 1),)), Index("entry_joins", (("gone", 1),)))


def _join(document: Document) -> Join:
    return Join(id=document["_id"], **{name: value for name, value in document.items() if name != "_id"})


async def of(tx: Tx, entry_id: str) -> list[Join]:
    """Every joining of an entry, undone ones too, the oldest first."""
    where = {"$or": [{"kept": entry_id}, {"gone": entry_id}]}
    return [_join(document) for document in await tx["entry_joins"].find(where, sort=[("at", 1)])]


async def put(tx: Tx, join: Join) -> None:
    """New or changed."""
    await tx["entry_joins"].put({"_id": join.id, **join.model_dump(exclude={"id"})})
