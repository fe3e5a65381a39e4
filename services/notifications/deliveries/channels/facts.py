"""What other services are told of a delivery: taken by its channel, or given up."""

from datetime import datetime

from services.notifications.announcements.domain import Message
from services.notifications.deliveries.domain import FAILED, Delivery, State
from shared import outbox
from shared.events.notifications import DeliveryAccepted, DeliveryFailed
from shared.mongo import Tx

_TOLD = frozenset({State.ACCEPTED, State.POSTED}) | FAILED


def is_told(row: Delivery, state: State) -> bool:
    """Whether reaching `state` is a fact for others; of a secret nothing is told, not even that it was sent."""
    return state in _TOLD and row.message is not Message.CODE


async def tell(tx: Tx, row: Delivery, state: State, reason: str, at: datetime) -> None:
    """Publish that `row` reached `state`, as its next fact; in the transaction of the move."""
    if state in FAILED:
        failed = DeliveryFailed(
            delivery_id=row.id, message=row.message, channel=row.channel, person_id=row.person_id,
            about_id=row.about_id, reason=reason or state, failed_at=at,
        )  # fmt: skip
        await outbox.add(tx, failed, subject=row.id, seq=row.published + 1, by="system", time=at)
        return
    accepted = DeliveryAccepted(
        delivery_id=row.id, message=row.message, channel=row.channel, person_id=row.person_id,
        about_id=row.about_id, accepted_at=at,
    )  # fmt: skip
    await outbox.add(tx, accepted, subject=row.id, seq=row.published + 1, by="system", time=at)
