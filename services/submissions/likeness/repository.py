"""The only code that touches `fingerprints`: a signature beside its text, found again through its bands."""

from collections.abc import Sequence

from services.submissions.likeness.domain import Item
from shared.mongo import Document, Index, Tx

INDEXES = (Index("fingerprints", (("bands", 1),)), Index("fingerprints", (("kind", 1),)))
_CANDIDATES = 400


async def put(tx: Tx, item: Item, mark: bytes, bands: Sequence[int]) -> None:
    """Keep or replace."""
    document = {"_id": item.id, **item.model_dump(exclude={"id"}), "signature": mark, "bands": list(bands)}
    await tx["fingerprints"].put(document)


async def delete(tx: Tx, item_id: str) -> None:
    """Whether or not there is one."""
    await tx["fingerprints"].delete({"_id": item_id})


async def meeting(tx: Tx, bands: Sequence[int], where: Document) -> list[tuple[str, bytes]]:
    """Ids and signatures of those that share a band."""
    asked = {**where, "bands": {"$in": list(bands)}}
    found = await tx["fingerprints"].find(asked, fields=["signature"], limit=_CANDIDATES)
    return [(one["_id"], one["signature"]) for one in found]


async def items(tx: Tx, ids: Sequence[str]) -> list[Item]:
    """The known ones of these."""
    return [Item(id=one["_id"], **one) for one in await tx["fingerprints"].find({"_id": {"$in": list(ids)}})]


async def find(tx: Tx, item_id: str) -> Item | None:
    """The text kept under this id."""
    found = await tx["fingerprints"].get(item_id)
    return Item(id=found["_id"], **found) if found else None


async def ids(tx: Tx, kind: str) -> set[str]:
    """Of every text of a kind that has a fingerprint."""
    return {one["_id"] for one in await tx["fingerprints"].find({"kind": kind}, fields=["_id"])}
