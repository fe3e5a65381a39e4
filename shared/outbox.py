"""The outbox: facts are written in the transaction of their effect, and a relay carries them to Kafka."""

import asyncio
import os
import socket
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import groupby
from operator import itemgetter

from shared import logs
from shared.clock import now
from shared.events.envelope import Envelope, Event
from shared.ids import derived_id, new_id
from shared.kafka import Producer, SendFailed
from shared.lease import Lease
from shared.mongo import DriverError, Index, Store, Tx

_KEPT_SECONDS = 40 * 24 * 3600
_BATCH = 500
_POLL_SECONDS = 1.0
_UNPUBLISHED = {"pending": True}

INDEXES = (
    Index("outbox", (("occurred_at", 1),), where=_UNPUBLISHED),
    Index("outbox", (("key", 1), ("seq", 1)), where=_UNPUBLISHED),
    Index("outbox", (("published_at", 1),), expire_after=_KEPT_SECONDS),
)
log = logs.get(__name__)


async def add(tx: Tx, event: Event, *, subject: str, seq: int, by: str, time: datetime) -> str:
    """Put `event` into the outbox as fact number `seq` of the aggregate `subject`; answers the event's id.

    Raises Duplicate when that number is taken: two writers changed the aggregate at once and one must start again.
    """
    envelope = Envelope.wrap(event, subject=subject, seq=seq, by=by, time=time, traceparent=logs.traceparent.get())
    await tx["outbox"].insert(
        {
            "_id": envelope.id,
            "topic": event.topic,
            "key": subject,
            "seq": seq,
            "type": event.type,
            "value": envelope.model_dump_json(),
            "occurred_at": time,
            "pending": True,
        }
    )
    return envelope.id


async def erase(tx: Tx, topic: str, *, subject: str, seq: int, time: datetime) -> None:
    """Forget every fact about `subject`: its rows here go, and a tombstone empties its key in the compacted `topic`.

    `seq` follows the last fact's. Readers learn of it through the `erased` of their agents.
    """
    await tx["outbox"].delete({"key": subject, "topic": topic})
    row = {"_id": derived_id(topic, subject, str(seq)), "topic": topic, "key": subject, "seq": seq, "type": "tombstone"}
    await tx["outbox"].insert({**row, "value": None, "occurred_at": time, "pending": True})


async def send_again(tx: Tx, topic: str, *, subject: str) -> None:
    """Send the tombstone of an erased key once more: only a later message closes the segment that must be compacted."""
    await tx["outbox"].update({"key": subject, "topic": topic, "type": "tombstone"}, {"$set": _UNPUBLISHED})


async def waits(tx: Tx, topic: str, *, subject: str) -> bool:
    """Whether something about `subject` was not carried to Kafka yet."""
    return await tx["outbox"].find_one({"key": subject, "topic": topic, **_UNPUBLISHED}) is not None


async def republish(store: Store, *, since: datetime) -> int:
    """Mark every kept row from `since` on as unpublished again, after a broker lost data. Readers drop doubles."""
    return await store.read["outbox"].update_all({"occurred_at": {"$gte": since}}, {"$set": _UNPUBLISHED})


class Relay:
    """Carries one service's outbox to Kafka. Many may run; the lease lets one work at a time."""

    def __init__(self, store: Store, producer: Callable[[], Producer]) -> None:
        """`producer` makes a fresh one: after a failure the old one is thrown away (stack notes, 3.1)."""
        self._store = store
        self._new_producer = producer
        self._lease = Lease(store, "relay", owner=f"{socket.gethostname()}-{os.getpid()}-{new_id()}")
        self._wake = asyncio.Event()
        self.last_round: datetime | None = None
        self.leading = False

    async def run(self) -> None:
        """Work until cancelled. A broker or database that is away only makes it wait."""
        alarm = asyncio.create_task(self._listen())
        try:
            while True:
                try:
                    await self._lead()
                except (DriverError, SendFailed) as error:
                    log.warning("outbox.relay.waits", error=type(error).__name__, detail=str(error)[:200])
                    await asyncio.sleep(_POLL_SECONDS)
        finally:
            alarm.cancel()
            await self._lease.release()

    async def _lead(self) -> None:
        async with self._new_producer() as producer:
            while True:
                self.leading = await self._lease.hold()
                sent = await self.round(producer) if self.leading else 0
                self.last_round = now()
                if sent < _BATCH:
                    await self._rest()

    async def _rest(self) -> None:
        try:
            async with asyncio.timeout(_POLL_SECONDS):
                await self._wake.wait()
        except TimeoutError:
            pass
        self._wake.clear()

    async def round(self, producer: Producer) -> int:
        """Send the oldest unpublished rows, each key in the order of its seq, and mark what was acknowledged."""
        outbox = self._store.read["outbox"]
        oldest = await outbox.find(_UNPUBLISHED, sort=[("occurred_at", 1)], limit=_BATCH, fields=["key"])
        keys = list({row["key"] for row in oldest})
        if not keys:
            return 0
        rows = await outbox.find(
            {"key": {"$in": keys}, **_UNPUBLISHED}, sort=[("key", 1), ("seq", 1)], limit=4 * _BATCH
        )
        acknowledged = await producer.send_all([list(lines) for _, lines in groupby(rows, key=itemgetter("key"))])
        change = {"$set": {"published_at": now()}, "$unset": {"pending": ""}}
        await outbox.update_all({"_id": {"$in": acknowledged}}, change)
        if len(acknowledged) < len(rows):
            raise SendFailed(f"{len(rows) - len(acknowledged)} of {len(rows)} facts are still unpublished")
        return len(acknowledged)

    async def _listen(self) -> None:
        """Wake the relay at once when a row appears; polling finds it anyway, a second later."""
        while True:
            try:
                async for _ in self._store.changes("outbox"):
                    self._wake.set()
            except DriverError:
                await asyncio.sleep(_POLL_SECONDS)

    async def backlog(self) -> dict[str, object]:
        """How many facts wait, and since when the oldest does."""
        outbox = self._store.read["outbox"]
        waiting = await outbox.find(_UNPUBLISHED, sort=[("occurred_at", 1)], limit=1, fields=["occurred_at"])
        return {
            "leading": self.leading,
            "waiting": await outbox.count(_UNPUBLISHED) if waiting else 0,
            "oldest": waiting[0]["occurred_at"].isoformat() if waiting else None,
        }


def stalled(relay: Relay, *, at: datetime, limit: timedelta = timedelta(seconds=60)) -> bool:
    """Whether the relay has not finished a round for `limit`."""
    return relay.last_round is not None and at - relay.last_round > limit
