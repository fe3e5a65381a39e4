"""Once-only: a fact is applied in the same transaction that moves its key's cursor; gaps wait, nothing is skipped."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from shared.clock import now
from shared.events.envelope import Envelope, Event
from shared.mongo import Index, Store, Tx
from shared.topics import Order

INDEXES = (
    Index("parked", (("agent", 1), ("key", 1), ("seq", 1)), unique=True),
    Index("parked", (("parked_at", 1),)),
)


@dataclass(frozen=True, slots=True)
class Fact:
    """An event as its reader sees it: the body and what the envelope says of it."""

    event: Event
    id: str
    subject: str
    seq: int
    time: datetime
    by: str


Handler = Callable[[Tx, Fact], Awaitable[None]]


class Outcome(StrEnum):
    """What became of a delivery."""

    APPLIED = "applied"
    DOUBLE = "double"
    PARKED = "parked"
    UNKNOWN = "unknown"


async def apply(store: Store, agent: str, order: Order, envelope: Envelope, handler: Handler) -> Outcome:
    """Apply one delivery of `envelope` for `agent`. Raises what the handler raises, with nothing changed.

    A type this code does not know moves the cursor and does no more, so that old code reads a new topic.
    """
    cursor_id = f"{agent}|{envelope.subject}"
    event = envelope.event()

    async def run(tx: Tx) -> Outcome:
        cursor = await tx["inbox"].get(cursor_id)
        last = cursor["seq"] if cursor else 0
        if envelope.seq <= last:
            return Outcome.DOUBLE
        if order is Order.EVERY and envelope.seq > last + 1:
            await _park(tx, agent, envelope)
            return Outcome.PARKED
        if event is not None:
            meta = (envelope.id, envelope.subject, envelope.seq, envelope.time, envelope.by)
            await handler(tx, Fact(event, *meta))
        moved = {"_id": cursor_id, "seq": envelope.seq, "event": envelope.id, "at": now()}
        await tx["inbox"].put(moved)
        return Outcome.APPLIED if event is not None else Outcome.UNKNOWN

    return await store.transaction(run)


async def _park(tx: Tx, agent: str, envelope: Envelope) -> None:
    place = {"agent": agent, "key": envelope.subject, "seq": envelope.seq}
    kept = {"value": envelope.model_dump_json(), "parked_at": now()}
    await tx["parked"].update(place, {"$setOnInsert": kept}, upsert=True)


async def next_parked(store: Store, agent: str, key: str) -> Envelope | None:
    """The parked fact that follows the cursor of (agent, key), if it is there; those behind the cursor are cleared."""
    cursor = await store.read["inbox"].get(f"{agent}|{key}")
    last = cursor["seq"] if cursor else 0
    await store.read["parked"].delete({"agent": agent, "key": key, "seq": {"$lte": last}})
    waiting = await store.read["parked"].find_one({"agent": agent, "key": key, "seq": last + 1})
    return Envelope.model_validate_json(waiting["value"]) if waiting else None
