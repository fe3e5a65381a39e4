"""Taking one-time codes in. Sending them is `deliveries`'."""

from datetime import datetime

from services.notifications.codes import domain
from services.notifications.deliveries import service as deliveries
from shared.events.submissions import CodeIssued
from shared.mongo import Tx


async def plan(tx: Tx, issued: CodeIssued, *, text_messages: bool, issued_at: datetime, at: datetime) -> None:
    """The code is sent within seconds, once. `text_messages`: whether there is a gateway. Twice is once."""
    row = domain.delivery(issued, text_messages=text_messages, issued_at=issued_at, at=at)
    await deliveries.put_in_line(tx, row)
