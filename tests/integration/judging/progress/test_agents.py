"""A real worker of judging on real Kafka: an accepted entry becomes a script, a sealed sheet moves the board."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiokafka import AIOKafkaProducer

from deploy.local.stack import Stack
from deploy.local.topics import create
from services.judging.copies import service as copies
from services.judging.progress import service
from services.judging.rubrics.domain import Round
from shared.events.envelope import Envelope
from shared.ids import new_id
from shared.kafka import Producer
from shared.mongo import Store
from shared.outbox import Relay
from shared.topics import ENTRIES
from tests.integration.judging.builders import CHAIR, CONTEST, START, a_sealed_sheet, a_written_round, entry_fact

ROOT = Path(__file__).parents[4]


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A broker of its own: a worker of this service reads whatever other tests left on the shared one."""
    with Stack(tmp_path_factory.mktemp("own")) as running:
        create(running.kafka_url)
        yield running


@asynccontextmanager
async def worker(stack: Stack, database: str, folder: Path) -> AsyncIterator[None]:
    """The worker process of judging; killed at the end."""
    environment = {
        **os.environ,
        "JUDGING_MONGO_URL": stack.mongo_url,
        "JUDGING_MONGO_DATABASE": database,
        "JUDGING_KAFKA_URL": stack.kafka_url,
        "PYTHONPATH": str(ROOT),
    }
    command = [sys.executable, "-m", "faust", "-A", "services.judging.worker", "worker", "--without-web"]
    with (folder / "worker.log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(*command, env=environment, cwd=ROOT, stdout=log, stderr=log)
        try:
            yield
        finally:
            if process.returncode is None:
                process.kill()
            await process.wait()


async def until(check: Callable[[], Awaitable[bool]], seconds: float = 90) -> None:
    """Wait for something to become true."""
    async with asyncio.timeout(seconds):
        while not await check():  # noqa: ASYNC110 - another process does it
            await asyncio.sleep(0.1)


async def test_facts_from_kafka_make_scripts_and_move_the_board(
    store: Store, stack: Stack, database_name: str, tmp_path: Path
) -> None:
    _, _, given = await a_written_round(store)
    entry = f"entry-{new_id()}"
    fact = Envelope.wrap(entry_fact(entry), subject=entry, seq=1, by="s", time=START).model_dump_json().encode()
    producer = AIOKafkaProducer(bootstrap_servers=stack.kafka_url, acks="all")
    await producer.start()
    for _ in range(2):
        await producer.send_and_wait(ENTRIES.name, fact, key=entry.encode())
    await producer.stop()
    relay = asyncio.create_task(Relay(store, lambda: Producer(stack.kafka_url)).run())
    for one in given[:3]:
        await a_sealed_sheet(store, one)

    async def moved() -> bool:
        standing = await service.standing(store, CONTEST, Round.PRELIMINARY, CHAIR)
        return standing.sealed == 3 and entry in {one.entry_id for one in await copies.scripts(store.read, CONTEST)}

    async with worker(stack, database_name, tmp_path):
        await until(moved)
    relay.cancel()
    await asyncio.gather(relay, return_exceptions=True)
    assert await store.read["outbox"].count({"key": entry}) == 1
