"""A real worker process against real Kafka and MongoDB: failures, signals, poison, a broker that is not there."""

import asyncio
import signal
from pathlib import Path

from deploy.local.stack import Stack
from shared import dead_letters
from shared.ids import new_id
from shared.mongo import Store
from tests.integration.shared.workers import an_envelope, seen, send, until, worker


async def test_poison_and_failing_facts_become_dead_letters_and_the_others_run(
    store: Store, stack: Stack, database_name: str, tmp_path: Path
) -> None:
    bad, good, broken = (new_id() for _ in range(3))
    await send(stack.kafka_url, broken, [b"\xff\xfe not json", b'{"id": 1}'])
    await send(stack.kafka_url, bad, [an_envelope(bad, 1, "fails"), an_envelope(bad, 2)])
    await send(stack.kafka_url, good, [an_envelope(good, 1), an_envelope(good, 2)])
    async with worker(stack.mongo_url, stack.kafka_url, database_name, tmp_path):

        async def done() -> bool:
            return await seen(store, good) == [1, 2] and len(await mine()) == 3

        async def mine() -> list[str]:
            keys = {bad.encode(), broken.encode()}
            return [letter["reason"] for letter in await dead_letters.waiting(store) if letter["key"] in keys]

        await until(done)
        assert sorted(await mine()) == ["failed", "undecodable", "undecodable"]
        # Fact 2 of the failing key waits for fact 1: order within a key is kept.
        assert await seen(store, bad) == []


async def test_a_dead_letter_is_replayed_on_request_and_the_facts_behind_it_follow(
    store: Store, stack: Stack, database_name: str, tmp_path: Path
) -> None:
    key = new_id()
    await store.read["switches"].put({"_id": "on"})
    await send(stack.kafka_url, key, [an_envelope(key, 1, "fails while the switch is on"), an_envelope(key, 2)])
    async with worker(stack.mongo_url, stack.kafka_url, database_name, tmp_path):

        async def buried() -> bool:
            return any(letter["key"] == key.encode() for letter in await dead_letters.waiting(store))

        async def applied() -> bool:
            return await seen(store, key) == [1, 2]

        await until(buried)
        await store.read["switches"].delete({"_id": "on"})
        letters = [letter["_id"] for letter in await dead_letters.waiting(store) if letter["key"] == key.encode()]
        assert await dead_letters.ask_replay(store, letters) == 1
        await until(applied)


async def test_a_worker_told_to_stop_in_mid_handler_finishes_it_once_and_leaves(
    store: Store, stack: Stack, database_name: str, tmp_path: Path
) -> None:
    key = new_id()
    await send(stack.kafka_url, key, [an_envelope(key, 1, "slow")])
    async with worker(stack.mongo_url, stack.kafka_url, database_name, tmp_path) as running:

        async def begun() -> bool:
            return running.mark.exists()

        await until(begun)
        running.signal(signal.SIGTERM)
        async with asyncio.timeout(60):  # the grace that the supervisor and compose give
            await running.process.wait()
    assert await seen(store, key) == [1]
    async with worker(stack.mongo_url, stack.kafka_url, database_name, tmp_path):
        await send(stack.kafka_url, key, [an_envelope(key, 2)])

        async def second() -> bool:
            return await seen(store, key) == [1, 2]

        await until(second)


async def test_a_worker_killed_in_mid_handler_gets_the_fact_again_and_applies_it_once(
    store: Store, stack: Stack, database_name: str, tmp_path: Path
) -> None:
    key = new_id()
    await send(stack.kafka_url, key, [an_envelope(key, 1, "slow"), an_envelope(key, 2)])
    async with worker(stack.mongo_url, stack.kafka_url, database_name, tmp_path) as running:

        async def begun() -> bool:
            return running.mark.exists()

        await until(begun)
        running.signal(signal.SIGKILL)
        await running.process.wait()
        assert await seen(store, key) == []
    async with worker(stack.mongo_url, stack.kafka_url, database_name, tmp_path):

        async def both() -> bool:
            return await seen(store, key) == [1, 2]

        await until(both)


async def test_a_lost_place_in_a_line_is_filled_from_the_topic(
    store: Store, stack: Stack, database_name: str, tmp_path: Path
) -> None:
    key = new_id()
    await send(stack.kafka_url, key, [an_envelope(key, 3), an_envelope(key, 1), an_envelope(key, 2)])
    await send(stack.kafka_url, key, [an_envelope(key, 5), an_envelope(key, 4)])
    async with worker(stack.mongo_url, stack.kafka_url, database_name, tmp_path):

        async def whole() -> bool:
            return await seen(store, key) == [1, 2, 3, 4, 5]

        await until(whole)


async def test_a_worker_without_a_broker_says_so_and_keeps_trying(
    store: Store, stack: Stack, database_name: str, tmp_path: Path
) -> None:
    async with worker(stack.mongo_url, "127.0.0.1:9", database_name, tmp_path) as running:
        await asyncio.sleep(15)
        assert running.process.returncode is None
        assert await running.health("/readyz") != 200
