"""The collections `people`, `contests` and `entries` of notifications."""

from collections.abc import Collection
from datetime import datetime

from services.notifications.copies.domain import Contact, ContestCopy, EntryCopy, EntryState
from shared.mongo import Document, Index, Tx

INDEXES = (
    Index("people", (("email", 1),)),
    Index("people", (("roles.scope", 1),)),
    Index("contests", (("year", -1),)),
    Index("entries", (("contest_id", 1), ("state", 1))),
    Index("entries", (("owner_id", 1),)),
)

_HANDED_IN: Document = {"state": {"$ne": EntryState.DRAFT}}


async def find_contact(tx: Tx, person_id: str) -> Contact | None:
    """The person, active or not."""
    found = await tx["people"].get(person_id)
    return Contact(id=found["_id"], **found) if found else None


async def contacts(tx: Tx, person_ids: Collection[str]) -> dict[str, Contact]:
    """The known ones of these people, by id."""
    found = await tx["people"].find({"_id": {"$in": list(person_ids)}})
    return {one["_id"]: Contact(id=one["_id"], **one) for one in found}


async def put_contact(tx: Tx, contact: Contact) -> None:
    """Keep the latest state of a person."""
    await tx["people"].put({"_id": contact.id, **contact.model_dump(exclude={"id"})})


async def find_contest(tx: Tx, contest_id: str) -> ContestCopy | None:
    """The contest as last published."""
    found = await tx["contests"].get(contest_id)
    return ContestCopy.model_validate(found) if found else None


async def contests(tx: Tx) -> list[ContestCopy]:
    """Every contest, the youngest first."""
    found = await tx["contests"].find({}, sort=[("year", -1), ("_id", -1)])
    return [ContestCopy.model_validate(one) for one in found]


async def put_contest(tx: Tx, published: ContestCopy) -> None:
    """Keep the contest as it was published last."""
    await tx["contests"].put({"_id": published.contest_id, **published.model_dump()})


async def find_entry(tx: Tx, entry_id: str) -> EntryCopy | None:
    """The entry, once it was handed in."""
    found = await tx["entries"].find_one({"_id": entry_id, **_HANDED_IN})
    return EntryCopy(id=found["_id"], **found) if found else None


async def entry_state(tx: Tx, entry_id: str) -> EntryState | None:
    """Where it stands, a draft too; None when nothing is known of it."""
    found = await tx["entries"].get(entry_id)
    return EntryState(found["state"]) if found and "state" in found else None


async def entries_of(tx: Tx, person_id: str) -> list[EntryCopy]:
    """The entries that somebody began."""
    return [EntryCopy(id=one["_id"], **one) for one in await tx["entries"].find({"owner_id": person_id})]


async def entries(tx: Tx, entry_ids: Collection[str]) -> dict[str, EntryCopy]:
    """Those of these entries that are known and were handed in, by id."""
    found = await tx["entries"].find({"_id": {"$in": list(entry_ids)}, **_HANDED_IN})
    return {one["_id"]: EntryCopy(id=one["_id"], **one) for one in found}


async def accepted_entries(tx: Tx, contest_id: str, until: datetime) -> list[EntryCopy]:
    """The entries of a contest that were accepted by then and not taken back since."""
    found = await tx["entries"].find(_accepted(contest_id, until), sort=[("accepted_at", 1), ("_id", 1)])
    return [EntryCopy(id=one["_id"], **one) for one in found]


async def count_accepted(tx: Tx, contest_id: str, until: datetime) -> int:
    """How many `accepted_entries` there are."""
    return await tx["entries"].count(_accepted(contest_id, until))


def _accepted(contest_id: str, until: datetime) -> Document:
    return {"contest_id": contest_id, "state": EntryState.ACCEPTED, "accepted_at": {"$lte": until}}


async def begun_entries(tx: Tx, contest_id: str, until: datetime) -> list[EntryCopy]:
    """Drafts and entries of a contest that were begun by then and not taken back since."""
    found = await tx["entries"].find(_begun(contest_id, until), sort=[("_id", 1)])
    return [EntryCopy(id=one["_id"], **one) for one in found]


async def count_begun(tx: Tx, contest_id: str, until: datetime) -> int:
    """How many `begun_entries` there are."""
    return await tx["entries"].count(_begun(contest_id, until))


def _begun(contest_id: str, until: datetime) -> Document:
    # Entries of the time before drafts were announced have no `begun_at`; they are older than any move of a deadline.
    return {"contest_id": contest_id, "state": {"$ne": EntryState.WITHDRAWN}, "begun_at": {"$not": {"$gt": until}}}


async def change_entry(tx: Tx, entry_id: str, change: Document, *, there_at: datetime | None = None) -> None:
    """Set some of its fields; an entry not known yet is made. `there_at`: it was begun then, if not earlier."""
    earliest: Document = {"$min": {"begun_at": there_at}} if there_at else {}
    await tx["entries"].update({"_id": entry_id}, {"$set": change, **earliest}, upsert=True)


async def staff(tx: Tx, contest_id: str, roles: Collection[str]) -> list[str]:
    """Ids of active people who hold one of `roles` in the contest or on the whole site."""
    held = {"$elemMatch": {"role": {"$in": list(roles)}, "scope": {"$in": ["*", contest_id]}}}
    return [one["_id"] for one in await tx["people"].find({"active": True, "roles": held}, fields=["_id"])]
