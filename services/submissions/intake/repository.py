"""The only code that touches `register`, `register_changes` and `register_numbers`."""

import re
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from services.submissions.intake.domain import OVERDUE, SORTS, TAKEN_OVER, Change, Line, Query, Tally
from services.submissions.states.domain import State
from shared.clock import HANOI, now
from shared.errors import NotFound
from shared.ids import new_id, read_code
from shared.mongo import Document, Index, Tx
from shared.text import folded

INDEXES = (
    Index("register", (("contest_id", 1), ("number", 1)), unique=True),
    Index("register", (("contest_id", 1), ("state", 1), ("number", 1))),
    Index("register", (("contest_id", 1), ("channel", 1), ("state", 1))),
    Index("register", (("number", 1), ("contest_id", 1))),
    *(Index("register", (("contest_id", 1), (field, 1), ("number", 1))) for field in SORTS if field != "number"),
    Index("register", (("receipt", 1),)),
    Index("register_changes", (("contest_id", 1), ("sealed_on", 1), ("at", 1))),
    Index("register_changes", (("entry_id", 1), ("at", 1))),
    Index("register_numbers", (("last", 1),)),
)

_FIGURES = "_figures"


def _line(document: Document) -> Line:
    document["entry_id"] = document.pop("_id")
    return Line.model_validate(document)


async def find(tx: Tx, entry_id: str) -> Line | None:
    """The line of an entry."""
    document = await tx["register"].get(entry_id)
    return _line(document) if document else None


async def numbers(tx: Tx, entry_ids: Sequence[str], contest_id: str) -> dict[str, int]:
    """The numbers of those that are registered in this contest: the same number means another entry elsewhere."""
    found = await tx["register"].find({"_id": {"$in": list(entry_ids)}, "contest_id": contest_id}, fields=["number"])
    return {one["_id"]: one["number"] for one in found}


async def get(tx: Tx, entry_id: str) -> Line:
    """Raises NotFound."""
    line = await find(tx, entry_id)
    if line is None:
        raise NotFound
    return line


async def put(tx: Tx, line: Line, was: Line | None, *, by: str = "", note: str = "") -> None:
    """New (`was` is None) or changed; what a seal shows of it is kept as a change, in the same transaction."""
    keys = {"title_folded": folded(line.title), "unit_folded": folded(line.unit)}
    await tx["register"].put({"_id": line.entry_id, **line.model_dump(exclude={"entry_id"}), **keys})
    if was is None or _cell(was) != _cell(line):
        await _count(tx, line, was)
    if note or was is None or was.sealed != line.sealed:
        change = Change(
            id=new_id(),
            entry_id=line.entry_id,
            contest_id=line.contest_id,
            at=now(),
            by=by,
            note=note,
            line=line.sealed,
        )
        await _put_change(tx, change)


def _cell(line: Line) -> str:
    return f"cells.{line.channel}.{line.state}"


async def _count(tx: Tx, line: Line, was: Line | None) -> None:
    # In the transaction of the change, on the document that every new line takes its number from anyway: the figures
    # always add up, and nobody waits for a document more. Handing in does not come here, the desk and its agents do.
    change = {_cell(line): 1} | ({_cell(was): -1} if was else {})
    counted = await tx["register_numbers"].take({"_id": line.contest_id}, {"$inc": change}, upsert=True)
    if counted is None or not counted.get("counted"):
        await count_anew(tx, line.contest_id)


async def count_anew(tx: Tx, contest_id: str) -> None:
    """Count the lines of a contest: for what was in the register before its figures were kept."""
    cells: Document = {}
    for channel, state, many in await _aggregated(tx, {"contest_id": contest_id}):
        cells.setdefault(channel, {})[state] = many
    change = {"$set": {"cells": cells, "counted": True}}
    await tx["register_numbers"].update({"_id": contest_id}, change, upsert=True)


async def _put_change(tx: Tx, change: Change) -> None:
    await tx["register_changes"].put({"_id": change.id, **change.model_dump(exclude={"id"})})


