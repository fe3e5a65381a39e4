"""Which delivery a one-time code becomes. Pure."""

from datetime import datetime
from enum import StrEnum

from services.notifications.announcements.domain import Message
from services.notifications.deliveries.domain import Channel, Delivery, Move, State, delivery_id
from shared.events.submissions import CodeIssued

_TOO_LATE = "Mã hết hạn trước khi gửi được."
_NO_GATEWAY = "Chưa nối cổng tin nhắn."


class Purpose(StrEnum):
    """What a code is for; the text names it."""

    SIGN_UP = "sign_up"
    SIGN_IN = "sign_in"
    RESET = "reset"
    CONFIRM = "confirm"
    KNOWN = "known"
    """No code at all: the address has an account already."""
    INVITATION = "invitation"
    """To be a co-author: the code is the secret of a link and is never typed."""
    MOVED = "moved"
    """No code: another address took the place of this one."""
    PASSWORD = "password"  # noqa: S105 - the word, not one
    """No code: it was changed."""
    FACTOR = "factor"
    """No code: a second factor was added or removed."""
    FACTORS_OFF = "factors_off"
    """No code: an administrator took every second factor off."""
    CLAIMED = "claimed"
    """No code: a paper with this address of the sender is somebody's account's now."""


WITHOUT_CODE = frozenset(
    {Purpose.KNOWN, Purpose.MOVED, Purpose.PASSWORD, Purpose.FACTOR, Purpose.FACTORS_OFF, Purpose.CLAIMED}
)


def delivery(issued: CodeIssued, *, text_messages: bool, issued_at: datetime, at: datetime) -> Delivery:
    """The row of a code, without a person: ready, or settled where it cannot be sent. Raises ValueError."""
    channel = Channel(issued.channel)
    state, reason = State.READY, ""
    if at >= issued.expires_at:
        state, reason = State.EXPIRED, _TOO_LATE
    elif channel is Channel.SMS and not text_messages:
        state, reason = State.SUPPRESSED, _NO_GATEWAY
    ready = state is State.READY
    return Delivery(
        id=delivery_id(issued.code_id, Message.CODE, "", channel), cause=issued.code_id, message=Message.CODE,
        channel=channel, person_id="", about_id="", contest_id="", given={"purpose": Purpose(issued.purpose).value},
        sealed=issued.sealed if ready else "", expires_at=issued.expires_at, urgent=True, state=state, reason=reason,
        planned_at=issued_at, changed_at=at, next_at=at if ready else None,
        moves=[Move(state=State.PLANNED, at=at), Move(state=state, at=at, note=reason)],
    )  # fmt: skip
