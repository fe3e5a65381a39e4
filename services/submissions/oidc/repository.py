"""The only code that touches `oidc_flows`, `oidc_arrivals` and `identities`."""

from datetime import datetime

from services.submissions.oidc.domain import Arrival, Flow, Identity
from shared.mongo import Document, Index, Tx

INDEXES = (
    Index("oidc_flows", (("expires_at", 1),), expire_after=0),
    Index("oidc_arrivals", (("expires_at", 1),), expire_after=0),
    Index("identities", (("issuer", 1), ("sub", 1)), unique=True),
    Index("identities", (("person_id", 1),)),
)


async def add_flow(tx: Tx, flow: Flow) -> None:
    """A new one."""
    await tx["oidc_flows"].insert({"_id": flow.id, **flow.model_dump(exclude={"id"})})


async def take_flow(tx: Tx, flow_id: str, browser: str, at: datetime) -> Flow | None:
    """The flow that this browser began, once: only one of two takers gets it."""
    where = {"_id": flow_id, "browser": browser, "expires_at": {"$gt": at}}
    document = await tx["oidc_flows"].find_one(where)
    if document is None or not await tx["oidc_flows"].delete({"_id": flow_id}):
        return None
    return Flow(id=document["_id"], **{key: value for key, value in document.items() if key != "_id"})


async def save_arrival(tx: Tx, arrival: Arrival) -> None:
    """New, or further on."""
    await tx["oidc_arrivals"].put({"_id": arrival.id, **arrival.model_dump(exclude={"id"})})


async def find_arrival(tx: Tx, arrival_id: str, browser: str, at: datetime) -> Arrival | None:
    """The one of this browser that is still good."""
    document = await tx["oidc_arrivals"].find_one({"_id": arrival_id, "browser": browser, "expires_at": {"$gt": at}})
    return Arrival(id=document["_id"], **{k: v for k, v in document.items() if k != "_id"}) if document else None


async def end_arrival(tx: Tx, arrival_id: str) -> bool:
    """It is done; False when it was already."""
    return bool(await tx["oidc_arrivals"].delete({"_id": arrival_id}))


def _identity(document: Document) -> Identity:
    return Identity(id=document["_id"], **{key: value for key, value in document.items() if key != "_id"})


async def find(tx: Tx, issuer: str, sub: str) -> Identity | None:
    """Whom the provider's person is linked to."""
    document = await tx["identities"].find_one({"issuer": issuer, "sub": sub})
    return _identity(document) if document else None


async def of(tx: Tx, person_id: str) -> list[Identity]:
    """The oldest first."""
    found = await tx["identities"].find({"person_id": person_id}, sort=[("linked_at", 1)])
    return [_identity(one) for one in found]


async def add(tx: Tx, identity: Identity) -> None:
    """Raises Duplicate."""
    await tx["identities"].insert({"_id": identity.id, **identity.model_dump(exclude={"id"})})


async def used(tx: Tx, identity_id: str, at: datetime) -> None:
    """It let its owner in."""
    await tx["identities"].update({"_id": identity_id}, {"$set": {"used_at": at}})


async def remove(tx: Tx, person_id: str, identity_id: str) -> bool:
    """False when the person has no such one."""
    return bool(await tx["identities"].delete({"_id": identity_id, "person_id": person_id}))


async def forget(tx: Tx, person_id: str, addresses: list[str]) -> None:
    """All that is kept of a person."""
    await tx["identities"].delete({"person_id": person_id})
    await tx["oidc_arrivals"].delete({"$or": [{"person_id": person_id}, {"email": {"$in": addresses}}]})
    await tx["oidc_flows"].delete({"person_id": person_id})
