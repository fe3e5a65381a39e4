"""The only code that touches `fingerprints`: a signature beside its text, found again through its bands."""

from collections.abc import Collection, Sequence
from typing import NamedTuple

from services.submissions.likeness.domain import Item
from shared.mongo import Index, Tx

INDEXES = (Index("fingerprints", (("bands", 1),)), Index("fingerprints", (("kind", 1),)))
_CANDIDATES = 600


async def put(tx: Tx, item: Item, mark: bytes, bands: Sequence[int]) -> None:
    """Keep or replace."""
    document = {"_id": item.id, **item.model_dump(exclude={"id"}), "signature": mark, "bands": list(bands)}
    await tx["fingerprints"].put(document)


async def delete(tx: Tx, item_id: str) -> None:
    """Whether or not there is one."""
    await tx["fingerprints"].delete({"_id": item_id})


class Candidate(NamedTuple):
    """A text that shares a band, as far as it takes to choose whom to compare."""

    id: str
    contest_id: str
    signature: bytes


async def meeting(tx: Tx, bands: Sequence[int], but: Collection[str]) -> list[Candidate]:
    """Those that share a band."""
    asked = {"_id": {"$nin": list(but)}, "bands": {"$in": list(bands)}}
    found = await tx["fingerprints"].find(asked, fields=["signature", "contest_id"], limit=_CANDIDATES)
    return [Candidate(one["_id"], one["contest_id"], one["signature"]) for one in found]


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
