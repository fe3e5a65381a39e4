"""The in-app channel: a notice is in the person's list as soon as the transaction that makes it is committed."""

from datetime import datetime

from services.notifications.deliveries.channels.letters import Content
from services.notifications.deliveries.domain import Delivery
from services.notifications.feeds import service as feeds
from services.notifications.feeds.domain import Notice
from shared.mongo import Tx


async def post(tx: Tx, row: Delivery, content: Content, *, link: str, at: datetime) -> None:
    """Put the delivery into the person's list under its own id."""
    notice = Notice(
        id=row.id,
        person_id=row.person_id,
        message=row.message,
        about_id=row.about_id,
        title=content.subject,
        html=content.html,
        link=link,
        posted_at=at,
    )
    await feeds.post(tx, notice)
