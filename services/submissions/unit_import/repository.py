"""The only code that touches `unit_imports`."""

from datetime import datetime

from services.submissions.unit_import.domain import Import
from shared.errors import NotFound
from shared.mongo import Index, Tx

INDEXES = (Index("unit_imports", (("expires_at", 1),), expire_after=0),)


async def put(tx: Tx, kept: Import, expires_at: datetime) -> None:
    """Keep or replace."""
    await tx["unit_imports"].put({"_id": kept.id, **kept.model_dump(exclude={"id"}), "expires_at": expires_at})


async def get(tx: Tx, import_id: str, by: str) -> Import:
    """One's own. Raises NotFound."""
    found = await tx["unit_imports"].find_one({"_id": import_id, "by": by})
    if found is None:
        raise NotFound
    return Import(id=found["_id"], **found)
