"""The toy worker with one protection taken out, named by PLANTED. Run as a real process, never part of the system."""

import os
from collections.abc import Awaitable, Callable
from typing import Any

from faust.transport.drivers import aiokafka as driver

from shared import consume, inbox, kafka
from shared.dead_letters import Delivery
from shared.events.envelope import Envelope
from shared.inbox import Fact, Handler, Outcome
from shared.mongo import Store, Tx
from shared.topics import Order


async def unprotected(self: consume.Worker, name: str, delivery: Delivery, work: Callable[[], Awaitable[None]]) -> None:
    """No retry, no dead letter: the exception reaches Faust."""
    await work()


async def without_cursor(store: Store, agent: str, order: Order, envelope: Envelope, handler: Handler) -> Outcome:
    """The effect in a transaction, and nothing that remembers it."""
    event = envelope.event()

    async def run(tx: Tx) -> Outcome:
        if event is not None:
            meta = (envelope.id, envelope.subject, envelope.seq, envelope.time, envelope.by)
            await handler(tx, Fact(event, *meta))
        return Outcome.APPLIED

    return await store.transaction(run)


def plant(what: str) -> None:
    """Take a protection out, before the application is made."""
    patches: dict[str, tuple[Any, str, Any]] = {
        "no wrapper": (consume.Worker, "_to_the_end", unprotected),
        "no cursor": (inbox, "apply", without_cursor),
        "no waiting for the broker": (kafka._IdempotentProducer, "on_start", driver.Producer.on_start),
    }
    if what in patches:
        place, name, instead = patches[what]
        setattr(place, name, instead)


PLANTED = os.environ.get("PLANTED", "")
plant(PLANTED)
from tests.integration.shared import toy_worker  # noqa: E402 - after the planting

app = toy_worker.app
if PLANTED == "no finishing of what was begun":
    app.conf.stream_wait_empty = False
