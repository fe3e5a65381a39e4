"""The only code that touches `contests`."""

from collections.abc import Sequence

from services.submissions.contests.domain import Contest, Heading, State
from shared.errors import NotFound
from shared.mongo import Document, Index, Tx

INDEXES = (
    Index("contests", (("slug", 1),), unique=True),
    Index("contests", (("state", 1), ("timetable.closes_at", -1))),
)

_MOST_MADE = 100
_BESIDE = "_heading"
_made: dict[str, tuple[Document, Contest]] = {}
"""Contests by id, with the documents they were made of."""


def _contest(document: Document) -> Contest:
    return Contest(id=document["_id"], **document)


async def get(tx: Tx, contest_id: str) -> Contest:
    """Raises NotFound."""
    document = await tx["contests"].get(contest_id)
    if document is None:
        raise NotFound
    return _contest(document)


async def for_reading(tx: Tx, contest_id: str) -> Contest:
    """As `get`; one and the same object for as long as the document is the same, so not to be changed. Raises NotFound.

    The document is read every time: a deadline that was moved counts at once. Only making the object of it is spared.
    """
    document = await tx["contests"].get(contest_id)
    if document is None:
        raise NotFound
    before, contest = _made.get(contest_id, (None, None))
    if contest is None or before != document:
        if len(_made) >= _MOST_MADE:
            _made.clear()
        contest = _contest(document)
        _made[contest_id] = (document, contest)
    return contest


async def find_by_slug(tx: Tx, slug: str) -> Contest | None:
    """In any state."""
    document = await tx["contests"].find_one({"slug": slug})
    return _contest(document) if document else None


async def in_states(tx: Tx, states: Sequence[State]) -> list[Contest]:
    """Those that close last first."""
    where = {"state": {"$in": list(states)}}
    return [_contest(one) for one in await tx["contests"].find(where, sort=[("timetable.closes_at", -1)])]


async def headings(tx: Tx, states: Sequence[State]) -> list[Heading]:
    """The same in a few words."""
    return [_heading(one) for one in await tx["contests"].aggregate(_headings(states))]


def _headings(states: Sequence[State]) -> list[Document]:
    groups = [f"{name}.{part}" for name in ("entrant_groups", "content_groups") for part in ("id", "title")]
    return [
        {"$match": {"state": {"$in": list(states)}}},
        {"$sort": {"timetable.closes_at": -1}},
        {"$project": dict.fromkeys(["short_name", "quotas.id", *groups], 1)},
    ]


def _heading(document: Document) -> Heading:
    return Heading(id=document["_id"], has_quotas=bool(document.pop("quotas", [])), **document)


def headings_beside(states: Sequence[State]) -> Document:
    """The stage that adds them to what an aggregation of another collection answers, for `headings_in`."""
    pipeline = [*_headings(states), {"$project": {_BESIDE: "$$ROOT"}}]
    return {"$unionWith": {"coll": "contests", "pipeline": pipeline}}


def headings_in(found: Sequence[Document]) -> list[Heading]:
    """Those that such a stage added."""
    return [_heading(one[_BESIDE]) for one in found if _BESIDE in one]


async def save(tx: Tx, contest: Contest) -> None:
    """Raises Stale, Duplicate."""
    document = {"_id": contest.id, **contest.model_dump(exclude={"id"})}
    await tx["contests"].save(document)
    contest.version = document["version"]
