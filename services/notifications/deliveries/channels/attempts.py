"""How an attempt to hand a message over can end, the retry ladders, and what follows for the delivery. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from services.notifications.deliveries.domain import Channel, Delivery, State


class Ending(StrEnum):
    """How an attempt ended, as the channel saw it."""

    ACCEPTED = "accepted"
    DEFERRED = "deferred"
    """Not taken for now: a 4xx answer, a connection lost before the body."""
    DOWN = "down"
    """The server could not be reached, or closes its doors (421)."""
    REJECTED = "rejected"
    UNCERTAIN = "uncertain"
    """The body went out and no answer came."""
    INVALID = "invalid"
    EXPIRED = "expired"
    """What it says is of no use any more; nothing was handed over."""
    SUPPRESSED = "suppressed"


@dataclass(frozen=True, slots=True)
class Outcome:
    """An ending and what the other side said."""

    ending: Ending
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Next:
    """What a delivery becomes after an attempt."""

    state: State
    reason: str = ""
    next_at: datetime | None = None
    tries: int = 0


_LADDERS = {Ending.DEFERRED: (10, 30, 60, 300, 900), Ending.DOWN: (60, 300, 600, 1200, 1800, 3600)}
_URGENT = {Ending.DEFERRED: (2, 5, 15, 30, 60), Ending.DOWN: (5, 10, 20, 30, 60)}
"""Somebody waits before a screen."""
_URGENT_RESEND = timedelta(seconds=20)
_TOO_LATE = "Hết hạn trước khi gửi được."
_BUDGET = timedelta(hours=6)
_PLAINLY = {
    Ending.ACCEPTED: State.ACCEPTED,
    Ending.REJECTED: State.REJECTED,
    Ending.INVALID: State.INVALID,
    Ending.SUPPRESSED: State.SUPPRESSED,
    Ending.EXPIRED: State.EXPIRED,
}


def after(row: Delivery, outcome: Outcome, at: datetime, *, resend: timedelta, jitter: float) -> Next:
    """What follows from an attempt. `jitter` in 0…1 stretches a wait by up to a fifth, so that rows part company."""
    if outcome.ending in _PLAINLY:
        return Next(_PLAINLY[outcome.ending], outcome.detail, tries=row.tries)
    if outcome.ending is Ending.UNCERTAIN:
        return uncertain(row, outcome.detail, at, resend=resend)
    steps = (_URGENT if row.urgent else _LADDERS)[outcome.ending]
    wait = timedelta(seconds=steps[min(row.tries, len(steps) - 1)] * (1 + jitter / 5))
    if row.expires_at and at + wait >= row.expires_at:
        return Next(State.EXPIRED, f"{_TOO_LATE} {outcome.detail}", tries=row.tries)
    if at + wait > (row.first_try or at) + _BUDGET:
        return Next(State.EXHAUSTED, outcome.detail, tries=row.tries)
    return Next(State.RETRY_WAIT, outcome.detail, at + wait, row.tries + 1)


def uncertain(row: Delivery, detail: str, at: datetime, *, resend: timedelta) -> Next:
    """It may have been taken: one more sending under the same Message-ID after `resend`, then nobody tries on.

    A text message is not sent again blindly: it costs money, and no phone folds two of them into one.
    """
    if row.channel is Channel.SMS:
        return Next(State.EXHAUSTED, f"Không rõ tin đã đi chưa: {detail}", tries=row.tries)
    if row.resends:
        return Next(State.EXHAUSTED, f"Hai lần không rõ kết quả: {detail}", tries=row.tries)
    return Next(State.UNCERTAIN, detail, at + (min(resend, _URGENT_RESEND) if row.urgent else resend), row.tries)
