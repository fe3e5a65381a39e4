"""The relay on a real broker: killed between send and mark, two at once, a broker that is away."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta

import pytest

from deploy.local.stack import Stack
from shared import inbox, outbox
from shared.clock import now
from shared.ids import new_id
from shared.inbox import Fact, Outcome
from shared.kafka import Producer, SendFailed
from shared.mongo import Document, Store, Tx
from shared.outbox import Relay
from shared.topics import Order
from tests.integration.shared.relays import drained, published, put, running


async def test_every_fact_reaches_the_broker_in_the_order_of_its_key(store: Store, stack: Stack) -> None:
    keys = [new_id() for _ in range(5)]
    await asyncio.gather(*(put(store, key, range(1, 21)) for key in keys))
    async with running(Relay(store, lambda: Producer(stack.kafka_url))):
        await drained(store)
    for key in keys:
        assert [envelope.seq for envelope in await published(stack, key)] == list(range(1, 21))


async def test_a_relay_killed_between_send_and_mark_sends_again_and_the_effect_happens_once(
    store: Store, stack: Stack
) -> None:
    key = new_id()
    await put(store, key, [1, 2, 3])

    class DiesAfterSending(Producer):
        async def send_all(self, lines: Sequence[Sequence[Document]]) -> list[str]:
            await super().send_all(lines)
            raise asyncio.CancelledError  # what a kill leaves behind: sent, and nothing marked

    with pytest.raises(asyncio.CancelledError):
        await Relay(store, lambda: DiesAfterSending(stack.kafka_url)).run()
    assert await store.read["outbox"].count({"pending": True}) == 3
    async with running(Relay(store, lambda: Producer(stack.kafka_url))):
        await drained(store)

    delivered = await published(stack, key)
    assert [envelope.seq for envelope in delivered] == [1, 2, 3, 1, 2, 3]

    async def count(tx: Tx, fact: Fact) -> None:
        await tx["seen"].update({"_id": key}, {"$push": {"seqs": fact.seq}}, upsert=True)

    outcomes = [await inbox.apply(store, "a", Order.EVERY, envelope, count) for envelope in delivered]
    assert outcomes.count(Outcome.DOUBLE) == 3
    document = await store.read["seen"].get(key)
    assert document is not None
    assert document["seqs"] == [1, 2, 3]


async def test_of_two_relays_one_leads_and_no_key_is_reordered(store: Store, stack: Stack) -> None:
    relays = [Relay(store, lambda: Producer(stack.kafka_url)) for _ in range(2)]
    key = new_id()
    async with running(*relays):
        await put(store, key, range(1, 41))
        await drained(store)
        assert [relay.leading for relay in relays].count(True) == 1
    assert [envelope.seq for envelope in await published(stack, key)] == list(range(1, 41))


async def test_without_a_broker_facts_wait_and_nothing_is_marked(store: Store) -> None:
    await put(store, new_id(), [1])
    with pytest.raises(SendFailed):
        async with Producer("127.0.0.1:9"):
            pytest.fail("nobody listens there")
    assert await store.read["outbox"].count({"pending": True}) == 1


async def test_kept_rows_can_be_published_again_after_a_broker_lost_them(store: Store, stack: Stack) -> None:
    key = new_id()
    await put(store, key, [1, 2])
    async with running(Relay(store, lambda: Producer(stack.kafka_url))):
        await drained(store)
        assert await outbox.republish(store, since=now() - timedelta(hours=1)) == 2
        await drained(store)
    assert [envelope.seq for envelope in await published(stack, key)] == [1, 2, 1, 2]
    assert len({envelope.id for envelope in await published(stack, key)}) == 2
