"""The worker: wraps every agent body with decoding, once-only, bounded retry and dead letters.

Faust acknowledges a message whose agent raised, so nothing but a cancellation may leave the loop (stack notes, 1.2).
"""

import asyncio
import os
import random
import signal
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

from pydantic import ValidationError

from shared import dead_letters, health, inbox, kafka, logs
from shared.clock import now
from shared.dead_letters import Delivery
from shared.events import judging, notifications, submissions
from shared.events.envelope import Envelope
from shared.inbox import Fact, Handler, Outcome
from shared.mongo import DriverError, Store, Tx, unavailable
from shared.settings import ServiceSettings
from shared.stores import opened
from shared.topics import TOPICS, Changelog, Order, Topic

Eraser = Callable[[Tx, str], Awaitable[None]]
"""Forgets a key of a compacted topic that its owner emptied. Doing it twice is doing it once."""
LANGUAGE = (submissions, judging, notifications)
"""Importing these enters every event type in the register."""
INDEXES = (*inbox.INDEXES, *dead_letters.INDEXES)
TRIES = 4
_HANDLER_SECONDS = 30
_FIRST_WAIT, _LONGEST_WAIT = 0.2, 10.0
_HOUSEKEEPING_SECONDS = 2.0
_PARKED_PATIENCE = timedelta(seconds=3)
_STALL = timedelta(seconds=90)
log = logs.get(__name__)


@dataclass(frozen=True, slots=True)
class Agent:
    """A named reader of one topic."""

    name: str
    topic: Topic
    handler: Handler
    erased: Eraser | None = None


