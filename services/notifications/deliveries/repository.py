"""The collection `deliveries`. Every move of a delivery is a compare-and-set on state and attempt."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.notifications.deliveries.domain import MOVES, Channel, Delivery, Move, State
from shared.errors import NotFound
from shared.mongo import Document, Index, Tx

INDEXES = (
    Index("deliveries", (("state", 1), ("next_at", 1))),
    Index("deliveries", (("expires_at", 1),), where={"sealed": {"$gt": ""}}),
    Index("deliveries", (("cause", 1), ("person_id", 1))),
    Index("deliveries", (("contest_id", 1), ("planned_at", -1))),
    Index("deliveries", (("about_id", 1), ("planned_at", -1))),
    Index("deliveries", (("planned_at", -1),)),
)
_WITHOUT_TEXTS = {"text": False, "html": False, "sealed": False}


@dataclass(frozen=True, slots=True)
class Sought:
    """Which deliveries a list shows. `contests` None means all, else those the asker may see."""

    contests: Collection[str] | None = None
    contest_id: str = ""
    about_id: str = ""
    message: str = ""
    channel: str = ""
    state: str = ""

    def where(self) -> Document:
        """As a filter; every value was read as a plain string."""
        asked = {name: getattr(self, name) for name in ("contest_id", "about_id", "message", "channel", "state")}
        where: Document = {name: value for name, value in asked.items() if value}
        if self.contests is not None:
            where["$and"] = [{"contest_id": {"$in": sorted(self.contests)}}]
        return where


async def insert(tx: Tx, row: Delivery) -> None:
    """A new row. Raises Duplicate."""
    await tx["deliveries"].insert({"_id": row.id, **row.model_dump(exclude={"id"})})


async def get(tx: Tx, delivery_id: str) -> Delivery:
    """The row with its texts. Raises NotFound."""
    found = await find_one(tx, delivery_id)
    if found is None:
        raise NotFound
    return found


async def find_one(tx: Tx, delivery_id: str) -> Delivery | None:
    """The row, if it is there."""
    found = await tx["deliveries"].get(delivery_id)
    return _delivery(found) if found else None


async def move(tx: Tx, row: Delivery, step: Move, change: Document | None = None) -> bool:
    """Bring `row` to `step.state`; False when it has left the state or the attempt it was read in.

    Raises ValueError for a move that the state machine does not know.
    """
    if step.state not in MOVES[row.state]:
        raise ValueError(f"{row.state} -> {step.state}")
    where = {"_id": row.id, "state": row.state, "attempt": row.attempt}
    settled = {"state": step.state, "changed_at": step.at, **(change or {})}
    done = await tx["deliveries"].update(where, {"$set": settled, "$push": {"moves": step.model_dump()}})
    return done == 1


async def claim(
    tx: Tx, owner: str, at: datetime, until: datetime, *, channel: Channel = Channel.EMAIL, urgent: bool | None = False
) -> Delivery | None:
    """Take the oldest due row of a channel, written down before anything is sent; None when nothing is due.

    `urgent` True takes only what is, False only what is not, None either, the urgent first.
    """
    where: Document = {"channel": channel, "state": {"$in": [State.READY, State.RETRY_WAIT]}, "next_at": {"$lte": at}}
    if urgent is not None:
        where["urgent"] = True if urgent else {"$ne": True}
    step = Move(state=State.CLAIMED, at=at, by=owner)
    change = {
        "$set": {"state": State.CLAIMED, "owner": owner, "lease_until": until, "changed_at": at},
        "$inc": {"attempt": 1},
        "$push": {"moves": step.model_dump()},
    }
    order = [("urgent", -1), ("next_at", 1)] if urgent is None else [("next_at", 1)]
    found = await tx["deliveries"].take(where, change, sort=order)
    return _delivery(found) if found else None


async def expired(tx: Tx, at: datetime, limit: int) -> list[Delivery]:
    """Rows that wait for a try which would come too late."""
    waiting = {"$in": [State.READY, State.RETRY_WAIT, State.UNCERTAIN]}
    found = await tx["deliveries"].find(
        {"sealed": {"$gt": ""}, "state": waiting, "expires_at": {"$lte": at}}, limit=limit
    )
    return [_delivery(one) for one in found]


async def due(tx: Tx, state: State, field: str, at: datetime, limit: int) -> list[Delivery]:
    """Rows in `state` whose instant `field` has come, the longest overdue first."""
    where = {"state": state, field: {"$lte": at}}
    return [_delivery(one) for one in await tx["deliveries"].find(where, sort=[(field, 1)], limit=limit)]


async def postpone(tx: Tx, delivery_id: str, until: datetime, reason: str) -> None:
    """Look at a planned row again at `until`."""
    await tx["deliveries"].update(
        {"_id": delivery_id, "state": State.PLANNED}, {"$set": {"next_at": until, "reason": reason}}
    )


async def hasten(tx: Tx, at: datetime, ending: str, channel: Channel) -> int:
    """Rows of a channel that wait because of `ending` are due now: its reason is gone."""
    where = {"channel": channel, "state": State.RETRY_WAIT, "waits_for": ending, "next_at": {"$gt": at}}
    return await tx["deliveries"].update_all(where, {"$set": {"next_at": at}})


async def in_state(tx: Tx, delivery_ids: Collection[str], state: State) -> list[Delivery]:
    """Which of these rows are in `state`."""
    where = {"_id": {"$in": list(delivery_ids)}, "state": state}
    return [_delivery(one) for one in await tx["deliveries"].find(where)]


async def covered(tx: Tx, cause: str) -> dict[str, set[str]]:
    """Who was told of a cause already, with the entries the letters speak of."""
    told: dict[str, set[str]] = {}
    where = {"cause": cause, "channel": Channel.IN_APP}
    for row in await tx["deliveries"].find(where, fields=["person_id", "given.items.entry_id"]):
        items = row.get("given", {}).get("items", [])
        told.setdefault(row["person_id"], set()).update(item["entry_id"] for item in items)
    return told


async def find(tx: Tx, sought: Sought, *, skip: int = 0, limit: int = 0) -> list[Delivery]:
    """Rows without their texts, the youngest first."""
    options: Any = _WITHOUT_TEXTS
    order = [("planned_at", -1), ("_id", 1)]
    found = await tx["deliveries"].find(sought.where(), sort=order, skip=skip, limit=limit, fields=options)
    return [_delivery(one) for one in found]


async def find_after(tx: Tx, sought: Sought, last: Delivery | None, limit: int) -> list[Delivery]:
    """The next rows after `last` in the order of `find`, without skipping through all that came before."""
    where = sought.where()
    if last is not None:
        older = {"planned_at": {"$lt": last.planned_at}}
        where = {"$and": [where, {"$or": [older, {"planned_at": last.planned_at, "_id": {"$gt": last.id}}]}]}
    options: Any = _WITHOUT_TEXTS
    order = [("planned_at", -1), ("_id", 1)]
    found = await tx["deliveries"].find(where, sort=order, limit=limit, fields=options)
    return [_delivery(one) for one in found]


async def count(tx: Tx, sought: Sought) -> int:
    """How many rows there are."""
    return await tx["deliveries"].count(sought.where())


async def tally(tx: Tx, sought: Sought) -> list[tuple[str, str, int]]:
    """Message, state and how many."""
    group = {"_id": {"message": "$message", "state": "$state"}, "n": {"$sum": 1}}
    found = await tx["deliveries"].aggregate([{"$match": sought.where()}, {"$group": group}])
    return sorted((one["_id"]["message"], one["_id"]["state"], one["n"]) for one in found)


async def of_person(tx: Tx, person_id: str) -> list[Delivery]:
    """Every row of a person."""
    return [_delivery(one) for one in await tx["deliveries"].find({"person_id": person_id})]


async def put(tx: Tx, row: Delivery) -> None:
    """Write a row as it is, past the state machine: only for what must be forgotten."""
    await tx["deliveries"].put({"_id": row.id, **row.model_dump(exclude={"id"})})


def _delivery(document: Document) -> Delivery:
    return Delivery(id=document["_id"], **document)
