"""A person was erased: rows keep their states and counts, what they said is gone and nothing more is sent."""

from datetime import datetime

from services.notifications.announcements import service as announcements
from services.notifications.deliveries import repository
from services.notifications.deliveries.channels.facts import tell
from services.notifications.deliveries.domain import UNDER_WAY, Delivery, Move, State
from services.notifications.feeds import service as feeds
from shared.mongo import Tx

REASON = "Tài khoản đã xóa."


async def forget(tx: Tx, person_id: str, at: datetime) -> None:
    """Texts, notices and what announcements say of the person's entries. Twice is once."""
    await feeds.forget(tx, person_id)
    await announcements.forget(tx, person_id)
    for row in await repository.of_person(tx, person_id):
        ended = row.state in UNDER_WAY
        await repository.put(tx, _emptied(row, at) if ended else _without_words(row))
        if ended:
            await tell(tx, row, State.SUPPRESSED, REASON, at)


def _without_words(row: Delivery) -> Delivery:
    # Which entries a letter spoke of stays: or the person would look as if nobody had been told.
    items = [{"entry_id": item["entry_id"]} for item in row.given.get("items", [])]
    moves = [move.model_copy(update={"note": ""}) for move in row.moves]
    words = {"subject": "", "text": "", "html": "", "reason": "", "given": {"items": items}, "moves": moves}
    return row.model_copy(update=words)


def _emptied(row: Delivery, at: datetime) -> Delivery:
    row = _without_words(row)
    step = Move(state=State.SUPPRESSED, at=at, note=REASON)
    # Another attempt: an answer to the one under way is not written down any more.
    later = {"attempt": row.attempt + 1, "next_at": None, "lease_until": None, "published": row.published + 1}
    ending = {"state": State.SUPPRESSED, "changed_at": at, "reason": REASON, "moves": [*row.moves, step]}
    return row.model_copy(update={**later, **ending})
