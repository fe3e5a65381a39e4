"""The only code that touches `passkeys` and `challenges`."""

from datetime import datetime

from services.submissions.passkeys.domain import Challenge, Passkey
from shared.mongo import Document, Index, Tx

INDEXES = (
    Index("passkeys", (("person_id", 1), ("created_at", 1))),
    Index("challenges", (("expires_at", 1),), expire_after=0),
)


def _key(document: Document) -> Passkey:
    return Passkey(id=document["_id"], **document)


async def of(tx: Tx, person_id: str) -> list[Passkey]:
    """In the order they were added."""
    return [_key(one) for one in await tx["passkeys"].find({"person_id": person_id}, sort=[("created_at", 1)])]


async def find(tx: Tx, key_id: str) -> Passkey | None:
    """Whoever's it is."""
    document = await tx["passkeys"].get(key_id)
    return _key(document) if document else None


async def add(tx: Tx, key: Passkey) -> None:
    """Raises Duplicate."""
    await tx["passkeys"].insert({"_id": key.id, **key.model_dump(exclude={"id"})})


async def used(tx: Tx, key_id: str, count: int, at: datetime) -> bool:
    """Keep the count of uses, unless the key counted as many before; one step, so that of two copies one is refused."""
    further: Document = {"sign_count": {"$lt": count}} if count else {"sign_count": 0}
    change = {"$set": {"sign_count": count, "used_at": at}}
    return bool(await tx["passkeys"].update({"_id": key_id, **further}, change))


async def regressed(tx: Tx, key_id: str, at: datetime) -> None:
    """It counted backwards."""
    await tx["passkeys"].update({"_id": key_id}, {"$set": {"regressed_at": at}})


async def rename(tx: Tx, person_id: str, key_id: str, name: str) -> bool:
    """False when the person has no such key."""
    return bool(await tx["passkeys"].update({"_id": key_id, "person_id": person_id}, {"$set": {"name": name}}))


async def remove(tx: Tx, person_id: str, key_id: str) -> bool:
    """False when the person has no such key."""
    return bool(await tx["passkeys"].delete({"_id": key_id, "person_id": person_id}))


async def forget(tx: Tx, person_id: str) -> None:
    """All of a person."""
    await tx["passkeys"].delete({"person_id": person_id})
    await tx["challenges"].delete({"person_id": person_id})


async def pose(tx: Tx, challenge: Challenge) -> None:
    """A new challenge."""
    await tx["challenges"].insert({"_id": challenge.id, **challenge.model_dump(exclude={"id"})})


async def take(tx: Tx, challenge: Challenge, at: datetime) -> bool:
    """Use a challenge up; False when there is none like it that is still good. Only one of two takers gets True."""
    where = {"_id": challenge.id, **challenge.model_dump(include={"purpose", "person_id", "browser"})}
    return bool(await tx["challenges"].delete({**where, "expires_at": {"$gt": at}}))
