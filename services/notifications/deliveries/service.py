"""Planning deliveries, keeping them moving, showing them. One attempt at a mail is `channels/sender.py`."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from services.notifications.announcements import domain as telling
from services.notifications.announcements import service as announcements
from services.notifications.announcements.domain import Announcement, Message, Notice
from services.notifications.copies import service as copies
from services.notifications.deliveries import domain, repository
from services.notifications.deliveries.channels import in_app, moot, sender
from services.notifications.deliveries.channels.erasure import forget
from services.notifications.deliveries.channels.facts import tell
from services.notifications.deliveries.channels.lanes import NOTHING_TO_DO, Lanes
from services.notifications.deliveries.channels.letters import Content, Letters
from services.notifications.deliveries.channels.sender import Post
from services.notifications.deliveries.domain import ANNOUNCED, Channel, Delivery, Move, State, masked
from services.notifications.deliveries.repository import INDEXES, Sought
from services.notifications.feeds import service as feeds
from services.notifications.settings import Settings
from shared import logs
from shared.clock import now
from shared.errors import NotFound
from shared.identity import Person, Role
from shared.inbox import Fact
from shared.mongo import DriverError, Store, Tx

__all__ = [
    "INDEXES",
    "Letters",
    "Sought",
    "announce",
    "expand",
    "exported",
    "forget",
    "listed",
    "masked",
    "open_for",
    "put_in_line",
    "retry",
    "run",
    "settle",
    "summary",
]
_CHUNK = 50
_EXPORTED_AT_ONCE = 500
_LOOK_AGAIN = timedelta(seconds=1), timedelta(seconds=30)
log = logs.get(__name__)


async def announce(tx: Tx, fact: Fact, *, contest_id: str, letters: Letters) -> None:
    """Keep the fact as something people are told of; plan the letters to those it names. Twice is once."""
    kept = await announcements.keep(tx, fact, contest_id)
    if kept is None:
        return
    announcement, notices = kept
    for notice in notices:
        await _plan(tx, announcement, notice, letters, at=fact.time)


async def expand(store: Store, event_id: str, letters: Letters, at: datetime) -> bool:
    """Plan letters of an announcement to those found among the copies, some at a time; whether more could be planned."""

    async def work(tx: Tx) -> bool:
        announcement = await announcements.look(tx, event_id)
        found = await announcements.owed(tx, announcement)
        told = await repository.covered(tx, event_id)
        news = [one for notice in found.notices if (one := _untold(notice, told)) is not None]
        for notice, part in news[:_CHUNK]:
            await _plan(tx, announcement, notice, letters, at=at, part=part)
        left = max(0, len(news) - _CHUNK)
        await announcements.put_down(tx, announcement, found, planned=len(news[:_CHUNK]), left=left)
        return left > 0

    return await store.transaction(work)


def _untold(notice: Notice, told: dict[str, set[str]]) -> tuple[Notice, str] | None:
    """What of a letter was not told yet. An entry that became known later gets a letter of its own."""
    known = told.get(notice.person_id)
    if known is None:
        return notice, ""
    items = [item for item in notice.items if item["entry_id"] not in known]
    if not items:
        return None
    about = items[0]["entry_id"]
    return Notice(notice.message, notice.person_id, about, notice.given, items), about


async def _plan(
    tx: Tx, announcement: Announcement, notice: Notice, letters: Letters, *, at: datetime, part: str = ""
) -> None:
    given: dict[str, Any] = {**notice.given, "items": notice.items}
    for channel in ANNOUNCED:
        row = Delivery(
            id=domain.delivery_id(announcement.id, notice.message, notice.person_id, channel, part),
            cause=announcement.id, message=notice.message, channel=channel, person_id=notice.person_id,
            about_id=notice.about_id, contest_id=announcement.contest_id, given=given, state=State.PLANNED,
            planned_at=at, changed_at=at, next_at=at, moves=[Move(state=State.PLANNED, at=at)],
        )  # fmt: skip
        await repository.insert(tx, row)
        await _settle(tx, row, letters, at)


async def put_in_line(tx: Tx, row: Delivery) -> None:
    """Take in a row that is complete as it is. Twice is once."""
    if await repository.find_one(tx, row.id) is None:
        await repository.insert(tx, row)


async def settle(store: Store, row: Delivery, letters: Letters, at: datetime) -> None:
    """Give a planned row its text when the copies it needs are here, else look again later."""

    async def work(tx: Tx) -> None:
        if not await _settle(tx, row, letters, at):
            pause = min(_LOOK_AGAIN[1], max(_LOOK_AGAIN[0], (at - row.planned_at) / 4))
            await repository.postpone(
                tx, row.id, at + pause, "Chưa có đủ dữ liệu về người nhận, bài dự thi hoặc cuộc thi."
            )

    try:
        await store.transaction(work)
    except DriverError:
        raise
    except Exception as error:  # one text that cannot be made must not hold up the others
        log.exception("deliveries.text.failed", delivery=row.id)
        await repository.postpone(store.read, row.id, at + _LOOK_AGAIN[1], repr(error)[:200])


async def _settle(tx: Tx, row: Delivery, letters: Letters, at: datetime) -> bool:
    if await moot.hushed(tx, row, at):
        return True
    found = await _content(tx, row, letters)
    if found is None:
        return False
    content, link = found
    texts = {"subject": content.subject, "text": content.text, "html": content.html, "reason": ""}
    if row.channel is Channel.EMAIL:
        await repository.move(tx, row, Move(state=State.READY, at=at), {**texts, "next_at": at})
        return True
    if await repository.move(tx, row, Move(state=State.POSTED, at=at), {**texts, "next_at": None, "published": 1}):
        await in_app.post(tx, row, content, link=link, at=at)
        await tell(tx, row, State.POSTED, "", at)
    return True


async def _content(tx: Tx, row: Delivery, letters: Letters) -> tuple[Content, str] | None:
    """Text and link of a row, or None while something it needs is not known here."""
    contest = await copies.find_contest(tx, row.contest_id)
    contact = await copies.find_contact(tx, row.person_id)
    entry = await copies.find_entry(tx, row.about_id)
    if contest is None or (contact is None and row.channel is Channel.EMAIL):
        return None
    if row.message is Message.RESCHEDULED and contest.version < row.given["version"]:
        return None
    if row.message in telling.ABOUT_AN_ENTRY and entry is None:
        return None
    link = telling.link(row.message, row.about_id, contest.slug)
    known = {**row.given, "name": contact.name if contact else "", "contest": contest, "entry": entry}
    return letters.compose(row.message, row.channel, link, known), link


async def run(store: Store, settings: Settings, letters: Letters) -> None:
    """Send and tidy until cancelled. Several workers may do it at once."""
    lanes = Lanes()
    posts = Post.all_of(settings, letters)

    async def alarm() -> AsyncIterator[object]:
        async for row in store.changes("deliveries"):
            if row["state"] in (State.READY, State.PLANNED):
                yield row

    async def tend() -> float:
        await tidy(store, letters, timedelta(seconds=settings.resend_seconds))
        return NOTHING_TO_DO

    try:
        await lanes.run([tend, *(partial(post.step, store) for post in posts)], alarm)
    finally:
        for post in posts:
            await post.connection.close()


async def tidy(store: Store, letters: Letters, resend: timedelta) -> None:
    """Whatever time or a late copy has made possible: texts, recipients, lost leases, second tries, read notices."""
    at = now()
    for row in await repository.due(store.read, State.PLANNED, "next_at", at, 4 * _CHUNK):
        await settle(store, row, letters, at)
    for event_id in await announcements.grown(store.read):
        while await expand(store, event_id, letters, at):
            pass
    for row in await repository.due(store.read, State.CLAIMED, "lease_until", at, _CHUNK):
        await sender.lose(store, row, at, resend)
    for row in await repository.expired(store.read, at, _CHUNK):
        await sender.expire(store, row, at)
    for row in await repository.due(store.read, State.UNCERTAIN, "next_at", at, _CHUNK):
        step = Move(state=State.READY, at=at, note="Gửi lại một lần, giữ nguyên mã thư.")
        await repository.move(store.read, row, step, {"next_at": at, "resends": row.resends + 1})
    if await feeds.news(store.read, 1):
        await store.transaction(_note_readings)


async def _note_readings(tx: Tx) -> None:
    news = await feeds.news(tx, 10 * _CHUNK)
    for row in await repository.in_state(tx, list(news), State.POSTED):
        await repository.move(tx, row, Move(state=State.READ, at=news[row.id]))
    await feeds.no_news(tx, list(news))


def scope_of(person: Person) -> set[str] | None:
    """The contests whose deliveries somebody may see; None means all."""
    held = {scope for role, scope in person.roles if role in (Role.ORGANISER, Role.AUDITOR)}
    return None if "*" in held else held


@dataclass(frozen=True, slots=True)
class Listing:
    """A page of deliveries with what the reader needs to know them: masked addresses, titles."""

    items: list[Delivery]
    total: int
    addresses: dict[str, str]
    titles: dict[str, str]


async def listed(store: Store, sought: Sought, *, page: int = 1, size: int) -> Listing:
    """A page of deliveries without texts, the youngest first; pages count from 1."""
    items = await repository.find(store.read, sought, skip=(page - 1) * size, limit=size)
    return await _listing(store.read, items, await repository.count(store.read, sought))


async def exported(store: Store, sought: Sought) -> AsyncIterator[Listing]:
    """All of them, some at a time, however many there are."""
    last: Delivery | None = None
    while items := await repository.find_after(store.read, sought, last, _EXPORTED_AT_ONCE):
        last = items[-1]
        yield await _listing(store.read, items, len(items))


async def _listing(tx: Tx, items: list[Delivery], total: int) -> Listing:
    people = await copies.contacts(tx, {item.person_id for item in items})
    entries = await copies.entries(tx, {item.about_id for item in items})
    addresses = {key: masked(one.email) for key, one in people.items()}
    return Listing(items, total, addresses, {key: one.title for key, one in entries.items()})


@dataclass(frozen=True, slots=True)
class Summary:
    """Counts by message and state. Everything adds up when `expected` is `planned` rows plus `waiting` recipients' rows."""

    counts: dict[str, dict[str, int]]
    total: int
    expected: int
    waiting: int


