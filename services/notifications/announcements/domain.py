"""Whom a fact is told to, in which message, with which words at hand. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict

from services.notifications.copies.domain import EntryCopy, EntryState
from shared.events.envelope import Event
from shared.events.judging import (
    FinalistsNamed,
    Place,
    ResultPublished,
    RunningOrderDrawn,
    ScriptsAssigned,
    Slot,
    ThirdReaderCalled,
)
from shared.events.submissions import (
    AuthorParted,
    ContestRescheduled,
    EntryAccepted,
    EntryRefused,
    EntryReminded,
    EntryReopened,
    EntryReturned,
    EntrySubmitted,
    EntryWithdrawn,
    FileRefused,
)
from shared.text import one_line


class Message(StrEnum):
    """What people are told; each has its folder of texts under `templates/messages`."""

    RECEIPT = "receipt"
    RETURNED = "entry-returned"
    ACCEPTED = "entry-accepted"
    REFUSED = "entry-refused"
    REOPENED = "entry-reopened"
    WITHDRAWN = "entry-withdrawn"
    ASSIGNED = "judge-assigned"
    THIRD_READER = "third-reader"
    FINALIST = "finalist"
    NOT_FINALIST = "not-finalist"
    ORDER = "running-order"
    RESULT = "result"
    RESCHEDULED = "rescheduled"
    REMINDER = "reminder"
    PARTED = "author-parted"
    FILE_REFUSED = "file-refused"
    SHARES_OPEN = "shares-open"
    CODE = "code"
    """Sealed until it is sent; planned by `codes`."""


ABOUT_AN_ENTRY = frozenset({Message.RETURNED, Message.ACCEPTED, Message.REFUSED, Message.REOPENED, Message.WITHDRAWN})
"""Messages whose fact does not tell title and receipt: the copy of the entry does."""


_AFTER_THE_ENTRY = {Message.RECEIPT: "/bien-nhan", Message.REMINDER: "/xem-truoc", Message.SHARES_OPEN: "/tac-gia",
                    Message.FILE_REFUSED: "/soan"}  # fmt: skip


def link(message: Message, about_id: str, slug: str) -> str:
    """Where the reader goes on from a message."""
    match message:
        case Message.RESCHEDULED:
            return f"/cuoc-thi/{slug}"
        case Message.ASSIGNED | Message.THIRD_READER:
            return "/cham-thi"
        case Message.ORDER:
            return f"/chung-khao/{slug}"
        case Message.PARTED:
            return "/bai-du-thi"
        case Message.RESULT:
            return f"/ket-qua/{slug}"
    return f"/bai-du-thi/{about_id}" + _AFTER_THE_ENTRY.get(message, "")


class Announcement(BaseModel):
    """A fact that people are told of, until everybody it concerns has a delivery."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    id: str
    """The event's id."""
    type: str
    contest_id: str
    data: dict[str, Any]
    at: datetime
    told: int = 0
    """Letters planned; each goes through every channel."""
    waiting: int = 0
    """Recipients that are not known yet, because the copy of their entry has not arrived."""
    seen: int = -1
    """Accepted entries of the contest when it was looked at last; -1 where they do not matter or nobody looked yet."""
    people: list[str] = []
    """Who had a part in the contest when the fact was learnt, where it concerns them; who comes later is not told."""
    open: bool = True


@dataclass(frozen=True, slots=True)
class Notice:
    """A letter to one person, before channels. `items` are the entries it speaks of, each with its `entry_id`."""

    message: Message
    person_id: str
    about_id: str
    given: dict[str, Any] = field(default_factory=dict)
    items: list[dict[str, Any]] = field(default_factory=list)


_TO_THE_OWNER: dict[type[Event], tuple[Message, set[str]]] = {
    EntrySubmitted: (Message.RECEIPT, {"receipt", "revision", "submitted_at", "channel", "title"}),
    EntryReturned: (Message.RETURNED, {"reason", "until", "missing"}),
    EntryAccepted: (Message.ACCEPTED, {"accepted_at"}),
    EntryRefused: (Message.REFUSED, {"rule", "reason", "refused_at"}),
    EntryReopened: (Message.REOPENED, {"reason", "reopened_at"}),
    EntryWithdrawn: (Message.WITHDRAWN, {"reason"}),
    EntryReminded: (Message.REMINDER, {"hours", "closes_at", "title"}),
    FileRefused: (Message.FILE_REFUSED, {"fault", "title", "handed_in"}),
}
"""Facts of one entry: the letter to its owner, and what of the fact it says."""


