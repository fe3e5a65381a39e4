"""The only code that touches `register` and `register_numbers`."""

import re
from collections.abc import Sequence

from services.submissions.intake.domain import Line, Query
from services.submissions.states.domain import State
from shared.errors import NotFound
from shared.ids import read_code
from shared.mongo import Document, Index, Tx
from shared.text import folded

INDEXES = (
    Index("register", (("contest_id", 1), ("number", 1)), unique=True),
    Index("register", (("contest_id", 1), ("state", 1), ("number", 1))),
    Index("register", (("receipt", 1),)),
    Index("register_numbers", (("last", 1),)),
)


def _line(document: Document) -> Line:
    return Line(entry_id=document["_id"], **{name: value for name, value in document.items() if name != "_id"})


async def find(tx: Tx, entry_id: str) -> Line | None:
    """The line of an entry."""
    document = await tx["register"].get(entry_id)
    return _line(document) if document else None


async def numbers(tx: Tx, entry_ids: Sequence[str]) -> dict[str, int]:
    """The numbers of those that are registered."""
    found = await tx["register"].find({"_id": {"$in": list(entry_ids)}}, fields=["number"])
    return {one["_id"]: one["number"] for one in found}


async def get(tx: Tx, entry_id: str) -> Line:
    """Raises NotFound."""
    line = await find(tx, entry_id)
    if line is None:
        raise NotFound
    return line


async def put(tx: Tx, line: Line) -> None:
    """New or changed."""
    keys = {"title_folded": folded(line.title), "unit_folded": folded(line.unit)}
    await tx["register"].put({"_id": line.entry_id, **line.model_dump(exclude={"entry_id"}), **keys})


async def next_number(tx: Tx, contest_id: str) -> int:
    """The next one of the contest; a transaction that is taken back gives it back."""
    counter = await tx["register_numbers"].take({"_id": contest_id}, {"$inc": {"last": 1}}, upsert=True)
    return int(counter["last"]) if counter else 1


def _where(query: Query, *, with_state: bool = True) -> Document:
    where: Document = {}
    if query.contest_ids is not None:
        where["contest_id"] = {"$in": query.contest_ids}
    if query.contest_id:
        allowed = query.contest_ids is None or query.contest_id in query.contest_ids
        where["contest_id"] = query.contest_id if allowed else {"$in": []}
    for name in ("entrant_group", "content_group"):
        if getattr(query, name):
            where[name] = getattr(query, name)
    if with_state and query.state:
        where["state"] = query.state
    if query.search:
        where["$or"] = _matches(query.search)
    return where


def _matches(search: str) -> list[Document]:
    """By words of the title without marks, by receipt code, by number."""
    found: list[Document] = [{"title_folded": {"$regex": re.escape(folded(search))}}]
    code = read_code(search)
    if code is not None:
        found.append({"receipt": code})
    if search.strip().isdecimal():
        found.append({"number": int(search.strip()[:9])})
    return found


async def lines(tx: Tx, query: Query, *, whole: bool = False) -> list[Line]:
    """The page asked for, or all that match."""
    field, direction = query.order
    skip, limit = (0, 0) if whole else ((query.page - 1) * query.size, query.size)
    sort = {field: direction} | {name: 1 for name in ("contest_id", "number") if name != field}
    found = await tx["register"].find(_where(query), sort=list(sort.items()), skip=skip, limit=limit)
    return [_line(document) for document in found]


async def count(tx: Tx, query: Query) -> int:
    """How many match."""
    return await tx["register"].count(_where(query))


async def counts_of_units(tx: Tx, contest_id: str) -> dict[str, dict[str, int]]:
    """{handed_in, accepted} for each unit; entries without one count under an empty id."""
    accepted = {"$sum": {"$cond": [{"$eq": ["$state", State.ACCEPTED]}, 1, 0]}}
    pipeline = [
        {"$match": {"contest_id": contest_id, "state": {"$nin": [State.WITHDRAWN, State.JOINED]}}},
        {"$group": {"_id": "$unit_id", "handed_in": {"$sum": 1}, "accepted": accepted}},
    ]
    found = await tx["register"].aggregate(pipeline)
    return {row["_id"] or "": {"handed_in": row["handed_in"], "accepted": row["accepted"]} for row in found}


async def by_state(tx: Tx, query: Query) -> dict[str, int]:
    """How many of each state match the rest of the query; they add up to what it finds without a state."""
    pipeline = [{"$match": _where(query, with_state=False)}, {"$group": {"_id": "$state", "n": {"$sum": 1}}}]
    return {row["_id"]: row["n"] for row in await tx["register"].aggregate(pipeline)}