def _change(document: Document) -> Change:
    return Change(id=document["_id"], **document)


async def changes_of(tx: Tx, entry_id: str) -> list[Change]:
    """The oldest first."""
    found = await tx["register_changes"].find({"entry_id": entry_id}, sort=[("at", 1), ("_id", 1)])
    return [_change(document) for document in found]


async def unsealed(tx: Tx, contest_id: str, before: datetime) -> list[Change]:
    """Changes of a contest's lines before an instant that no seal holds yet, the oldest first."""
    where: Document = {"contest_id": contest_id, "sealed_on": "", "at": {"$lt": before}}
    found = await tx["register_changes"].find(where, sort=[("at", 1), ("_id", 1)])
    return [_change(document) for document in found]


async def unrecorded(tx: Tx, contest_id: str) -> list[Line]:
    """Lines of which no change was ever kept: they are older than the seals."""
    pipeline: list[Document] = [
        {"$match": {"contest_id": contest_id}},
        {
            "$lookup": {
                "from": "register_changes",
                "localField": "_id",
                "foreignField": "entry_id",
                "pipeline": [{"$limit": 1}, {"$project": {"_id": 1}}],
                "as": "changes",
            }
        },
        {"$match": {"changes": []}},
        {"$sort": {"number": 1}},
    ]
    return [_line(document) for document in await tx["register"].aggregate(pipeline)]


async def take_over(tx: Tx, contest_id: str, at: datetime) -> list[Change]:
    """Keep those as they are now, as the first change of each."""
    made = []
    for line in await unrecorded(tx, contest_id):
        kept = {**line.sealed, "taken_over": True}
        change = Change(id=new_id(), entry_id=line.entry_id, contest_id=contest_id, at=at, note=TAKEN_OVER, line=kept)
        await _put_change(tx, change)
        made.append(change)
    return made


async def mark_sealed(tx: Tx, ids: list[str], day: str) -> None:
    """They are in the seal of `day`."""
    await tx["register_changes"].update_all({"_id": {"$in": ids}}, {"$set": {"sealed_on": day}})


async def renote(tx: Tx, change: Change, note: str) -> None:
    """Another note, for what must be forgotten."""
    await _put_change(tx, change.model_copy(update={"note": note}))


async def next_number(tx: Tx, contest_id: str) -> int:
    """The next one of the contest; a transaction that is taken back gives it back."""
    counter = await tx["register_numbers"].take({"_id": contest_id}, {"$inc": {"last": 1}}, upsert=True)
    return int(counter["last"]) if counter else 1


def _where(query: Query, *, with_state: bool = True) -> Document:
    where = _scope(query)
    for name in ("entrant_group", "content_group"):
        if getattr(query, name):
            where[name] = getattr(query, name)
    if query.day:
        begin = datetime.combine(date.fromisoformat(query.day), datetime.min.time(), HANOI)
        where["received_at"] = {"$gte": begin, "$lt": begin + timedelta(days=1)}
    if with_state:
        where |= _standing(query)
    if query.search:
        where["$or"] = _matches(query.search)
    return where


def _standing(query: Query) -> Document:
    where: Document = {"channel": query.channel} if query.channel else {}
    if query.state == OVERDUE:
        return where | {"state": State.RETURNED, "until": {"$lte": now()}}
    return where | ({"state": query.state} if query.state else {})


def _scope(query: Query) -> Document:
    where: Document = {}
    if query.contest_ids is not None:
        where["contest_id"] = {"$in": query.contest_ids}
    if query.contest_id:
        allowed = query.contest_ids is None or query.contest_id in query.contest_ids
        where["contest_id"] = query.contest_id if allowed else {"$in": []}
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


def _order(query: Query) -> list[tuple[str, int]]:
    field, direction = query.order
    # What decides between equals goes the same way, so that an index is read in either direction.
    ties = ("number",) if query.contest_id else ("contest_id", "number")
    return [(field, direction), *((name, direction) for name in ties if name != field)]