def direct(event: Event) -> list[Notice]:
    """The letters of a fact that names its recipients itself; none for other facts."""
    match event:
        case ScriptsAssigned():
            told = [(load.judge_id, {"scripts": load.scripts, "round_id": event.round}) for load in event.loads]
            return [Notice(Message.ASSIGNED, who, event.contest_id, known) for who, known in told if known["scripts"]]
        case ThirdReaderCalled():
            given = {"round_id": event.round, "gap": event.gap}
            return [Notice(Message.THIRD_READER, event.judge_id, event.contest_id, given)]
        case AuthorParted():
            return _parted(event)
    if type(event) not in _TO_THE_OWNER:
        return []
    message, said = _TO_THE_OWNER[type(event)]
    words: dict[str, Any] = event.model_dump(include=said)
    if "title" in words:
        words["title"] = one_line(words["title"]) or "(chưa đặt tên)"
    whose: dict[str, str] = event.model_dump(include={"owner_id", "representative_id", "entry_id"})
    return [Notice(message, whose.get("representative_id") or whose["owner_id"], whose["entry_id"], words)]


def _parted(event: AuthorParted) -> list[Notice]:
    """Neither letter names anybody: who went stands on the page of the authors, which an erasure reaches."""
    given = event.model_dump(include={"own_wish", "handed_in"}) | {"title": one_line(event.title) or "(chưa đặt tên)"}
    told = [(Message.PARTED, event.person_id), (Message.SHARES_OPEN, event.owner_id)]
    return [Notice(message, person_id, event.entry_id, given) for message, person_id in told]


def named_entries(event: Event) -> list[str]:
    """The entries whose owners a fact concerns without naming them."""
    match event:
        case FinalistsNamed():
            return [finalist.entry_id for finalist in event.finalists]
        case RunningOrderDrawn():
            return [slot.entry_id for slot in event.slots]
        case ResultPublished():
            return [place.entry_id for place in event.places]
    return []


def by_entry(event: Event, named: Mapping[str, EntryCopy], accepted: Iterable[EntryCopy]) -> list[Notice]:
    """The letters of a fact that names entries, one for each owner, as far as the copies are here.

    Those who did not make it are told only when every finalist is known: nobody may get both letters.
    """
    here = {key: entry for key, entry in named.items() if entry.state is not EntryState.WITHDRAWN}
    everybody = {entry.id: entry for entry in accepted} | here
    match event:
        case FinalistsNamed():
            told = _grouped(Message.FINALIST, here.values(), {one.entry_id: one for one in event.finalists})
            if len(named) < len(event.finalists):
                return told
            lucky = {notice.person_id for notice in told}
            others = [entry for entry in everybody.values() if entry.owner_id not in lucky]
            return told + _grouped(Message.NOT_FINALIST, others, {})
        case RunningOrderDrawn():
            return _grouped(Message.ORDER, here.values(), {slot.entry_id: slot for slot in event.slots})
        case ResultPublished():
            return _grouped(Message.RESULT, everybody.values(), {place.entry_id: place for place in event.places})
    return []


def rescheduled(event: ContestRescheduled, entries: Iterable[EntryCopy], people: Iterable[str]) -> list[Notice]:
    """One letter each to owners of drafts and entries and to those who work for the contest, however often they appear."""
    moved = event.model_dump(include={"version", "changes", "reason"})
    concerned = dict.fromkeys(people, "staff") | {entry.owner_id: "entrant" for entry in entries}
    return [
        Notice(Message.RESCHEDULED, person, event.contest_id, {**moved, "standing": standing})
        for person, standing in concerned.items()
    ]


def spreads(event: Event) -> bool:
    """Whether its recipients are found among the copies, which may still grow, rather than named in the fact."""
    return isinstance(event, FinalistsNamed | RunningOrderDrawn | ResultPublished | ContestRescheduled)


def _grouped(message: Message, entries: Iterable[EntryCopy], facts: Mapping[str, Any]) -> list[Notice]:
    owners: dict[str, list[dict[str, Any]]] = {}
    for entry in entries:
        item = {"entry_id": entry.id, "title": entry.title, "receipt": entry.receipt, **_line(facts.get(entry.id))}
        owners.setdefault(entry.owner_id, []).append(item)
    return [Notice(message, owner, items[0]["entry_id"], {}, items) for owner, items in owners.items()]


def _line(fact: object) -> dict[str, Any]:
    match fact:
        case Slot():
            return {"position": fact.position, "starts_at": fact.starts_at}
        case Place():
            return {"rank": fact.rank, "score": fact.score, "prize": fact.prize_title}
    return {"rank": None, "score": None, "prize": None}
