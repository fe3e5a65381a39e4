"""The only code that touches `gallery` and `gallery_contests`."""

import re
from collections.abc import Sequence
from datetime import datetime

from services.submissions.gallery.domain import SIZE, Item, Prize, Query, Sought, key, sought, words
from shared.mongo import Document, Index, Tx

_SHOWN: Document = {"shown": True}
_UNRANKED = 1_000_000
INDEXES = (
    Index("gallery", (("words", 1),), where=_SHOWN),
    Index("gallery", (("published_at", -1), ("order", 1), ("_id", 1)), where=_SHOWN),
    Index("gallery", (("year", 1), ("contest_id", 1), ("field", 1), ("prize", 1)), where=_SHOWN),
    Index("gallery_contests", (("waiting", 1),)),
)


async def put_contest(tx: Tx, contest_id: str, slug: str, prizes: dict[str, Prize], at: datetime) -> None:
    """A result became public, perhaps anew; its entries wait to be looked at."""
    kept = {entry_id: prize.model_dump() for entry_id, prize in prizes.items()}
    change = {"slug": slug, "prizes": kept, "waiting": True}
    first: Document = {"published_at": at}
    await tx["gallery_contests"].update(
        {"_id": contest_id}, {"$set": change, "$setOnInsert": first, "$inc": {"edition": 1}}, upsert=True
    )


async def contest(tx: Tx, contest_id: str) -> Document | None:
    """{slug, prizes, published_at, edition} of a contest with a published result."""
    return await tx["gallery_contests"].get(contest_id)


async def waiting(tx: Tx) -> Document | None:
    """A contest whose entries wait to be looked at."""
    return await tx["gallery_contests"].find_one({"waiting": True})


async def looked(tx: Tx, contest_id: str, edition: int) -> None:
    """The entries were looked at with this edition of the result."""
    await tx["gallery_contests"].update({"_id": contest_id, "edition": edition}, {"$set": {"waiting": False}})


async def put(tx: Tx, item: Item) -> None:
    """Show it."""
    text = key(item.text)
    keys = {
        "shown": True,
        "order": item.rank or _UNRANKED,
        "title_key": key(item.title),
        "title_words": sorted(set(words(item.title))),
        "text_key": text,
        "words": sorted({*text.split(), *words(item.title)}),
    }
    await tx["gallery"].put({"_id": item.id, **item.model_dump(exclude={"id"}), **keys})


async def hide(tx: Tx, entry_id: str, *, for_good: bool = False) -> None:
    """Nothing of it is kept but that it is not shown. Written even so: who shows it at this moment conflicts."""
    await tx["gallery"].put({"_id": entry_id, "shown": False, "gone": for_good})


async def gone(tx: Tx, entry_id: str) -> bool:
    """Whether it is not to be shown ever again."""
    return await tx["gallery"].find_one({"_id": entry_id, "gone": True}) is not None


async def find(tx: Tx, entry_id: str) -> Item | None:
    """The one, while it is shown."""
    found = await tx["gallery"].find_one({"_id": entry_id, **_SHOWN})
    return _item(found) if found else None


def _item(document: Document) -> Item:
    return Item(id=document["_id"], **document)


def _where(query: Query, found: Sought) -> Document:
    exact = {"contest_id": query.contest_id, "field": query.field, "prize": query.prize, "year": query.year}
    where: Document = {**_SHOWN, **{name: value for name, value in exact.items() if value}}
    if found.words:
        where["words"] = {"$all": found.words}
    if found.phrases:
        where["$and"] = [
            {"$or": [{name: {"$regex": re.escape(phrase)}} for name in ("title_key", "text_key")]}
            for phrase in found.phrases
        ]
    return where


def _has(name: str, phrase: str) -> Document:
    return {"$gte": [{"$indexOfBytes": [f"${name}", phrase]}, 0]}


def _score(found: Sought) -> Document:
    """The whole search in the title, words of it in the title, the whole search in the text; in this order."""
    in_title = {"$size": {"$setIntersection": ["$title_words", found.words]}}
    several = len(found.words) > 1
    return {
        "$add": [
            {"$cond": [_has("title_key", found.whole), 100, 0]},
            {"$multiply": [in_title, 8]},
            {"$cond": [_has("text_key", found.whole), 10, 0]} if several else 0,
        ]
    }


async def search(tx: Tx, query: Query) -> tuple[list[Item], int]:
    """A page of what is found, the best first (without a search: the newest result first), and how many there are."""
    found = sought(query.search)
    if query.search.strip() and not found.words:
        return [], 0
    where, skip = _where(query, found), (query.page - 1) * SIZE
    total = await tx["gallery"].count(where)
    order = {"published_at": -1, "order": 1, "_id": 1}
    if not found.words:
        documents = await tx["gallery"].find(where, sort=list(order.items()), skip=skip, limit=SIZE)
        return [_item(one) for one in documents], total
    ranked = await tx["gallery"].aggregate(
        [
            {"$match": where},
            {"$project": {"score": _score(found), "published_at": 1, "order": 1}},
            {"$sort": {"score": -1, **order}},
            {"$skip": skip},
            {"$limit": SIZE},
        ]
    )
    return await _in_order(tx, [one["_id"] for one in ranked]), total


async def _in_order(tx: Tx, ids: Sequence[str]) -> list[Item]:
    documents = {one["_id"]: one for one in await tx["gallery"].find({"_id": {"$in": list(ids)}, **_SHOWN})}
    return [_item(documents[one]) for one in ids if one in documents]


async def choices(tx: Tx) -> list[Document]:
    """Every combination of year, contest, field and prize that is shown."""
    group = {name: f"${name}" for name in ("year", "contest_id", "field", "prize")}
    found = await tx["gallery"].aggregate([{"$match": _SHOWN}, {"$group": {"_id": group}}])
    return [one["_id"] for one in found]
