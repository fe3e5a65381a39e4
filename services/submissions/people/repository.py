"""The only code that touches `people`, `sessions`, `units` and `attempts`."""

from datetime import date, datetime
from typing import Any

from services.submissions.people.domain import Account, Session, Unit
from shared.errors import NotFound
from shared.mongo import Document, Duplicate, Index, Tx

INDEXES = (
    Index("people", (("email", 1),), unique=True),
    Index("people", (("roles.role", 1),)),
    Index("sessions", (("person_id", 1), ("seen_at", -1))),
    Index("sessions", (("expires_at", 1),), expire_after=0),
    Index("units", (("name", 1),)),
    Index("attempts", (("expires_at", 1),), expire_after=0),
)


def _stored(model: Account | Session | Unit, **more: Any) -> Document:
    return {"_id": model.id, **model.model_dump(exclude={"id"}), **more}


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


async def anybody(tx: Tx) -> bool:
    """Whether there is any account."""
    return await tx["people"].find_one({}, projection=["_id"]) is not None


async def save(tx: Tx, account: Account) -> None:
    """Raises Stale, Duplicate."""
    document = _stored(account)
    await tx["people"].save(document)
    account.version = document["version"]


async def note_token(tx: Tx, person_id: str, at: datetime) -> None:
    """Write the account in the transaction that gives out a token: a change of roles at that moment conflicts with it."""
    await tx["people"].update({"_id": person_id}, {"$set": {"token_at": at}})


async def signed_out_before(tx: Tx, person_id: str) -> tuple[bool, datetime | None]:
    """Whether there is an active account, and the instant before which its tokens are void."""
    document = await tx["people"].find_one({"_id": person_id}, projection=["active", "signed_out_before"])
    return bool(document and document["active"]), document["signed_out_before"] if document else None


async def save_session(tx: Tx, session: Session) -> None:
    """Keep it, new or used."""
    await tx["sessions"].put(_stored(session))


async def find_session(tx: Tx, session_id: str) -> Session | None:
    """Expired ones may still be there."""
    document = await tx["sessions"].get(session_id)
    return Session(id=document["_id"], **document) if document else None


async def sessions_of(tx: Tx, person_id: str) -> list[Session]:
    """The last used first."""
    documents = await tx["sessions"].find({"person_id": person_id}, sort=[("seen_at", -1)])
    return [Session(id=document["_id"], **document) for document in documents]


async def end_session(tx: Tx, session_id: str) -> None:
    """Whether or not there is one."""
    await tx["sessions"].delete({"_id": session_id})


async def end_sessions(tx: Tx, person_id: str) -> None:
    """All of a person."""
    await tx["sessions"].delete({"person_id": person_id})


async def unit(tx: Tx, unit_id: str) -> Unit:
    """Raises NotFound."""
    document = await tx["units"].get(unit_id)
    if document is None:
        raise NotFound
    return Unit(id=document["_id"], **document)


async def units(tx: Tx, day: date | None = None) -> list[Unit]:
    """All, or those that exist on `day`, in Vietnamese order."""
    where: Document = {}
    if day is not None:
        # Days are kept as ISO text, which sorts as they do.
        begun = {"$or": [{"valid_from": None}, {"valid_from": {"$lte": day.isoformat()}}]}
        not_over = {"$or": [{"valid_to": None}, {"valid_to": {"$gte": day.isoformat()}}]}
        where = {"$and": [begun, not_over]}
    documents = await tx["units"].find(where, sort=[("name", 1)], vietnamese=True)
    return [Unit(id=document["_id"], **document) for document in documents]


async def save_unit(tx: Tx, kept: Unit) -> None:
    """Raises Stale."""
    document = _stored(kept, search_key=kept.search_key)
    await tx["units"].save(document)
    kept.version = document["version"]


async def count_attempt(tx: Tx, window: str, until: datetime) -> int:
    """One attempt more in `window`, which is forgotten after `until`; how many there are now."""
    change = {"$inc": {"n": 1}, "$setOnInsert": {"expires_at": until}}
    try:
        counted = await tx["attempts"].take({"_id": window}, change, upsert=True)
    except Duplicate:  # another process opened the window at this moment
        counted = await tx["attempts"].take({"_id": window}, change)
    return int(counted["n"]) if counted else 1


async def take_back_attempt(tx: Tx, window: str) -> None:
    """It was no misuse."""
    await tx["attempts"].update({"_id": window}, {"$inc": {"n": -1}})
