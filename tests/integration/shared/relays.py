"""Facts in an outbox, relays at work, and what the broker holds: what the tests of the relay stand on."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing, asynccontextmanager

from deploy.local.stack import Stack
from shared import outbox
from shared.clock import now
from shared.events.envelope import Envelope
from shared.events.submissions import EntryWithdrawn
from shared.kafka import replay
from shared.mongo import Store, Tx
from shared.outbox import Relay
from shared.topics import ENTRIES


async def put(store: Store, key: str, seqs: Sequence[int]) -> None:
    """Facts in the outbox, each in its own transaction as a service would write it."""
    for seq in seqs:
        body = EntryWithdrawn(entry_id=key, contest_id="c", owner_id="p", reason=str(seq))

        async def work(tx: Tx, body: EntryWithdrawn = body, seq: int = seq) -> str:
            return await outbox.add(tx, body, subject=key, seq=seq, by="p", time=now())

        await store.transaction(work)


async def published(stack: Stack, key: str) -> list[Envelope]:
    """What the broker holds for `key`, in the order of its offsets."""
    found: list[Envelope] = []
    for partition in range(ENTRIES.partitions):
        messages: AsyncIterator[tuple[int, bytes]] = replay(stack.kafka_url, ENTRIES.name, partition, key=key.encode())
        async with aclosing(messages) as lines:  # type: ignore[type-var]
            found += [Envelope.model_validate_json(value) async for _, value in lines]
    return found


async def drained(store: Store) -> None:
    """Wait until nothing waits in the outbox."""
    async with asyncio.timeout(30):
        while await store.read["outbox"].count({"pending": True}):  # noqa: ASYNC110 - another process does it
            await asyncio.sleep(0.05)


@asynccontextmanager
async def running(*relays: Relay) -> AsyncIterator[None]:
    """Relays at work for as long as the block."""
    tasks = [asyncio.create_task(relay.run()) for relay in relays]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
