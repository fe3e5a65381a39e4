"""The only code that touches `works` and `work_imports`."""

import re
from collections.abc import Sequence
from datetime import datetime

from services.submissions.works.domain import Import, Query, Work
from shared.errors import NotFound
from shared.mongo import Document, Index, Tx
from shared.text import folded

INDEXES = (
    Index("works", (("year", -1), ("_id", 1))),
    Index("works", (("waits", 1),)),
    Index("work_imports", (("expires_at", 1),), expire_after=0),
)
_THERE: Document = {"removed": {"$ne": True}}


def _work(document: Document) -> Work:
    return Work(id=document["_id"], **document)


async def put(tx: Tx, work: Work) -> None:
    """New or changed; it waits to be compared."""
    key = folded(f"{work.title} {work.author} {work.source}")
    await tx["works"].put({"_id": work.id, **work.model_dump(exclude={"id"}), "search": key, "waits": True})


async def remove(tx: Tx, work_id: str) -> None:
    """Nothing of it stays but its id, until what it resembled is put away too."""
    await tx["works"].put({"_id": work_id, "removed": True, "waits": True})


async def waiting(tx: Tx) -> str | None:
    """The id of one that was not compared yet, or was removed."""
    found = await tx["works"].find_one({"waits": True}, sort=[("_id", 1)])
    return found["_id"] if found else None


async def look_again(tx: Tx, work_id: str) -> None:
    """It waits to be compared once more; a removed one waits already."""
    await tx["works"].update({"_id": work_id, **_THERE}, {"$set": {"waits": True}})


async def looked_at(tx: Tx, work_id: str) -> None:
    """It was compared; a removed one is gone for good."""
    await tx["works"].delete({"_id": work_id, "removed": True})
    await tx["works"].update({"_id": work_id}, {"$set": {"waits": False}})


async def get(tx: Tx, work_id: str) -> Work:
    """Raises NotFound."""
    found = await tx["works"].find_one({"_id": work_id, **_THERE})
    if found is None:
        raise NotFound
    return _work(found)


async def known(tx: Tx, ids: Sequence[str]) -> dict[str, Work]:
    """Those of these that are there."""
    return {one["_id"]: _work(one) for one in await tx["works"].find({"_id": {"$in": list(ids)}, **_THERE})}


def _where(query: Query) -> Document:
    where = dict(_THERE)
    if query.search:
        where["search"] = {"$regex": re.escape(folded(query.search))}
    if query.year:
        where["year"] = query.year
    return where


async def listed(tx: Tx, query: Query, *, whole: bool = False) -> list[Work]:
    """A page of those that are asked for, or all of them."""
    skip, limit = (0, 0) if whole else ((query.page - 1) * query.size, query.size)
    order = [query.order, ("_id", 1)]
    found = await tx["works"].find(_where(query), sort=order, skip=skip, limit=limit, vietnamese=True)
    return [_work(one) for one in found]


async def count(tx: Tx, query: Query) -> int:
    """How many there are on all pages."""
    return await tx["works"].count(_where(query))


async def put_import(tx: Tx, staged: Import, expires_at: datetime) -> None:
    """Keep or replace."""
    document = {"_id": staged.id, **staged.model_dump(exclude={"id"}), "expires_at": expires_at}
    await tx["work_imports"].put(document)


async def get_import(tx: Tx, import_id: str, by: str) -> Import:
    """One's own. Raises NotFound."""
    found = await tx["work_imports"].find_one({"_id": import_id, "by": by})
    if found is None:
        raise NotFound
    return Import(id=found["_id"], **found)
