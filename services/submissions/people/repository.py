"""The only code that touches `people`."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from services.submissions.people.domain import Account, Sought
from shared.errors import NotFound
from shared.mongo import Document, Index, Tx
from shared.text import folded, vietnamese_order

INDEXES = (
    # Nobody's address is the empty one: who has only a phone, and who was erased.
    Index("people", (("email", 1),), unique=True, where={"email": {"$gt": ""}}),
    Index("people", (("phone", 1),), unique=True, where={"phone_confirmed_at": {"$type": "date"}}),
    Index("people", (("roles.role", 1),)),
    Index("people", (("unit_id", 1),)),
    Index("people", (("name_order", 1), ("_id", 1))),
)


def _account(document: Document) -> Account:
    return Account(id=document["_id"], **document)


async def get(tx: Tx, person_id: str) -> Account:
    """Raises NotFound."""
    document = await tx["people"].get(person_id)
    if document is None:
        raise NotFound
    return _account(document)


async def find_by_email(tx: Tx, email: str) -> Account | None:
    """`email` as the domain normalises it."""
    document = await tx["people"].find_one({"email": email})
    return _account(document) if document else None


async def find_by_phone(tx: Tx, phone: str) -> Account | None:
    """`phone` in E.164. Numbers that nobody confirmed may stand in several accounts: the confirmed one is found."""
    document = await tx["people"].find_one({"phone": phone, "phone_confirmed_at": {"$ne": None}})
    return _account(document) if document else None


async def anybody(tx: Tx) -> bool:
    """Whether there is any account."""
    return await tx["people"].find_one({}, projection=["_id"]) is not None


async def other_administrators(tx: Tx, person_id: str) -> bool:
    """Whether anybody but this person has that role."""
    where = {"_id": {"$ne": person_id}, "roles.role": "administrator", "active": True}
    return await tx["people"].find_one(where, projection=["_id"]) is not None


async def hold_other_administrator(tx: Tx, person_id: str) -> bool:
    """As above, and the other one is written: two who take the role from each other at one moment are in conflict."""
    where = {"_id": {"$ne": person_id}, "roles.role": "administrator", "active": True}
    return bool(await tx["people"].update(where, {"$inc": {"held": 1}}))


def _where(sought: Sought) -> Document:
    where: Document = {"erased": {"$ne": True}}
    if sought.search:
        found = {"$regex": re.escape(folded(sought.search))}
        where["$or"] = [{name: found} for name in ("name_folded", *(("address_folded",) if sought.by_address else ()))]
    if sought.role:
        where["roles.role"] = sought.role
    if sought.kind:
        where["kind"] = sought.kind
    if sought.unit_ids is not None:
        where["unit_id"] = {"$in": sought.unit_ids}
    if sought.active is not None:
        where["active"] = sought.active
    return where


async def page(tx: Tx, sought: Sought, *, skip: int = 0, limit: int = 0) -> list[Account]:
    """Those asked for, in Vietnamese order of given names; all of them when `limit` is 0."""
    order = [("name_order", 1), ("_id", 1)]
    found = await tx["people"].find(_where(sought), sort=order, skip=skip, limit=limit)
    return [_account(document) for document in found]


async def count(tx: Tx, sought: Sought) -> int:
    """How many they are."""
    return await tx["people"].count(_where(sought))


async def named_like(tx: Tx, search: str) -> list[str]:
    """The ids of everybody whose name says that."""
    return [one["_id"] for one in await tx["people"].find(_where(Sought(search=search)), fields=["_id"])]


def _keys(said: Mapping[str, Any]) -> Document:
    """What a search looks at and a list is sorted by; written with every save: an erased person is found by nothing."""
    found = {"name_folded": folded(said["name"]), "address_folded": folded(f"{said['email']} {said.get('phone', '')}")}
    return {**found, "name_order": vietnamese_order(said["name_key"])}


async def make_keys(tx: Tx) -> None:
    """For accounts of a version that did not write them."""
    fields = ["name", "name_key", "email", "phone"]
    for one in await tx["people"].find({"name_order": {"$exists": False}}, fields=fields):
        same = {name: one[name] for name in ("_id", "name", "email")}
        await tx["people"].update(same, {"$set": _keys(one)})


async def names(tx: Tx, person_ids: Sequence[str]) -> dict[str, str]:
    """Who they are, by id; ids of nobody are left out."""
    found = await tx["people"].find({"_id": {"$in": list(person_ids)}, "erased": {"$ne": True}}, fields=["name"])
    return {document["_id"]: document["name"] for document in found}


async def save(tx: Tx, account: Account) -> None:
    """Raises Stale, Duplicate."""
    said = account.model_dump(exclude={"id"})
    document = {"_id": account.id, **said, **_keys(said)}
    await tx["people"].save(document)
    account.version = document["version"]


async def note_token(tx: Tx, person_id: str, at: datetime) -> None:
    """Write the account in the transaction that gives out a token: a change of roles at that moment conflicts with it."""
    await tx["people"].update({"_id": person_id}, {"$set": {"token_at": at}})


async def signed_out_before(tx: Tx, person_id: str) -> tuple[bool, datetime | None]:
    """Whether there is an active account, and the instant before which its tokens are void."""
    document = await tx["people"].find_one({"_id": person_id}, projection=["active", "signed_out_before"])
    return bool(document and document["active"]), document["signed_out_before"] if document else None
