"""The only code that touches `entry_versions`."""

from services.submissions.versions.domain import Version
from shared.errors import NotFound
from shared.mongo import Document, Index, Tx

INDEXES = (Index("entry_versions", (("entry_id", 1), ("number", -1)), unique=True),)


def _id(entry_id: str, number: int) -> str:
    return f"{entry_id}:{number}"


async def last(tx: Tx, entry_id: str) -> Version | None:
    """The newest."""
    found = await tx["entry_versions"].find({"entry_id": entry_id}, sort=[("number", -1)], limit=1)
    return Version(**found[0]) if found else None


async def of_entry(tx: Tx, entry_id: str) -> list[Version]:
    """The newest first."""
    found = await tx["entry_versions"].find({"entry_id": entry_id}, sort=[("number", -1)])
    return [Version(**one) for one in found]


async def get(tx: Tx, entry_id: str, number: int) -> Version:
    """Raises NotFound."""
    document: Document | None = await tx["entry_versions"].get(_id(entry_id, number))
    if document is None:
        raise NotFound
    return Version(**document)


async def put(tx: Tx, version: Version) -> None:
    """New, or in the place of the one with this number."""
    await tx["entry_versions"].put({"_id": _id(version.entry_id, version.number), **version.model_dump()})


async def delete(tx: Tx, entry_id: str, *, up_to: int | None = None) -> None:
    """All of them, or the oldest."""
    older = {} if up_to is None else {"number": {"$lte": up_to}}
    await tx["entry_versions"].delete({"entry_id": entry_id, **older})