class Worker:
    """One worker process of a service: its Faust application, its database, its agents."""

    def __init__(self, settings: ServiceSettings, *, rooms: Sequence[str]) -> None:
        """`rooms`: names of the rooms whose `agents.py` this worker runs."""
        self.settings = settings
        service = settings.service
        logs.configure(f"{service}.worker.{settings.worker_slot}", settings.log_level)
        modules = [f"services.{service}.{room}.agents" for room in rooms]
        self.app = kafka.worker_app(service, settings.kafka_url, slot=settings.worker_slot, agents=modules)
        self.agents: dict[str, Agent] = {}
        self.progress = health.Progress(_STALL)
        self._gaps: set[tuple[str, str]] = set()
        """Keys this process has parked a fact of; a gap of an earlier process is filled by housekeeping."""
        self._store: Store | None = None
        self.app.task(self._housekeeping)
        self.app.task(self._watch)

    @property
    def store(self) -> Store:
        """The service's database; made on first use, because a client belongs to the loop that made it."""
        if self._store is None:
            self._store = opened(self.settings, "worker")
        return self._store

    def agent(self, topic: Topic, *, erased: Eraser | None = None) -> Callable[[Handler], Handler]:
        """Register `handler(tx, fact)` for every fact of `topic`; it runs once, in one transaction, in order per key.

        A compacted topic also empties keys: `erased(tx, key)` forgets what was kept of one.
        """

        def register(handler: Handler) -> Handler:
            room = handler.__module__.split(".")[-2]
            agent = Agent(f"{room}.{handler.__name__}", topic, handler, erased)
            self.agents[agent.name] = agent

            async def read(stream: Any) -> None:
                async for message in stream.events():
                    delivery = _delivery(message)
                    work = partial(self._forget, agent, delivery) if _is_tombstone(topic, message) else None
                    await self._to_the_end(agent.name, delivery, work or partial(self._apply, agent, delivery.value))

            self.app.agent(kafka.source(self.app, topic), name=f"{self.settings.service}.{agent.name}")(read)
            return handler

        return register

    def figure(self, changelog: Changelog) -> Callable[[Callable[[dict[str, Any], Fact], Awaitable[None]]], None]:
        """Register `update(table, fact)` for a running figure kept in a Faust table, keyed like the topic.

        The update must be the same when it is done twice: values are keyed by their source, never counted up.
        """

        def register(update: Callable[[dict[str, Any], Fact], Awaitable[None]]) -> None:
            table = kafka.table(self.app, changelog)
            room = update.__module__.split(".")[-2]
            name = f"{room}.{update.__name__}"

            async def read(stream: Any) -> None:
                async for message in stream.events():
                    delivery = _delivery(message)
                    await self._to_the_end(name, delivery, partial(self._move, update, table, delivery.value))

            self.app.agent(kafka.source(self.app, changelog.source), name=f"{self.settings.service}.{name}")(read)

        return register

    def task(self, work: Callable[[Store], Awaitable[None]]) -> Callable[[Store], Awaitable[None]]:
        """Run `work(store)` beside the agents for as long as the worker lives; a failure starts it again."""

        async def run() -> None:
            while True:
                try:
                    await work(self.store)
                    return
                except Exception as error:  # noqa: BLE001 - a task must outlive whatever it meets
                    log.warning("worker.task.failed", task=work.__name__, error=repr(error)[:300])
                    await asyncio.sleep(_HOUSEKEEPING_SECONDS)

        self.app.task(run)
        return work

    async def _to_the_end(self, name: str, delivery: Delivery, work: Callable[[], Awaitable[None]]) -> None:
        self.progress.begin()
        try:
            await self._do_or_bury(name, delivery, work)
        finally:
            self.progress.end()

    async def _do_or_bury(self, name: str, delivery: Delivery, work: Callable[[], Awaitable[None]]) -> None:
        tries = 0
        while True:
            tries += 1
            try:
                await work()
                return
            except (ValidationError, UnicodeDecodeError) as error:
                reason, detail = "undecodable", _first_line(error)
            except Exception as error:  # noqa: BLE001 - whatever a handler raises must not leave the agent
                reason, detail = "failed", repr(error)
                # A database that is away is no fault of the message: wait for it, however long.
                if unavailable(error) or tries < TRIES:
                    await self._wait(name, tries, error)
                    continue
            if await self._buried(name, delivery, reason, detail):
                return
            await asyncio.sleep(_LONGEST_WAIT)

    async def _wait(self, agent: str, tries: int, error: Exception) -> None:
        pause = min(_LONGEST_WAIT, _FIRST_WAIT * 2 ** min(tries - 1, 8)) * random.uniform(0.5, 1)  # noqa: S311 - jitter
        log.warning("agent.fact.retried", agent=agent, tries=tries, error=repr(error)[:300])
        self.progress.touch()
        await asyncio.sleep(pause)

    async def _buried(self, agent: str, delivery: Delivery, reason: str, detail: str) -> bool:
        try:
            await dead_letters.bury(self.store, agent, delivery, reason=reason, error=detail)
        except DriverError:
            return False
        log.error("agent.fact.buried", agent=agent, reason=reason, topic=delivery.topic, offset=delivery.offset)
        return True

    async def _apply(self, agent: Agent, value: bytes) -> None:
        envelope = Envelope.model_validate_json(value)
        logs.traceparent.set(envelope.traceparent)
        async with asyncio.timeout(_HANDLER_SECONDS):
            outcome = await inbox.apply(self.store, agent.name, agent.topic.order, envelope, agent.handler)
        log.debug("agent.fact.read", agent=agent.name, outcome=outcome, type=envelope.type, seq=envelope.seq)
        line = (agent.name, envelope.subject)
        if outcome is Outcome.PARKED:
            self._gaps.add(line)
        elif line in self._gaps:
            waiting = await inbox.next_parked(self.store, *line)
            if waiting is not None:
                await self._apply(agent, waiting.model_dump_json().encode())
            else:
                self._gaps.discard(line)

    async def _forget(self, agent: Agent, delivery: Delivery) -> None:
        key = delivery.key.decode()

        async def work(tx: Tx) -> None:
            await dead_letters.forget(tx, delivery.topic, delivery.key)
            if agent.erased is not None:
                await agent.erased(tx, key)

        # The cursor stays: an older fact that comes once more is passed over and brings nobody back.
        async with asyncio.timeout(_HANDLER_SECONDS):
            await self.store.transaction(work)
        log.info("agent.key.erased", agent=agent.name, topic=delivery.topic)

    async def _move(self, update: Any, table: Any, value: bytes) -> None:
        envelope = Envelope.model_validate_json(value)
        event = envelope.event()
        if event is not None:
            fact = Fact(event, envelope.id, envelope.subject, envelope.seq, envelope.time, envelope.by)
            async with asyncio.timeout(_HANDLER_SECONDS):
                await update(table, fact)

    async def _housekeeping(self) -> None:
        """Replay the dead letters that people asked for; fill the gaps of parked facts from the topic."""
        while True:
            await asyncio.sleep(_HOUSEKEEPING_SECONDS)
            try:
                while letter := await dead_letters.take_for_replay(self.store):
                    await self._replay(letter)
                await self._fill_gaps()
            except Exception as error:  # noqa: BLE001 - housekeeping goes on
                log.warning("worker.housekeeping.failed", error=repr(error)[:300])

    async def _replay(self, letter: dict[str, Any]) -> None:
        error = None
        try:
            await self._apply(self.agents[letter["agent"]], letter["value"])
        except Exception as failure:  # noqa: BLE001 - goes back among the letters with its reason
            error = repr(failure)
        await dead_letters.settle(self.store, letter, error=error)

    async def _fill_gaps(self) -> None:
        old = {"parked_at": {"$lt": now() - _PARKED_PATIENCE}}
        for parked in await self.store.read["parked"].find(old, sort=[("parked_at", 1)], limit=20):
            # To the back of the line, so that keys which cannot be helped yet do not hold up the others.
            await self.store.read["parked"].update({"_id": parked["_id"]}, {"$set": {"parked_at": now()}})
            agent, key = self.agents.get(parked["agent"]), parked["key"]
            if agent is not None and not await dead_letters.blocks(self.store, agent.name, key.encode()):
                await self._fill_gap(agent, key)

    async def _fill_gap(self, agent: Agent, key: str) -> None:
        self._gaps.add((agent.name, key))
        waiting = await inbox.next_parked(self.store, agent.name, key)
        if waiting is not None:
            await self._apply(agent, waiting.model_dump_json().encode())
        if not await self.store.read["parked"].count({"agent": agent.name, "key": key}):
            return
        for partition in range(agent.topic.partitions):
            async for _, value in kafka.replay(self.settings.kafka_url, agent.topic.name, partition, key=key.encode()):
                await self._apply(agent, value)

    async def _watch(self) -> None:
        """Answer health questions; end the process when it has stopped making progress (stack notes, 1.3)."""
        async with health.served(self.settings, alive=self._alive, ready=self._ready):
            while True:
                await asyncio.sleep(_HOUSEKEEPING_SECONDS)
                if not await self._alive():
                    log.error("worker.stalled", seconds=_STALL.total_seconds())
                    os.kill(os.getpid(), signal.SIGKILL)

    async def _alive(self) -> bool:
        return self.progress.alive(behind=self._behind())

    def _behind(self) -> bool:
        consumer: Any = self.app.consumer
        for place in consumer.assignment():
            end, read = consumer.highwater(place), self._read_offset(place)
            if place.topic in TOPICS and end is not None and read is not None and end > read:
                return True
        return False

    def _read_offset(self, place: Any) -> int | None:
        consumer: Any = self.app.consumer
        offset: int | None = consumer._read_offset.get(place)  # noqa: SLF001 - Faust shows it nowhere else
        return None if offset is None else offset + 1

    async def _ready(self) -> dict[str, bool]:
        await self.store.ping()
        app = self.app
        return {"started": bool(app.started), "settled": not app.rebalancing}


def _is_tombstone(topic: Topic, message: Any) -> bool:
    """Whether a key of a compacted topic was emptied; on any other topic a message without a value is a fault."""
    return message.message.value is None and topic.compacted and topic.order is Order.LATEST


def _delivery(message: Any) -> Delivery:
    raw = message.message
    key, value = raw.key or b"", raw.value if raw.value is not None else b""
    return Delivery(raw.topic, raw.partition, raw.offset, key, value)


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0]
