"""The only code that touches `resemblances` and `looks`."""

from collections.abc import Sequence
from datetime import datetime

from services.submissions.originality.domain import Resemblance
from shared.errors import NotFound
from shared.mongo import Document, Index, Tx

INDEXES = (
    Index("resemblances", (("contest_ids", 1), ("state", 1), ("covered", -1))),
    Index("resemblances", (("entry_id", 1),)),
    Index("resemblances", (("other_id", 1),)),
    Index("looks", (("at", 1),)),
)


def _resemblance(document: Document) -> Resemblance:
    return Resemblance(id=document["_id"], **document)


async def queue(tx: Tx, entry_id: str, at: datetime) -> None:
    """An entry's words are new and wait to be looked at."""
    await tx["looks"].put({"_id": entry_id, "at": at})


async def waiting(tx: Tx) -> Document | None:
    """The entry that has waited longest."""
    found = await tx["looks"].find({}, sort=[("at", 1)], limit=1)
    return found[0] if found else None


async def done(tx: Tx, look: Document) -> None:
    """It was looked at; one that was queued again meanwhile stays."""
    await tx["looks"].delete({"_id": look["_id"], "at": look["at"]})


async def unqueue(tx: Tx, entry_id: str) -> None:
    """There is nothing to look at any more."""
    await tx["looks"].delete({"_id": entry_id})


async def get(tx: Tx, pair_id: str) -> Resemblance:
    """Raises NotFound."""
    found = await tx["resemblances"].get(pair_id)
    if found is None:
        raise NotFound
    return _resemblance(found)


async def find(tx: Tx, pair_id: str) -> Resemblance | None:
    """The pair, if it is known."""
    found = await tx["resemblances"].get(pair_id)
    return _resemblance(found) if found else None


async def of_entry(tx: Tx, entry_id: str) -> list[Resemblance]:
    """Every pair an entry is part of, the most alike first."""
    where = {"$or": [{"entry_id": entry_id}, {"other_id": entry_id}]}
    return [_resemblance(one) for one in await tx["resemblances"].find(where, sort=[("covered", -1)])]


async def page(tx: Tx, where: Document, *, skip: int, limit: int) -> tuple[list[Resemblance], int]:
    """A page of those that match, the most alike first, and how many there are."""
    found = await tx["resemblances"].find(where, sort=[("covered", -1), ("_id", 1)], skip=skip, limit=limit)
    return [_resemblance(one) for one in found], await tx["resemblances"].count(where)


async def save(tx: Tx, pair: Resemblance) -> None:
    """Raises Stale."""
    document = {"_id": pair.id, **pair.model_dump(exclude={"id"})}
    await tx["resemblances"].save(document)
    pair.version = document["version"]


async def delete(tx: Tx, pair_ids: Sequence[str]) -> None:
    """Whether or not they are there."""
    await tx["resemblances"].delete({"_id": {"$in": list(pair_ids)}})
