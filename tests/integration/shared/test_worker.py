"""A real worker process against real Kafka and MongoDB: failures, signals, poison, a broker that is not there."""

import asyncio
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from decimal import Decimal
from pathlib import Path

import httpx
from aiokafka import AIOKafkaProducer

from deploy.local.stack import Stack
from shared import dead_letters
from shared.clock import now
from shared.events.envelope import Envelope
from shared.events.judging import SheetSealed
from shared.ids import new_id
from shared.mongo import Store
from shared.topics import SHEETS

ROOT = Path(__file__).parents[3]


def an_envelope(key: str, seq: int, does: str = "quick") -> bytes:
    """A fact whose entry id tells the toy agent what to do."""
    body = SheetSealed(
        sheet_id=key,
        contest_id="c",
        round="preliminary",
        entry_id=does,
        judge_id="j",
        total=Decimal(1),
        sealed_at=now(),
    )
    return Envelope.wrap(body, subject=key, seq=seq, by="j", time=now()).model_dump_json().encode()


async def send(kafka_url: str, key: str, values: Sequence[bytes]) -> None:
    """Put raw messages of one key on the topic."""
    producer = AIOKafkaProducer(bootstrap_servers=kafka_url, acks="all")
    await producer.start()
    for value in values:
        await producer.send_and_wait(SHEETS.name, value, key=key.encode())
    await producer.stop()


def free_port() -> int:
    """A port of this machine that nobody holds."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Process:
    """A worker process and how to reach it."""

    def __init__(self, process: asyncio.subprocess.Process, port: int, mark: Path) -> None:
        self.process, self.port, self.mark = process, port, mark

    def signal(self, number: int) -> None:
        """Send a signal to our own child."""
        self.process.send_signal(number)

    async def health(self, path: str) -> int:
        """Status of a health page, 0 when nobody answers."""
        try:
            async with httpx.AsyncClient() as client:
                return (await client.get(f"http://127.0.0.1:{self.port}{path}", timeout=3)).status_code
        except httpx.TransportError:
            return 0


@asynccontextmanager
async def worker(mongo_url: str, kafka_url: str, database: str, folder: Path) -> AsyncIterator[Process]:
    """A toy worker in a process of its own; killed at the end if it still lives."""
    port, mark = free_port(), folder / "begun"
    environment = {
        **os.environ,
        "TOY_MONGO_URL": mongo_url,
        "TOY_MONGO_DATABASE": database,
        "TOY_KAFKA_URL": kafka_url,
        "TOY_HEALTH_PORT": str(port),
        "TOY_MARK": str(mark),
        "PYTHONPATH": str(ROOT),
    }
    with (folder / f"worker-{new_id()}.log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "faust",
            "-A",
            "tests.integration.shared.toy_worker",
            "worker",
            "-l",
            "info",
            "--without-web",
            env=environment,
            cwd=ROOT,
            stdout=log,
            stderr=log,
        )
        try:
            yield Process(process, port, mark)
        finally:
            if process.returncode is None:
                process.kill()
            await process.wait()


async def until(check: Callable[[], Awaitable[bool]], seconds: float = 60) -> None:
    """Wait for something to become true."""
    async with asyncio.timeout(seconds):
        while not await check():  # noqa: ASYNC110 - another process does it
            await asyncio.sleep(0.1)


async def seen(store: Store, key: str) -> list[int]:
    """The effects on `key`."""
    document = await store.read["seen"].get(key)
    return list(document["seqs"]) if document else []


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