async def summary(store: Store, sought: Sought) -> Summary:
    """The counts of what is sought; expectations follow the announcements, so filters by state leave them out."""
    tx, counts = store.read, dict[str, dict[str, int]]()
    for message, state, number in await repository.tally(tx, sought):
        counts.setdefault(message, {})[state] = number
    told, waiting = await announcements.expected(tx, sought.contests, sought.contest_id)
    # Codes come from no announcement: each is one row from the start.
    expected = len(ANNOUNCED) * (told + waiting) + sum(counts.get(Message.CODE, {}).values())
    return Summary(counts, sum(sum(each.values()) for each in counts.values()), expected, len(ANNOUNCED) * waiting)


async def open_for(store: Store, delivery_id: str, person: Person) -> Delivery:
    """One delivery for somebody who may see its contest. Raises NotFound."""
    row = await repository.get(store.read, delivery_id)
    scope = scope_of(person)
    if scope is not None and row.contest_id not in scope:
        raise NotFound
    return row


async def retry(store: Store, delivery_id: str, reason: str, person: Person, at: datetime) -> None:
    """Send an exhausted delivery again, from the first rung. Raises NotFound, Forbidden, NotExhausted."""
    row = await open_for(store, delivery_id, person)
    person.require(Role.ORGANISER, scope=row.contest_id)
    step = Move(state=State.READY, at=at, note=reason, by=person.id)
    fresh = {"tries": 0, "resends": 0, "first_try": None, "next_at": at, "reason": ""}
    gone = row.message is Message.CODE  # its words and address are
    if gone or row.state is not State.EXHAUSTED or not await repository.move(store.read, row, step, fresh):
        raise domain.NotExhausted
