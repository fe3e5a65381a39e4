"""The only code that touches `sessions` and `half_sessions`."""

from collections.abc import Sequence

from services.submissions.sign_in.domain import Half, Session
from shared.mongo import Index, Tx

INDEXES = (
    Index("sessions", (("person_id", 1), ("seen_at", -1))),
    Index("sessions", (("expires_at", 1),), expire_after=0),
    Index("half_sessions", (("person_id", 1),)),
    Index("half_sessions", (("expires_at", 1),), expire_after=0),
)


async def save_session(tx: Tx, session: Session) -> None:
    """Keep it, new or used."""
    await tx["sessions"].put({"_id": session.id, **session.model_dump(exclude={"id"})})


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


async def end_sessions(tx: Tx, person_id: str, *, but: str = "") -> None:
    """All of a person except `but`, half ones too."""
    await tx["sessions"].delete({"person_id": person_id, "_id": {"$ne": but}})
    await tx["half_sessions"].delete({"person_id": person_id})


async def end_one_of(tx: Tx, person_id: str, beginning: str) -> int:
    """The one of this person whose id begins so; how many there were."""
    where = {"person_id": person_id, "_id": {"$gte": beginning, "$lt": beginning + "g"}}
    return await tx["sessions"].delete(where)


async def save_half(tx: Tx, half: Half) -> None:
    """A new one."""
    await tx["half_sessions"].insert({"_id": half.id, **half.model_dump(exclude={"id"})})


async def find_half(tx: Tx, half_id: str) -> Half | None:
    """Expired ones may still be there."""
    document = await tx["half_sessions"].get(half_id)
    return Half(id=document["_id"], **document) if document else None


async def keep(tx: Tx, half_id: str, fields: Sequence[tuple[str, str]]) -> None:
    """Until the second step is done, or over."""
    await tx["half_sessions"].update({"_id": half_id}, {"$set": {"kept": fields}})


async def end_half(tx: Tx, half_id: str) -> None:
    """Whether or not there is one."""
    await tx["half_sessions"].delete({"_id": half_id})
