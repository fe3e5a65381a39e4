"""The only code that touches `entries` and `entry_revisions`."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from services.submissions.entries.domain import Entry
from services.submissions.states.domain import State
from services.submissions.texts.domain import Revision
from shared.errors import NotFound
from shared.mongo import Document, Index, Link, Tx
from shared.text import folded

INDEXES = (
    Index("entries", (("receipt", 1),), unique=True, where={"receipt": {"$type": "string"}}),
    Index("entries", (("status_digest", 1),), unique=True),
    Index("entries", (("author_ids", 1), ("created_at", -1), ("_id", -1))),
    Index("entries", (("contest_id", 1), ("state", 1))),
    Index("entries", (("released.id", 1),)),
    Index("entries", (("contest_id", 1), ("title_folded", 1))),
    Index("entries", (("paper.transcript", 1), ("_id", 1)), where={"paper.transcript": {"$type": "string"}}),
    Index("entries", (("files.id", 1),), where={"files.id": {"$type": "string"}}),
    Index("entry_revisions", (("entry_id", 1), ("number", 1)), unique=True),
    Index("entry_revisions", (("files.id", 1),), where={"files.id": {"$type": "string"}}),
)
ORDERS = {"moi-luu": ("saved_at", -1), "ten": ("title_folded", 1)}


def _entry(document: Document) -> Entry:
    return Entry(id=document["_id"], **document)


async def get(tx: Tx, entry_id: str, along: Sequence[Link] = ()) -> Entry:
    """Raises NotFound."""
    document = await tx["entries"].get(entry_id, along=along)
    if document is None:
        raise NotFound
    return _entry(document)


async def find(tx: Tx, where: Document) -> Entry | None:
    """The one that matches."""
    document = await tx["entries"].find_one(where)
    return _entry(document) if document else None


async def ids(tx: Tx, where: Document) -> list[str]:
    """Of all that match."""
    return [document["_id"] for document in await tx["entries"].find(where, fields=["_id"])]


async def of_author(tx: Tx, person_id: str) -> list[Entry]:
    """The newest first."""
    documents = await tx["entries"].find({"author_ids": person_id}, sort=[("created_at", -1)])
    return [_entry(document) for document in documents]


@dataclass(frozen=True, slots=True)
class Sought:
    """Some of somebody's own entries; `sort` is one of ORDERS."""

    person_id: str
    search: str = ""
    state: str = ""
    sort: str = ""

    def where(self) -> Document:
        """As the database is asked."""
        where: Document = {"author_ids": self.person_id}
        if self.state:
            where["state"] = self.state
        if self.search:
            where["title_folded"] = {"$regex": re.escape(folded(self.search))}
        return where


async def listed(tx: Tx, sought: Sought, *, skip: int = 0, limit: int = 0) -> list[Entry]:
    """Those asked for in their order, the newest first unless said; all of them when `limit` is 0."""
    order = [ORDERS.get(sought.sort, ("created_at", -1)), ("_id", -1)]
    return [_entry(one) for one in await tx["entries"].find(sought.where(), sort=order, skip=skip, limit=limit)]


async def count_listed(tx: Tx, sought: Sought) -> int:
    """How many they are."""
    return await tx["entries"].count(sought.where())


async def of_contest(tx: Tx, contest_id: str) -> list[Entry]:
    """Every entry of a contest, drafts too."""
    return [_entry(document) for document in await tx["entries"].find({"contest_id": contest_id})]


async def alike(tx: Tx, entry: Entry, person_ids: list[str]) -> list[Entry]:
    """Others of the contest by one of these people, or with the same title whatever its marks and capitals."""
    same: list[Document] = [{"author_ids": {"$in": person_ids}}, {"title_folded": folded(entry.title)}]
    where = {"contest_id": entry.contest_id, "_id": {"$ne": entry.id}, "$or": same}
    return [_entry(document) for document in await tx["entries"].find(where, sort=[("_id", 1)])]


