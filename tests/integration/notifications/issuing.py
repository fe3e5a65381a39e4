"""Codes as the tests issue them, and senders that carry them."""

from datetime import timedelta
from typing import Any

from services.notifications.announcements.domain import Message
from services.notifications.codes import service as codes
from services.notifications.deliveries import domain
from services.notifications.deliveries.channels.sender import Post
from services.notifications.deliveries.domain import Channel
from services.notifications.settings import Settings
from shared.clock import now
from shared.events.submissions import CodeIssued
from shared.mongo import Document, Store, Tx
from tests.integration.notifications.conftest import LETTERS
from tests.integration.notifications.text_gateway import Texts
from tests.unit.notifications import facts

NUMBER = "+84912345600"


async def issued(store: Store, address: str, *, purpose: str = "sign_in", seconds: float = 600, **more: Any) -> str:
    """A code was issued and taken in; the id of its delivery."""
    event = facts.a_code(purpose, address, until=now() + timedelta(seconds=seconds), **more)
    await planned(store, event)
    return domain.delivery_id(event.code_id, Message.CODE, "", Channel.EMAIL if "@" in address else Channel.SMS)


async def planned(store: Store, event: CodeIssued) -> None:
    """What the agent does."""

    async def work(tx: Tx) -> None:
        await codes.plan(tx, event, text_messages=True, issued_at=now(), at=now())

    await store.transaction(work)


async def row_of(store: Store, delivery_id: str) -> Document:
    """The row as it stands."""
    row = await store.read["deliveries"].get(delivery_id)
    assert row is not None
    return row


def urgent(settings: Settings, channel: Channel = Channel.EMAIL) -> Post:
    """A sender of codes."""
    post = Post.of(settings, LETTERS, channel=channel)
    if channel is Channel.EMAIL:
        post.urgent = True
    return post


async def texts_taken(texts: Texts, number: int) -> bool:
    """Whether the gateway took so many parts."""
    return len(texts.taken) >= number
