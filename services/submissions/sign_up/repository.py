"""The only code that touches `sign_ups`."""

from datetime import datetime

from services.submissions.sign_up.domain import SignUp, SignUpOver
from shared.mongo import Document, Index, Tx

INDEXES = (
    Index("sign_ups", (("expires_at", 1),), expire_after=0),
    Index("sign_ups", (("address", 1),)),
)


async def add(tx: Tx, pending: SignUp) -> None:
    """A new one."""
    await tx["sign_ups"].insert({"_id": pending.id, **pending.model_dump(exclude={"id"})})


async def get(tx: Tx, sign_up_id: str, at: datetime) -> SignUp:
    """Raises SignUpOver."""
    document = await tx["sign_ups"].get(sign_up_id)
    if document is None or document["expires_at"] <= at:
        raise SignUpOver
    return SignUp(id=document["_id"], **document)


async def change(tx: Tx, sign_up_id: str, **fields: object) -> None:
    """Set these fields."""
    change: Document = {"$set": fields}
    await tx["sign_ups"].update({"_id": sign_up_id}, change)


async def forget(tx: Tx, addresses: list[str]) -> None:
    """All that were asked for with one of `addresses`."""
    await tx["sign_ups"].delete({"address": {"$in": addresses}})
