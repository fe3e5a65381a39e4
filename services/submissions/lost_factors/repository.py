"""The only code that touches `factor_resets`."""

from services.submissions.lost_factors.domain import Reset
from shared.mongo import Index, Tx

INDEXES = (Index("factor_resets", (("person_id", 1), ("at", -1))),)


async def add(tx: Tx, reset: Reset) -> None:
    """Written once, never changed."""
    await tx["factor_resets"].insert({"_id": reset.id, **reset.model_dump(exclude={"id"})})


async def of(tx: Tx, person_id: str) -> list[Reset]:
    """The last first."""
    found = await tx["factor_resets"].find({"person_id": person_id}, sort=[("at", -1)])
    return [Reset(id=one["_id"], **{key: value for key, value in one.items() if key != "_id"}) for one in found]


async def forget(tx: Tx, person_id: str) -> None:
    """A reason may name somebody."""
    await tx["factor_resets"].update_all({"person_id": person_id}, {"$set": {"why": ""}})
