"""Messages that are not to be sent after all: their reader was erased, or what they ask for is done or over."""

from datetime import datetime

from services.notifications.announcements.domain import Message
from services.notifications.copies import service as copies
from services.notifications.copies.domain import EntryState
from services.notifications.deliveries import repository
from services.notifications.deliveries.channels import erasure
from services.notifications.deliveries.channels.facts import tell
from services.notifications.deliveries.domain import Delivery, Move, State
from shared.mongo import Tx


async def why(tx: Tx, row: Delivery, at: datetime) -> str:
    """Why `row` has lost its point; empty while it has one. Only a reminder can lose it."""
    if row.message is not Message.REMINDER:
        return ""
    # What is not known here yet is a draft: the fact that says so comes before the one that it was handed in.
    if await copies.entry_state(tx, row.about_id) not in (None, EntryState.DRAFT):
        return "Bài đã được nộp."
    contest = await copies.find_contest(tx, row.contest_id)
    closes_at = row.given["closes_at"]
    if contest is not None and contest.timetable.closes_at > closes_at:
        return "Hạn nộp đã được dời; sẽ nhắc theo hạn mới."
    over = at >= closes_at or (contest is not None and at >= contest.timetable.closes_at)
    return "Đã hết hạn nộp bài." if over else ""


async def hushed(tx: Tx, row: Delivery, at: datetime) -> bool:
    """Whether a row just planned ends here, without a text."""
    contact = await copies.find_contact(tx, row.person_id)
    reason = erasure.REASON if contact is not None and contact.erased else await why(tx, row, at)
    if not reason:
        return False
    step, change = Move(state=State.SUPPRESSED, at=at, note=reason), {"next_at": None, "reason": reason}
    if await repository.move(tx, row, step, {**change, "published": row.published + 1}):
        await tell(tx, row, State.SUPPRESSED, reason, at)
    return True
