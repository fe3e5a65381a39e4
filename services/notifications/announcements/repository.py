"""The collection `announcements`."""

from typing import Any

from services.notifications.announcements.domain import Announcement
from shared.mongo import Document, Index, Tx

INDEXES = (
    Index("announcements", (("open", 1), ("at", 1))),
    Index("announcements", (("contest_id", 1),)),
    Index("announcements", (("data.owner_id", 1),)),
)
_WORDS_OF_FACTS: Document = {"title": "", "reason": "", "parts": {}}


async def insert(tx: Tx, announcement: Announcement) -> None:
    """A new one. Raises Duplicate."""
    await tx["announcements"].insert({"_id": announcement.id, **announcement.model_dump(exclude={"id"})})


async def find(tx: Tx, event_id: str) -> Announcement | None:
    """The announcement of a fact."""
    found = await tx["announcements"].get(event_id)
    return _announcement(found) if found else None


async def touch(tx: Tx, event_id: str, **change: Any) -> Announcement | None:
    """Change it and answer it; the first thing of a transaction that expands it, so that two conflict."""
    found = await tx["announcements"].take({"_id": event_id}, {"$set": change, "$inc": {"looks": 1}})
    return _announcement(found) if found else None


async def matching(tx: Tx, where: Document) -> list[Announcement]:
    """Those that match, the oldest first."""
    return [_announcement(one) for one in await tx["announcements"].find(where, sort=[("at", 1)])]


async def forget_owner(tx: Tx, person_id: str) -> None:
    """What announcements tell of a person's entries goes, as far as it is somebody's words."""
    for name, empty in _WORDS_OF_FACTS.items():
        change: Document = {"$set": {f"data.{name}": empty}}
        await tx["announcements"].update_all({"data.owner_id": person_id, f"data.{name}": {"$exists": True}}, change)


def _announcement(document: Document) -> Announcement:
    return Announcement(id=document["_id"], **document)
