"""Dead letters: messages that cannot be read or applied, with their reason; listed, mended, replayed."""

from dataclasses import dataclass

from shared.clock import now
from shared.mongo import Document, Index, Store, Tx

INDEXES = (Index("dead_letters", (("state", 1), ("at", 1))),)
_SHOWN_ERROR = 500


@dataclass(frozen=True, slots=True)
class Delivery:
    """A raw message as it came from Kafka."""

    topic: str
    partition: int
    offset: int
    key: bytes
    value: bytes


async def bury(store: Store, agent: str, delivery: Delivery, *, reason: str, error: str) -> None:
    """Keep `delivery` for people to look at. The same message of the same agent is kept once."""
    letter = {
        "agent": agent,
        "topic": delivery.topic,
        "partition": delivery.partition,
        "offset": delivery.offset,
        "key": delivery.key,
        "value": delivery.value,
        "reason": reason,
        "error": error[:_SHOWN_ERROR],
        "state": "waiting",
        "at": now(),
    }
    name = f"{agent}|{delivery.topic}|{delivery.partition}|{delivery.offset}"
    await store.read["dead_letters"].update({"_id": name}, {"$set": letter}, upsert=True)


async def forget(tx: Tx, topic: str, key: bytes) -> None:
    """Drop the letters of a key that was erased: they hold what must be forgotten."""
    await tx["dead_letters"].delete({"topic": topic, "key": key})


async def waiting(store: Store) -> list[Document]:
    """The letters that nobody has dealt with, oldest first."""
    return await store.read["dead_letters"].find({"state": {"$ne": "replayed"}}, sort=[("at", 1)])


async def ask_replay(store: Store, letters: list[str] | None = None) -> int:
    """Mark letters (all that wait, or the named ones) for replay; a worker of the service does it within seconds."""
    where: Document = {"state": "waiting"}
    if letters is not None:
        where["_id"] = {"$in": letters}
    return await store.read["dead_letters"].update_all(where, {"$set": {"state": "replay"}})


async def take_for_replay(store: Store) -> Document | None:
    """The next letter somebody wants replayed, now ours to try."""
    return await store.read["dead_letters"].take(
        {"state": "replay"}, {"$set": {"state": "replaying", "at": now()}}, sort=[("at", 1)]
    )


async def settle(store: Store, letter: Document, *, error: str | None) -> None:
    """Close a replay: done, or waiting again with its new error."""
    state = {"state": "replayed"} if error is None else {"state": "waiting", "error": error[:_SHOWN_ERROR]}
    await store.read["dead_letters"].update({"_id": letter["_id"]}, {"$set": {**state, "at": now()}})


async def blocks(store: Store, agent: str, key: bytes) -> bool:
    """Whether a fact of this key lies among the dead letters of `agent`, so that filling its gap would be vain."""
    where = {"agent": agent, "key": key, "state": {"$ne": "replayed"}}
    return await store.read["dead_letters"].find_one(where, projection=["_id"]) is not None
