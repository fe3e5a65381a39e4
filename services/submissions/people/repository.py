"""The only code that touches `people`."""

from collections.abc import Sequence
from datetime import datetime

from services.submissions.people.domain import Account
from shared.errors import NotFound
from shared.mongo import Document, Index, Tx

INDEXES = (
    # Nobody's address is the empty one: who has only a phone, and who was erased.
    Index("people", (("email", 1),), unique=True, where={"email": {"$gt": ""}}),
    Index("people", (("phone", 1),), unique=True, where={"phone_confirmed_at": {"$type": "date"}}),
    Index("people", (("roles.role", 1),)),
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


async def every(tx: Tx) -> list[Account]:
    """All that are left, in Vietnamese order of given names."""
    documents = await tx["people"].find({"erased": {"$ne": True}}, sort=[("name_key", 1), ("_id", 1)], vietnamese=True)
    return [_account(document) for document in documents]


async def names(tx: Tx, person_ids: Sequence[str]) -> dict[str, str]:
    """Who they are, by id; ids of nobody are left out."""
    found = await tx["people"].find({"_id": {"$in": list(person_ids)}, "erased": {"$ne": True}}, fields=["name"])
    return {document["_id"]: document["name"] for document in found}


async def save(tx: Tx, account: Account) -> None:
    """Raises Stale, Duplicate."""
    document = {"_id": account.id, **account.model_dump(exclude={"id"})}
    await tx["people"].save(document)
    account.version = document["version"]


async def note_token(tx: Tx, person_id: str, at: datetime) -> None:
    """Write the account in the transaction that gives out a token: a change of roles at that moment conflicts with it."""
    await tx["people"].update({"_id": person_id}, {"$set": {"token_at": at}})


async def signed_out_before(tx: Tx, person_id: str) -> tuple[bool, datetime | None]:
    """Whether there is an active account, and the instant before which its tokens are void."""
    document = await tx["people"].find_one({"_id": person_id}, projection=["active", "signed_out_before"])
    return bool(document and document["active"]), document["signed_out_before"] if document else None
