"""Reads one-time codes off their topic. The content stays sealed here."""

from services.notifications.codes import service
from services.notifications.worker import settings, worker
from shared import topics
from shared.clock import now
from shared.events.submissions import CodeIssued
from shared.inbox import Fact
from shared.mongo import Tx


@worker.agent(topics.CODES)
async def on_codes(tx: Tx, fact: Fact) -> None:
    """Somebody waits for a code."""
    match fact.event:
        case CodeIssued() as issued:
            await service.plan(tx, issued, text_messages=settings.text_messages, issued_at=fact.time, at=now())
