"""The only code that touches `units`."""

from datetime import date

from services.submissions.units.domain import Unit
from shared.errors import NotFound
from shared.mongo import Document, Index, Tx

INDEXES = (Index("units", (("name", 1),)), Index("unit_acts", (("at", -1),)))


async def unit(tx: Tx, unit_id: str) -> Unit:
    """Raises NotFound."""
    document = await tx["units"].get(unit_id)
    if document is None:
        raise NotFound
    return Unit(id=document["_id"], **document)


async def units(tx: Tx, day: date | None = None) -> list[Unit]:
    """All, or those that exist on `day`, in Vietnamese order."""
    where: Document = {}
    if day is not None:
        # Days are kept as ISO text, which sorts as they do.
        begun = {"$or": [{"valid_from": None}, {"valid_from": {"$lte": day.isoformat()}}]}
        not_over = {"$or": [{"valid_to": None}, {"valid_to": {"$gte": day.isoformat()}}]}
        where = {"$and": [begun, not_over]}
    documents = await tx["units"].find(where, sort=[("name", 1)], vietnamese=True)
    return [Unit(id=document["_id"], **document) for document in documents]


async def save_unit(tx: Tx, kept: Unit) -> None:
    """Raises Stale."""
    document = {"_id": kept.id, **kept.model_dump(exclude={"id"}), "search_key": kept.search_key}
    await tx["units"].save(document)
    kept.version = document["version"]


async def note_act(tx: Tx, act: Document) -> None:
    """Kept for good: who changed what of the tree, before and after."""
    await tx["unit_acts"].insert(act)


async def acts(tx: Tx, unit_id: str) -> list[Document]:
    """What was done with a unit, the latest first."""
    return await tx["unit_acts"].find({"unit_ids": unit_id}, sort=[("at", -1)], limit=100)
