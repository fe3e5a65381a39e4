"""A toy worker as a real process, facts for it, and its effects: what the tests of the worker stand on."""

import asyncio
import os
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
from aiokafka import AIOKafkaProducer
from pymongo import MongoClient

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
async def worker(
    mongo_url: str, kafka_url: str, database: str, folder: Path, *, planted: str = ""
) -> AsyncIterator[Process]:
    """A toy worker in a process of its own; killed at the end if it still lives. `planted` names a bug it shall have."""
    port, mark = free_port(), folder / "begun"
    environment = {
        **os.environ,
        "TOY_MONGO_URL": mongo_url,
        "TOY_MONGO_DATABASE": database,
        "TOY_KAFKA_URL": kafka_url,
        "TOY_HEALTH_PORT": str(port),
        "TOY_MARK": str(mark),
        "PYTHONPATH": str(ROOT),
        "PLANTED": planted,
    }
    with (folder / f"worker-{new_id()}.log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "faust",
            "-A",
            f"tests.integration.shared.{'planted' if planted else 'toy'}_worker",
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
                await asyncio.to_thread(_end_what_is_open, mongo_url)


def _end_what_is_open(mongo_url: str) -> None:
    """A transaction that the killed process had begun would hold up the end of the test for seconds."""
    with MongoClient[dict[str, Any]](mongo_url) as client:
        client.admin.command("killAllSessions", [])


async def until(check: Callable[[], Awaitable[bool]], seconds: float = 60) -> None:
    """Wait for something to become true."""
    async with asyncio.timeout(seconds):
        while not await check():  # noqa: ASYNC110 - another process does it
            await asyncio.sleep(0.1)


async def seen(store: Store, key: str) -> list[int]:
    """The effects on `key`."""
    document = await store.read["seen"].get(key)
    return list(document["seqs"]) if document else []
