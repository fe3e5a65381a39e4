"""Leaving an entry; one function is one transaction."""

from datetime import datetime

from services.submissions.coauthors import service as coauthors
from services.submissions.coauthors.domain import State
from services.submissions.departures import domain
from services.submissions.departures.domain import NotSure
from services.submissions.entries import service as entries
from services.submissions.entries.domain import Entry
from shared.errors import NotFound
from shared.identity import Person
from shared.mongo import Store, Tx


async def find(store: Store, entry_id: str, person: Person) -> Entry | None:
    """The entry that may be left; None when this person has left it already. Raises NotFound."""
    entry = await entries.get(store.read, entry_id)
    if person.id in entry.author_ids:
        return entry
    if await _gone(store.read, entry_id, person):
        return None
    raise NotFound


async def _gone(tx: Tx, entry_id: str, person: Person) -> bool:
    known = await coauthors.of_entry(tx, entry_id)
    return any(one.person_id == person.id and one.state is State.LEFT for one in known)


async def leave(store: Store, entry_id: str, *, sure: bool, reason: str, by: Person, at: datetime) -> None:
    """Be an author no more; the owner is told and divides the shares anew. Twice is once.

    Raises NotFound, NotSure, OwnerStays, TakenIn.
    """

    async def work(tx: Tx) -> None:
        entry = await entries.get(tx, entry_id)
        if by.id not in entry.author_ids:
            if await _gone(tx, entry_id, by):
                return
            raise NotFound
        if not sure:
            raise NotSure(field="sure")
        domain.leave(entry, by.id, at)
        for one in await coauthors.of_entry(tx, entry_id):
            if one.person_id == by.id and one.state is State.AGREED:
                one.leave(reason, at)
                await coauthors.put(tx, one)
        await coauthors.tell_parted(tx, entry, by.id, by=by, at=at)

    await store.transaction(work)
