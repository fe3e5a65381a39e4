"""The only code that touches `fingerprints`: a signature beside its text, found again through its bands."""

from collections.abc import Collection, Sequence
from typing import NamedTuple

from services.submissions.likeness.domain import MADE_AS, Fingerprint, Item
from shared.mongo import Document, Index, Tx

INDEXES = (
    Index("fingerprints", (("bands", 1),)),
    Index("fingerprints", (("runs", 1),)),
    Index("fingerprints", (("kind", 1),)),
    Index("fingerprints", (("made_as", 1),)),
)
_CANDIDATES = 600


def document(item: Item, made: Fingerprint) -> Document:
    """As it is kept."""
    return {"_id": item.id, **item.model_dump(exclude={"id"}), **made._asdict(), "made_as": MADE_AS}


async def put(tx: Tx, item: Item, made: Fingerprint) -> None:
    """Keep or replace."""
    await tx["fingerprints"].put(document(item, made))


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


async def sharing(tx: Tx, runs: Sequence[int], but: Collection[str], *, each: int) -> list[tuple[str, str]]:
    """Id and contest of at most `each` texts that have a run, once for each of `runs` they have; asked in one go."""
    if not runs:
        return []
    some: list[list[Document]] = [
        [{"$match": {"runs": run}}, {"$limit": each}, {"$project": {"contest_id": 1}}] for run in runs
    ]
    first, *more = some
    unions: list[Document] = [{"$unionWith": {"coll": "fingerprints", "pipeline": one}} for one in more]
    found = await tx["fingerprints"].aggregate([*first, *unions])
    return [(one["_id"], one["contest_id"]) for one in found if one["_id"] not in but]


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


async def outdated(tx: Tx, limit: int) -> list[Item]:
    """Texts whose fingerprint was made in an older way."""
    found = await tx["fingerprints"].find({"made_as": {"$ne": MADE_AS}}, limit=limit)
    return [Item(id=one["_id"], **one) for one in found]


async def make_anew(tx: Tx, item_id: str, made: Fingerprint) -> bool:
    """Another fingerprint of the same text; False when it was kept anew or forgotten meanwhile, and stays so."""
    change = {"$set": {**made._asdict(), "made_as": MADE_AS}}
    return bool(await tx["fingerprints"].update({"_id": item_id, "made_as": {"$ne": MADE_AS}}, change))