async def titles(tx: Tx, contest_id: str) -> dict[str, str]:
    """The folded titles of a contest by entry."""
    found = await tx["entries"].find({"contest_id": contest_id}, fields=["title_folded"])
    return {document["_id"]: document.get("title_folded", "") for document in found}


def _papers(contest_ids: list[str] | None) -> Document:
    where: Document = {
        "paper.transcript": {"$type": "string"},
        "channel": {"$ne": "online"},
        "state": {"$ne": State.JOINED},
    }
    return where if contest_ids is None else where | {"contest_id": {"$in": contest_ids}}


async def on_paper(tx: Tx, contest_ids: list[str] | None, state: str | None, *, skip: int, limit: int) -> list[Entry]:
    """Papers whose transcription is in that state, or in any, the oldest first; None means every contest."""
    where = _papers(contest_ids) | ({"paper.transcript": state} if state else {})
    return [_entry(one) for one in await tx["entries"].find(where, sort=[("_id", 1)], skip=skip, limit=limit)]


async def papers_by_state(tx: Tx, contest_ids: list[str] | None) -> dict[str, int]:
    """How many papers there are of each state of their transcription."""
    group = {"$group": {"_id": "$paper.transcript", "n": {"$sum": 1}}}
    return {row["_id"]: row["n"] for row in await tx["entries"].aggregate([{"$match": _papers(contest_ids)}, group])}


async def drafts(tx: Tx, contest_id: str) -> int:
    """How many entries of a contest have never been handed in."""
    return await tx["entries"].count({"contest_id": contest_id, "state": State.DRAFT})


async def drafts_saved(tx: Tx, contest_id: str, since: datetime | None, until: datetime) -> list[str]:
    """Ids of a contest's drafts that were saved last after `since` and not after `until`."""
    saved = {"$lte": until} if since is None else {"$gt": since, "$lte": until}
    return await ids(tx, {"contest_id": contest_id, "state": State.DRAFT, "saved_at": saved})


async def count_fact(tx: Tx, entry: Entry) -> int:
    """One fact more about it, its version as it is; how many there are. Within a transaction."""
    await tx["entries"].update({"_id": entry.id}, {"$inc": {"facts": 1}})
    return entry.facts + 1


async def save(tx: Tx, entry: Entry) -> None:
    """Raises Stale, and Duplicate when the receipt code is taken."""
    document = {"_id": entry.id, **entry.model_dump(exclude={"id"}), "title_folded": folded(entry.title)}
    await tx["entries"].save(document)
    entry.version = document["version"]


async def add_revision(tx: Tx, revision: Revision) -> None:
    """Kept for good."""
    await tx["entry_revisions"].insert({"_id": f"{revision.entry_id}:{revision.number}", **revision.model_dump()})


async def put_revision(tx: Tx, revision: Revision) -> None:
    """Write a revision anew: only for what must be forgotten."""
    await tx["entry_revisions"].put({"_id": f"{revision.entry_id}:{revision.number}", **revision.model_dump()})


async def delete(tx: Tx, entry_id: str) -> None:
    """An entry with its revisions, for good: only for what must be forgotten."""
    await tx["entries"].delete({"_id": entry_id})
    await tx["entry_revisions"].delete({"entry_id": entry_id})


async def with_file(tx: Tx, file_id: str) -> Entry | None:
    """The entry that has this file, now or in a version that was handed in."""
    found = await find(tx, {"files.id": file_id})
    if found is None and (kept := await tx["entry_revisions"].find_one({"files.id": file_id})) is not None:
        found = await find(tx, {"_id": kept["entry_id"]})
    return found


async def revisions(tx: Tx, entry_id: str) -> list[Revision]:
    """The newest first."""
    documents = await tx["entry_revisions"].find({"entry_id": entry_id}, sort=[("number", -1)])
    return [Revision(**document) for document in documents]


async def revision(tx: Tx, entry_id: str, number: int) -> Revision:
    """Raises NotFound."""
    document = await tx["entry_revisions"].get(f"{entry_id}:{number}")
    if document is None:
        raise NotFound
    return Revision(**document)
