"""The only code that touches `proven`."""

from datetime import datetime

from shared.mongo import Index, Tx

INDEXES = (Index("proven", (("expires_at", 1),), expire_after=0), Index("proven", (("person_id", 1),)))


async def put(tx: Tx, session: str, person_id: str, until: datetime) -> None:
    """This session's owner proved who they are."""
    await tx["proven"].put({"_id": session, "person_id": person_id, "expires_at": until})


async def is_proven(tx: Tx, session: str, person_id: str, at: datetime) -> bool:
    """Whether they did, and lately."""
    where = {"_id": session, "person_id": person_id, "expires_at": {"$gt": at}}
    return await tx["proven"].find_one(where, projection=["_id"]) is not None
