"""A delivery: its states and moves, its id, addresses, parts of a text message. Pure; attempts are in `channels`."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict

from services.notifications.announcements.domain import Message
from shared.errors import Refusal
from shared.ids import derived_id
from shared.text import nfc


class Channel(StrEnum):
    """How a message reaches a person."""

    EMAIL = "email"
    SMS = "sms"
    IN_APP = "in_app"


ANNOUNCED = (Channel.EMAIL, Channel.IN_APP)
"""Every announcement takes these; text messages cost money and carry one-time codes only."""


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
    EXPIRED = "expired"
    """What it says is no longer of use; it was not handed over."""
    POSTED = "posted"
    READ = "read"


MOVES: Mapping[State, frozenset[State]] = {
    State.PLANNED: frozenset({State.READY, State.POSTED, State.INVALID, State.SUPPRESSED}),
    State.READY: frozenset({State.CLAIMED, State.EXPIRED}),
    State.CLAIMED: frozenset(
        {
            State.ACCEPTED,
            State.RETRY_WAIT,
            State.UNCERTAIN,
            State.REJECTED,
            State.EXHAUSTED,
            State.INVALID,
            State.SUPPRESSED,
            State.EXPIRED,
        }
    ),
    State.RETRY_WAIT: frozenset({State.CLAIMED, State.EXPIRED}),
    # An answer that was written down late still counts: the lease had only run out.
    State.UNCERTAIN: frozenset(
        {State.ACCEPTED, State.RETRY_WAIT, State.REJECTED, State.READY, State.EXHAUSTED, State.EXPIRED}
    ),
    State.EXHAUSTED: frozenset({State.READY}),
    State.POSTED: frozenset({State.READ}),
    State.ACCEPTED: frozenset(),
    State.REJECTED: frozenset(),
    State.SUPPRESSED: frozenset(),
    State.INVALID: frozenset(),
    State.EXPIRED: frozenset(),
    State.READ: frozenset(),
}
UNDER_WAY = frozenset({State.PLANNED, State.READY, State.CLAIMED, State.RETRY_WAIT, State.UNCERTAIN})
FAILED = frozenset({State.REJECTED, State.EXHAUSTED, State.INVALID, State.SUPPRESSED, State.EXPIRED})


class NotExhausted(Refusal):
    """Only a delivery that ran out of tries is sent again by hand: every other one is final or under way."""

    code = "not_exhausted"
    message = "Chỉ gửi lại được thư đã hết lượt thử. Thư này đã xong hoặc hệ thống vẫn đang tự gửi."


class _Shape(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


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
    sealed: str = ""
    """Address and words of a secret, for the sender alone; gone as soon as the delivery is settled."""
    expires_at: datetime | None = None
    urgent: bool = False
    """Goes through lanes of its own, past everything that is not."""
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


_NUMBER = re.compile(r"\+[1-9][0-9]{7,14}")
_GSM = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_GSM_SHIFTED = {"\f": 10, "^": 20, "{": 40, "}": 41, "\\": 47, "[": 60, "~": 61, "]": 62, "|": 64, "€": 101}
_SHIFT = 0x1B
_LENGTHS = {"gsm7": (160, 153), "ucs2": (140, 134)}
"""Of a message that is alone, and of each part of a longer one: septets, and bytes (70 and 67 signs)."""


def is_number(text: str) -> bool:
    """Whether a text message can be sent there: E.164."""
    return _NUMBER.fullmatch(text) is not None


@dataclass(frozen=True, slots=True)
class Segments:
    """A text as the parts that a phone company counts and charges. `coding` is gsm7 (one byte a septet) or ucs2."""

    coding: str
    parts: tuple[bytes, ...]


def segments(text: str) -> Segments:
    """The parts of `text`. One sign outside of the GSM alphabet, and most Vietnamese ones are, makes all of it UCS-2."""
    whole = nfc(text)
    septets = [_septets(sign) for sign in whole]
    coding = "gsm7" if all(septets) else "ucs2"
    signs = [one or b"" for one in septets] if coding == "gsm7" else [sign.encode("utf-16-be") for sign in whole]
    alone, each = _LENGTHS[coding]
    if sum(map(len, signs)) <= alone:
        return Segments(coding, (b"".join(signs),))
    parts = [b""]
    for sign in signs:  # a sign of two septets or two UTF-16 units is not torn apart
        if len(parts[-1]) + len(sign) > each:
            parts.append(b"")
        parts[-1] += sign
    return Segments(coding, tuple(parts))


def _septets(sign: str) -> bytes | None:
    if sign in _GSM_SHIFTED:
        return bytes((_SHIFT, _GSM_SHIFTED[sign]))
    place = _GSM.find(sign)
    return None if place < 0 or place == _SHIFT else bytes((place,))
