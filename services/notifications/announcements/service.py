"""Keeping facts that people are told of, and finding among the copies whom they concern. Planning letters is above."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta

from services.notifications.announcements import domain, repository
from services.notifications.announcements.domain import Announcement, Notice
from services.notifications.announcements.repository import INDEXES
from services.notifications.copies import service as copies
from shared.clock import now
from shared.errors import NotFound
from shared.events.envelope import KNOWN, Event
from shared.events.submissions import ContestRescheduled
from shared.inbox import Fact
from shared.mongo import Document, Tx

__all__ = ["INDEXES", "Owed", "expected", "forget", "grown", "keep", "look", "owed", "put_down"]
_WATCHED = timedelta(days=90)
"""How long an entry that becomes known late still gets its letter."""
forget = repository.forget_owner


async def keep(tx: Tx, fact: Fact, contest_id: str) -> tuple[Announcement, list[Notice]] | None:
    """Keep the fact, and answer the letters to those it names; None when it was kept before."""
    if await repository.find(tx, fact.id) is not None:
        return None
    event = fact.event
    notices, data = domain.direct(event), event.model_dump(mode="json")
    moved = isinstance(event, ContestRescheduled)
    announcement = Announcement(
        id=fact.id, type=event.type, contest_id=contest_id, data=data, at=fact.time, told=len(notices),
        open=domain.spreads(event), waiting=len(domain.named_entries(event)),
        people=sorted(await copies.staff(tx, contest_id)) if moved else [],
    )  # fmt: skip
    await repository.insert(tx, announcement)
    return announcement, notices


@dataclass(frozen=True, slots=True)
class Owed:
    """Letters that a fact asks for as far as the copies go; `missing` entries are not known yet, `seen` were looked at."""

    notices: list[Notice]
    missing: int
    seen: int


async def look(tx: Tx, event_id: str) -> Announcement:
    """The announcement, for a transaction that expands it. Raises NotFound."""
    announcement = await repository.touch(tx, event_id)
    if announcement is None:
        raise NotFound
    return announcement


async def owed(tx: Tx, announcement: Announcement) -> Owed:
    """The letters to owners of entries, and to whoever else it concerns, told already or not."""
    event = _event(announcement)
    if isinstance(event, ContestRescheduled):
        entries = await copies.begun_entries(tx, announcement.contest_id, announcement.at)
        return Owed(domain.rescheduled(event, entries, announcement.people), 0, len(entries))
    wanted = domain.named_entries(event)
    named = await copies.entries(tx, wanted)
    accepted = await copies.accepted_entries(tx, announcement.contest_id, announcement.at)
    return Owed(domain.by_entry(event, named, accepted), len(wanted) - len(named), len(accepted))


async def put_down(tx: Tx, announcement: Announcement, found: Owed, *, planned: int, left: int) -> None:
    """So many letters were planned just now, so many are left for the next time."""
    await repository.touch(
        tx, announcement.id, told=announcement.told + planned, waiting=found.missing + left, seen=found.seen,
        open=left > 0 or found.missing > 0,
    )  # fmt: skip


async def grown(tx: Tx) -> list[str]:
    """Announcements whose recipients are not all known, or whose contest has gained an entry that counts."""
    news = await repository.matching(tx, {"open": True})
    late = {"open": False, "seen": {"$gte": 0}, "at": {"$gt": now() - _WATCHED}}
    for one in await repository.matching(tx, late):
        moved = one.type == ContestRescheduled.type
        count = copies.count_begun if moved else copies.count_accepted
        if await count(tx, one.contest_id, one.at) != one.seen:
            news.append(one)
    return [one.id for one in news]


async def expected(tx: Tx, contests: Collection[str] | None, contest_id: str) -> tuple[int, int]:
    """Letters planned, and recipients not known yet, of one contest or of those the asker may see (None: all)."""
    scope: Document = {"contest_id": {"$in": sorted(contests)}} if contests is not None else {}
    one: Document = {"contest_id": contest_id} if contest_id else {}
    causes = await repository.matching(tx, {"$and": [scope, one]})
    return sum(cause.told for cause in causes), sum(cause.waiting for cause in causes)


def _event(announcement: Announcement) -> Event:
    return KNOWN[announcement.type].model_validate(announcement.data)
