"""The only code that touches `resemblances` and `looks`."""

import re
from collections.abc import Sequence
from datetime import datetime

from services.submissions.originality.domain import Query, Resemblance
from shared.errors import NotFound
from shared.mongo import Document, Index, Tx
from shared.text import folded

INDEXES = (
    Index("resemblances", (("contest_id", 1), ("state", 1), ("covered", -1))),
    Index("resemblances", (("entry_id", 1),)),
    Index("resemblances", (("other_id", 1),)),
    Index("looks", (("waits", 1), ("again", 1), ("at", 1))),
)


def _resemblance(document: Document) -> Resemblance:
    return Resemblance(id=document["_id"], **document)


async def queue(tx: Tx, entry_id: str, at: datetime) -> None:
    """An entry's words are new and wait to be looked at; when it was looked at last stays known."""
    change = {"$set": {"at": at, "waits": True}, "$unset": {"again": ""}}
    await tx["looks"].update({"_id": entry_id}, change, upsert=True)


async def queue_again(tx: Tx, entry_id: str, at: datetime) -> None:
    """An entry whose words are old is to be looked at once more, after every one whose words are new."""
    where = {"_id": entry_id, "waits": False}
    await tx["looks"].update(where, {"$set": {"at": at, "waits": True, "again": True}})


async def waiting(tx: Tx) -> Document | None:
    """The entry that has waited longest, those that wait for a second look last."""
    found = await tx["looks"].find({"waits": {"$ne": False}}, sort=[("again", 1), ("at", 1)], limit=1)
    return found[0] if found else None


async def done(tx: Tx, look: Document, at: datetime) -> None:
    """It was looked at; one that was queued again meanwhile goes on waiting."""
    await tx["looks"].update({"_id": look["_id"], "at": look["at"]}, {"$set": {"waits": False, "looked_at": at}})


async def looked_at(tx: Tx, entry_id: str) -> datetime | None:
    """When the words that an entry has now were looked at; None while they wait."""
    found = await tx["looks"].get(entry_id)
    return found.get("looked_at") if found and found.get("waits") is False else None


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


def _where(query: Query) -> Document:
    where: Document = {name: getattr(query, name) for name in ("state", "contest_id") if getattr(query, name)}
    if query.kind:
        where["other_kind"] = query.kind
    if query.search:
        wanted = {"$regex": re.escape(folded(query.search))}
        where["$or"] = [{"title_folded": wanted}, {"other_title_folded": wanted}]
    if query.contest_ids is not None:
        return {"$and": [where, {"contest_id": {"$in": query.contest_ids}}]}
    return where


async def listed(tx: Tx, query: Query, *, whole: bool = False) -> list[Resemblance]:
    """A page of those that are asked for, or all of them."""
    skip, limit = (0, 0) if whole else ((query.page - 1) * query.size, query.size)
    found = await tx["resemblances"].find(_where(query), sort=[query.order, ("_id", 1)], skip=skip, limit=limit)
    return [_resemblance(one) for one in found]


async def count(tx: Tx, query: Query) -> int:
    """How many there are on all pages."""
    return await tx["resemblances"].count(_where(query))


async def save(tx: Tx, pair: Resemblance) -> None:
    """Raises Stale."""
    keys = {"title_folded": folded(pair.title), "other_title_folded": folded(pair.other_title)}
    document = {"_id": pair.id, **pair.model_dump(exclude={"id"}), **keys}
    await tx["resemblances"].save(document)
    pair.version = document["version"]


async def delete(tx: Tx, pair_ids: Sequence[str]) -> None:
    """Whether or not they are there."""
    await tx["resemblances"].delete({"_id": {"$in": list(pair_ids)}})
