"""A delivery: its states and moves, and whom a fact is told to with which words at hand. Pure; attempts are in `channels`."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict

from services.notifications.copies.domain import EntryCopy, EntryState
from shared.errors import Refusal
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
from shared.events.submissions import EntryAccepted, EntryReturned, EntrySubmitted, EntryWithdrawn
from shared.ids import derived_id
from shared.text import one_line


class Channel(StrEnum):
    """How a message reaches a person."""

    EMAIL = "email"
    IN_APP = "in_app"


class Message(StrEnum):
    """What people are told; each has its folder of texts under `templates/messages`."""

    RECEIPT = "receipt"
    RETURNED = "entry-returned"
    ACCEPTED = "entry-accepted"
    WITHDRAWN = "entry-withdrawn"
    ASSIGNED = "judge-assigned"
    THIRD_READER = "third-reader"
    FINALIST = "finalist"
    NOT_FINALIST = "not-finalist"
    ORDER = "running-order"
    RESULT = "result"


class State(StrEnum):
    """Where a delivery stands (delivery notes, part 3)."""

    PLANNED = "planned"
    READY = "ready"
    CLAIMED = "claimed"
    RETRY_WAIT = "retry_wait"
    UNCERTAIN = "uncertain"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    EXHAUSTED = "exhausted"
    SUPPRESSED = "suppressed"
    INVALID = "invalid"
    POSTED = "posted"
    READ = "read"


MOVES: Mapping[State, frozenset[State]] = {
    State.PLANNED: frozenset({State.READY, State.POSTED, State.INVALID, State.SUPPRESSED}),
    State.READY: frozenset({State.CLAIMED}),
    State.CLAIMED: frozenset(
        {
            State.ACCEPTED,
            State.RETRY_WAIT,
            State.UNCERTAIN,
            State.REJECTED,
            State.EXHAUSTED,
            State.INVALID,
            State.SUPPRESSED,
        }
    ),
    State.RETRY_WAIT: frozenset({State.CLAIMED}),
    # An answer that was written down late still counts: the lease had only run out.
    State.UNCERTAIN: frozenset({State.ACCEPTED, State.RETRY_WAIT, State.REJECTED, State.READY, State.EXHAUSTED}),
    State.EXHAUSTED: frozenset({State.READY}),
    State.POSTED: frozenset({State.READ}),
    State.ACCEPTED: frozenset(),
    State.REJECTED: frozenset(),
    State.SUPPRESSED: frozenset(),
    State.INVALID: frozenset(),
    State.READ: frozenset(),
}
UNDER_WAY = frozenset({State.PLANNED, State.READY, State.CLAIMED, State.RETRY_WAIT, State.UNCERTAIN})
FAILED = frozenset({State.REJECTED, State.EXHAUSTED, State.INVALID, State.SUPPRESSED})


class NotExhausted(Refusal):
    """Only a delivery that ran out of tries is sent again by hand: every other one is final or under way."""

    code = "not_exhausted"
    message = "Chỉ gửi lại được thư đã hết lượt thử. Thư này đã xong hoặc hệ thống vẫn đang tự gửi."


class _Shape(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


ABOUT_AN_ENTRY = frozenset({Message.RETURNED, Message.ACCEPTED, Message.WITHDRAWN})
"""Messages whose fact does not tell title and receipt: the copy of the entry does."""


def link(message: Message, about_id: str, slug: str) -> str:
    """Where the reader goes on from a message."""
    match message:
        case Message.RECEIPT:
            return f"/bai-du-thi/{about_id}/bien-nhan"
        case Message.ASSIGNED | Message.THIRD_READER:
            return "/cham-thi"
        case Message.ORDER:
            return f"/chung-khao/{slug}"
        case Message.RESULT:
            return f"/ket-qua/{slug}"
    return f"/bai-du-thi/{about_id}"


class Move(_Shape):
    """A step in the life of a delivery, kept in its row."""

    state: State
    at: datetime
    note: str = ""
    by: str = ""


class Delivery(_Shape):
    """One message to one person through one channel."""

    id: str
    cause: str
    message: Message
    channel: Channel
    person_id: str
    about_id: str
    contest_id: str
    given: dict[str, Any] = {}
    """What the fact told; together with the copies it makes the text."""
    state: State
    attempt: int = 0
    """How often it was claimed; a move names the attempt it belongs to."""
    tries: int = 0
    """Definite failures since the ladder began."""
    resends: int = 0
    published: int = 0
    """Facts told about it: the `seq` of the last."""
    subject: str = ""
    text: str = ""
    html: str = ""
    planned_at: datetime
    changed_at: datetime
    first_try: datetime | None = None
    next_at: datetime | None = None
    lease_until: datetime | None = None
    reason: str = ""
    moves: list[Move] = []


def delivery_id(cause: str, message: Message, person_id: str, channel: Channel, part: str = "") -> str:
    """The same for the same cause, message, person and channel. `part` is for what could not be in the first letter."""
    return derived_id("delivery", cause, message, person_id, channel, *([part] if part else []))


_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
_CONTROL = re.compile(r"[\x00-\x1f\x7f\u2028\u2029]")
_LONGEST_ADDRESS = 254


def is_address(text: str) -> bool:
    """Whether a mail server can be told this address as it stands."""
    return len(text) <= _LONGEST_ADDRESS and _ADDRESS.fullmatch(text) is not None


def has_control_signs(text: str) -> bool:
    """Whether the text could end a header line and begin another."""
    return _CONTROL.search(text) is not None


def masked(address: str) -> str:
    """`ng***@example.vn`: enough to recognise an address one knows."""
    name, at, host = address.partition("@")
    return f"{name[:2]}***@{host}" if at else ""


class Announcement(_Shape):
    """A fact that people are told of, until everybody it concerns has a delivery."""

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
    open: bool = True


@dataclass(frozen=True, slots=True)
class Notice:
    """A letter to one person, before channels. `items` are the entries it speaks of, each with its `entry_id`."""

    message: Message
    person_id: str
    about_id: str
    given: dict[str, Any] = field(default_factory=dict)
    items: list[dict[str, Any]] = field(default_factory=list)


def direct(event: Event) -> list[Notice]:
    """The letters of a fact that names its recipients itself; none for other facts."""
    match event:
        case EntrySubmitted():
            message, given = (
                Message.RECEIPT,
                event.model_dump(include={"receipt", "revision", "submitted_at", "channel"}),
            )
            given["title"] = one_line(event.title)
        case EntryReturned():
            message, given = Message.RETURNED, event.model_dump(include={"reason", "until"})
        case EntryAccepted():
            message, given = Message.ACCEPTED, event.model_dump(include={"accepted_at"})
        case EntryWithdrawn():
            message, given = Message.WITHDRAWN, event.model_dump(include={"reason"})
        case ScriptsAssigned():
            told = [(load.judge_id, {"scripts": load.scripts, "round_id": event.round}) for load in event.loads]
            return [Notice(Message.ASSIGNED, who, event.contest_id, known) for who, known in told if known["scripts"]]
        case ThirdReaderCalled():
            given = {"round_id": event.round, "gap": event.gap}
            return [Notice(Message.THIRD_READER, event.judge_id, event.contest_id, given)]
        case _:
            return []
    return [Notice(message, event.owner_id, event.entry_id, given)]


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
