"""The collection `notices`."""

from datetime import datetime

from services.notifications.feeds.domain import Notice
from shared.mongo import Document, Index, Tx

INDEXES = (
    Index("notices", (("person_id", 1), ("read_at", 1), ("posted_at", -1))),
    Index("notices", (("news", 1),), where={"news": True}),
)


async def insert(tx: Tx, notice: Notice) -> None:
    """A new notice. Raises Duplicate."""
    await tx["notices"].insert({"_id": notice.id, **notice.model_dump(exclude={"id"})})


async def find(tx: Tx, notice_id: str, person_id: str) -> Notice | None:
    """The notice, when it is this person's."""
    found = await tx["notices"].find_one({"_id": notice_id, "person_id": person_id})
    return _notice(found) if found else None


async def of_person(tx: Tx, person_id: str, *, skip: int, limit: int) -> list[Notice]:
    """Unread ones first, the youngest of each first."""
    # Nothing sorts before every date, so unread notices come first.
    order = [("read_at", 1), ("posted_at", -1), ("_id", 1)]
    unread = await tx["notices"].count({"person_id": person_id, "read_at": None})
    found: list[Document] = []
    if skip < unread:
        found = await tx["notices"].find({"person_id": person_id, "read_at": None}, sort=order, skip=skip, limit=limit)
    if len(found) < limit:
        read = {"person_id": person_id, "read_at": {"$ne": None}}
        rest = limit - len(found)
        found += await tx["notices"].find(read, sort=order[1:], skip=max(0, skip - unread), limit=rest)
    return [_notice(one) for one in found]


async def count(tx: Tx, person_id: str, *, unread: bool = False) -> int:
    """How many notices a person has."""
    return await tx["notices"].count({"person_id": person_id, **({"read_at": None} if unread else {})})


async def mark_read(tx: Tx, where: Document, at: datetime) -> int:
    """Mark the unread ones that match; `news` is for the room that posted them. How many there were."""
    change = {"$set": {"read_at": at, "news": True}}
    return await tx["notices"].update_all({**where, "read_at": None}, change)


async def delete_of(tx: Tx, person_id: str) -> None:
    """All of a person's notices."""
    await tx["notices"].delete({"person_id": person_id})


async def news(tx: Tx, limit: int) -> dict[str, datetime]:
    """Notices read since somebody asked last, with the time."""
    found = await tx["notices"].find({"news": True}, limit=limit, fields=["read_at"])
    return {one["_id"]: one["read_at"] for one in found}


async def no_news(tx: Tx, notice_ids: list[str]) -> None:
    """The reading of these is known."""
    await tx["notices"].update_all({"_id": {"$in": notice_ids}}, {"$unset": {"news": ""}})


def _notice(document: Document) -> Notice:
    return Notice(id=document["_id"], **document)