async def lines(tx: Tx, query: Query) -> list[Line]:
    """All that match."""
    found = await tx["register"].find(_where(query), sort=_order(query))
    return [_line(document) for document in found]


async def page(tx: Tx, query: Query, beside: Document) -> tuple[list[Line], Tally, list[Document]]:
    """The page asked for; what matches without its state and channel, counted by both; what the stage `beside` adds."""
    kept = _kept(query)
    pipeline: list[Document] = [
        {"$match": _where(query)},
        {"$sort": dict(_order(query))},
        {"$skip": (query.page - 1) * query.size},
        {"$limit": query.size},
        {"$unset": ["title_folded", "unit_folded"]},
    ]
    if kept is not None:
        figures = [{"$match": kept}, {"$project": {_FIGURES: "$$ROOT"}}]
        pipeline.append({"$unionWith": {"coll": "register_numbers", "pipeline": figures}})
    found = await tx["register"].aggregate([*pipeline, beside])
    told = [one[_FIGURES] for one in found if _FIGURES in one]
    tally = _from_figures(told if kept is not None else None) or await _counted(tx, query)
    return [_line(one) for one in found if "number" in one], tally, found


async def count(tx: Tx, query: Query) -> int:
    """How many match."""
    return await tx["register"].count(_where(query))


async def counts_of_units(tx: Tx, contest_id: str) -> dict[str, dict[str, int]]:
    """{handed_in, accepted} for each unit; entries without one count under an empty id."""
    accepted = {"$sum": {"$cond": [{"$eq": ["$state", State.ACCEPTED]}, 1, 0]}}
    pipeline = [
        {"$match": {"contest_id": contest_id, "state": {"$nin": [State.WITHDRAWN, State.REFUSED, State.JOINED]}}},
        {"$group": {"_id": "$unit_id", "handed_in": {"$sum": 1}, "accepted": accepted}},
    ]
    found = await tx["register"].aggregate(pipeline)
    return {row["_id"] or "": {"handed_in": row["handed_in"], "accepted": row["accepted"]} for row in found}


async def tally(tx: Tx, query: Query) -> Tally:
    """What matches the query without its state and channel, counted by both."""
    kept = _kept(query)
    figures = await tx["register_numbers"].find(kept) if kept is not None else None
    return _from_figures(figures) or await _counted(tx, query)


def _kept(query: Query) -> Document | None:
    """Which figures answer a query: those of whole contests, when it asks for no less."""
    scope = _scope(query)
    if _where(query, with_state=False) != scope:
        return None
    return {"_id": scope["contest_id"]} if scope else {}


def _from_figures(found: list[Document] | None) -> Tally | None:
    if found is None or not all(one.get("counted") for one in found):
        return None
    return Tally.of(
        (channel, state, many)
        for one in found
        for channel, states in one["cells"].items()
        for state, many in states.items()
    )


async def _counted(tx: Tx, query: Query) -> Tally:
    return Tally.of(await _aggregated(tx, _where(query, with_state=False)))


async def _aggregated(tx: Tx, where: Document) -> list[tuple[str, str, int]]:
    pipeline: list[Document] = [
        {"$match": where},
        {"$group": {"_id": {"channel": "$channel", "state": "$state"}, "n": {"$sum": 1}}},
    ]
    rows = await tx["register"].aggregate(pipeline)
    return [(row["_id"]["channel"], row["_id"]["state"], row["n"]) for row in rows]


async def beside(tx: Tx, line: Line, step: int) -> Line | None:
    """The next line of the contest that waits for the formal check, after (1) or before (-1) this number."""
    beyond = {"$gt": line.number} if step > 0 else {"$lt": line.number}
    where: Document = {"contest_id": line.contest_id, "state": State.SUBMITTED, "number": beyond}
    found = await tx["register"].find(where, sort=[("number", step)], limit=1)
    return _line(found[0]) if found else None
