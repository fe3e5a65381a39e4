"""What one relay carries from the outbox to a real broker, and what one worker applies once-only. No line to pass."""

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

from deploy.demo.progress import Bar, Stages
from deploy.local.places import CHECKOUT
from deploy.local.stack import Stack
from shared import consume, outbox
from shared.clock import now
from shared.events.submissions import EntryWithdrawn
from shared.ids import new_id
from shared.kafka import Producer
from shared.mongo import Index, Store, Tx
from shared.outbox import Relay
from tests.bench import clocks
from tests.bench.figures import Figure

T = TypeVar("T")
_DATABASE = "bench"
_INDEXES = (Index("effects", (("key", 1), ("seq", 1)), unique=True),)
_FACTS_A_KEY = 10
_PATIENCE_SECONDS = 180
_REASON = "Tác giả xin rút bài để hoàn thiện thêm số liệu khảo sát tại bộ phận một cửa."


@dataclass(frozen=True, slots=True)
class Work:
    """So much was done in so long, at so much CPU."""

    count: int
    seconds: float
    cpu: float
    mongod_cpu: float

    def figure(self, name: str, note: str) -> Figure:
        """The line of the table."""
        one, mongod = self.cpu / self.count * 1e6, self.mongod_cpu / self.count * 1e6
        cost = f"CPU of the process {one:,.0f} µs, of mongod {mongod:,.0f} µs each"
        return Figure(name, f"{self.count / self.seconds:,.0f}", note=f"{note}; {cost}")


def measure(stack: Stack, facts: int, stages: Stages) -> list[Figure]:
    """Both, one after the other: what the relay sent is what the worker reads."""
    with stages.stage(f"Filling an outbox with {facts} facts"):
        asyncio.run(_with_store(stack, lambda store: _fill(store, facts)))
    with stages.stage("Relay: outbox to broker"):
        sent = asyncio.run(_with_store(stack, lambda store: _drain(store, stack)))
    with stages.stage("Worker: facts applied once", facts) as bar:
        read = asyncio.run(_with_store(stack, lambda store: _read(store, stack, facts, bar)))
    return [
        sent.figure("relay: facts/s, outbox to broker", f"{facts} facts waiting, rounds of 500, acks=all"),
        read.figure(
            "worker: facts/s, once-only", f"{facts} facts, one document each, in order of {_FACTS_A_KEY} a key"
        ),
    ]


async def _with_store(stack: Stack, work: Callable[[Store], Awaitable[T]]) -> T:
    store = Store(stack.mongo_url, _DATABASE, name="bench")
    try:
        await store.ensure([*outbox.INDEXES, *consume.INDEXES, *_INDEXES])
        return await work(store)
    finally:
        store.close()


async def _fill(store: Store, facts: int) -> None:
    """Facts of many keys, each key's in one transaction."""

    async def one_key(subject: str, upto: int) -> None:
        async def work(tx: Tx) -> None:
            for seq in range(1, upto + 1):
                body = EntryWithdrawn(entry_id=subject, contest_id="contest", owner_id="person", reason=_REASON)
                await outbox.add(tx, body, subject=subject, seq=seq, by="person", time=now())

        async with gate:
            await store.transaction(work)

    gate, left = asyncio.Semaphore(8), [_FACTS_A_KEY] * (facts // _FACTS_A_KEY)
    await asyncio.gather(*(one_key(new_id(), upto) for upto in left))


async def _drain(store: Store, stack: Stack) -> Work:
    """The relay's own rounds, until nothing waits; in this process, which does nothing else."""
    relay, sent = Relay(store, lambda: Producer(stack.kafka_url)), 0
    async with Producer(stack.kafka_url) as producer:
        watch = _Watch(os.getpid(), stack.pid("mongod"))
        while done := await relay.round(producer):
            sent += done
        return watch.stop(sent)


async def _read(store: Store, stack: Stack, facts: int, bar: Bar) -> Work:
    """A worker process from its first effect to its last. Raises TimeoutError, RuntimeError for a doubled effect."""
    effects = store.read["effects"]
    with _worker(stack) as process:
        async with asyncio.timeout(_PATIENCE_SECONDS):
            while not (before := await effects.count({})):  # noqa: ASYNC110 - another process does it
                await asyncio.sleep(0.05)
            watch, there = _Watch(process.pid, stack.pid("mongod")), before
            while there < facts:
                await asyncio.sleep(0.2)
                there, seen = await effects.count({}), there
                bar.step(there - seen)
            done = watch.stop(there - before)
    if there != facts:
        raise RuntimeError(f"{facts} facts had {there} effects")
    return done


class _Watch:
    """Wall and CPU time from now on."""

    def __init__(self, pid: int, mongod: int) -> None:
        self._pids = (pid, mongod)
        self._cpu = [clocks.cpu_seconds(one) for one in self._pids]
        self._began = time.perf_counter()

    def stop(self, count: int) -> Work:
        """What `count` pieces of work took."""
        seconds = time.perf_counter() - self._began
        own, mongod = (clocks.cpu_seconds(pid) - used for pid, used in zip(self._pids, self._cpu, strict=True))
        return Work(count, seconds, own, mongod)


@contextmanager
def _worker(stack: Stack) -> Iterator[subprocess.Popen[bytes]]:
    told = {"MONGO_URL": stack.mongo_url, "MONGO_DATABASE": _DATABASE, "KAFKA_URL": stack.kafka_url}
    # Faust's own folder would otherwise stay behind in the machine's temporary folder.
    own = {"TMPDIR": str(stack.folder), **{f"BENCH_{name}": value for name, value in told.items()}}
    command = [sys.executable, "-m", "faust", "--datadir", str(stack.folder / "tables"), "-A", "tests.bench.reader"]
    with (stack.folder / "reader.log").open("wb") as log:
        process = subprocess.Popen(
            [*command, "worker", "-l", "info", "--without-web"],
            cwd=CHECKOUT,
            env={**os.environ, **own},
            stdout=log,
            stderr=log,
        )
        try:
            yield process
        finally:
            process.terminate()
            process.wait(timeout=60)
