"""Once-only: a fact is applied in the same transaction that moves its key's cursor; gaps wait, nothing is skipped."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from shared.clock import now
from shared.events.envelope import Envelope, Event
from shared.mongo import Document, Index, Store, Tx, unavailable
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
    Nearly every delivery is the next one of its line, so that is tried first: the cursor moves only if it stands right
    before. Whatever goes wrong with that is tried again with a look at the cursor, which tells doubles and gaps.
    """
    line, event = f"{agent}|{envelope.subject}", envelope.event()
    moved = {"_id": line, "seq": envelope.seq, "event": envelope.id, "at": now()}

    async def act(tx: Tx) -> Outcome:
        if event is None:
            return Outcome.UNKNOWN
        meta = (envelope.id, envelope.subject, envelope.seq, envelope.time, envelope.by)
        await handler(tx, Fact(event, *meta))
        return Outcome.APPLIED

    async def next_one(tx: Tx) -> Outcome:
        await _move(tx, order, moved)
        return await act(tx)

    try:
        return await store.transaction(next_one)
    except Exception as error:  # a double makes the cursor or the handler object; a fault will do so again
        if unavailable(error):
            raise

    async def any_one(tx: Tx) -> Outcome:
        if (amiss := await _amiss(tx, agent, order, envelope)) is not None:
            return amiss
        outcome = await act(tx)
        await tx["inbox"].put(moved)
        return outcome

    return await store.transaction(any_one)


async def _amiss(tx: Tx, agent: str, order: Order, envelope: Envelope) -> Outcome | None:
    """What the cursor says against applying it: that was done, or something before it is missing."""
    cursor = await tx["inbox"].get(f"{agent}|{envelope.subject}")
    last = cursor["seq"] if cursor else 0
    if envelope.seq <= last:
        return Outcome.DOUBLE
    if order is Order.EVERY and envelope.seq > last + 1:
        await _park(tx, agent, envelope)
        return Outcome.PARKED
    return None


async def _move(tx: Tx, order: Order, moved: Document) -> None:
    """Take the cursor to the next fact without a look at it. Raises Stale or Duplicate when it is not the next one."""
    if order is Order.LATEST:
        await tx["inbox"].swap({"_id": moved["_id"], "seq": {"$lt": moved["seq"]}}, moved, upsert=True)
    elif moved["seq"] == 1:
        await tx["inbox"].insert(moved)
    else:
        await tx["inbox"].swap({"_id": moved["_id"], "seq": moved["seq"] - 1}, moved)


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
