"""Remembering other services' facts, and reading what is remembered. Called by agents and by the rooms above."""

from datetime import UTC, datetime

from services.notifications.copies import repository
from services.notifications.copies.domain import Contact, ContestCopy, EntryState
from services.notifications.copies.repository import (
    INDEXES,
    accepted_entries,
    begun_entries,
    contacts,
    contests,
    count_accepted,
    count_begun,
    entries,
    entry_state,
    find_contact,
    find_contest,
    find_entry,
)
from shared.events.submissions import EntryAccepted, EntryAttributed, EntryBegun, EntrySubmitted, PersonUpdated
from shared.identity import Role, SignedOutBefore
from shared.mongo import Store, Tx
from shared.redaction import hide, spellings
from shared.text import one_line

__all__ = [
    "INDEXES",
    "accepted_entries",
    "begun_entries",
    "contacts",
    "contests",
    "count_accepted",
    "count_begun",
    "entries",
    "entry_state",
    "find_contact",
    "find_contest",
    "find_entry",
    "forget_person",
    "remember_acceptance",
    "remember_authors",
    "remember_beginning",
    "remember_contest",
    "remember_entry",
    "remember_person",
    "remember_state",
    "signed_out_before",
    "staff",
]
_AT_WORK = (Role.JUDGE, Role.CHAIR, Role.SECRETARY, Role.ORGANISER)
"""Roles whose holders a contest's timetable binds."""


async def remember_person(tx: Tx, updated: PersonUpdated) -> None:
    """Keep name, address, roles and sign-outs; the name as it came, so that the mail channel can refuse what is no name."""
    await repository.put_contact(tx, Contact(id=updated.person_id, **updated.model_dump()))


async def forget_person(tx: Tx, person_id: str) -> None:
    """The account was erased: name and addresses go, also out of the titles of its entries. Twice is once."""
    known = await repository.find_contact(tx, person_id)
    names = spellings(known.name, known.email) if known else []
    for entry in await repository.entries_of(tx, person_id) if names else []:
        await repository.change_entry(tx, entry.id, {"title": hide(entry.title, names)})
    await repository.put_contact(tx, Contact(id=person_id, name="", active=False, erased=True))


async def remember_contest(tx: Tx, published: ContestCopy) -> None:
    """A contest, or a new version of it, was published."""
    await repository.put_contest(tx, published)


async def remember_beginning(tx: Tx, begun: EntryBegun) -> None:
    """A draft is there; its title and text stay with submissions."""
    change = {"contest_id": begun.contest_id, "owner_id": begun.owner_id, "title": "", "state": EntryState.DRAFT}
    await repository.change_entry(tx, begun.entry_id, change, there_at=begun.begun_at)


async def remember_entry(tx: Tx, submitted: EntrySubmitted) -> None:
    """An entry was handed in, perhaps again."""
    change = {
        "contest_id": submitted.contest_id,
        "owner_id": submitted.representative_id or submitted.owner_id,
        "title": one_line(submitted.title),
        "receipt": submitted.receipt,
        "state": EntryState.SUBMITTED,
    }
    await repository.change_entry(tx, submitted.entry_id, change, there_at=submitted.submitted_at)


async def remember_acceptance(tx: Tx, accepted: EntryAccepted) -> None:
    """The entry takes part from now on."""
    change = {
        "contest_id": accepted.contest_id,
        "owner_id": accepted.representative_id or accepted.owner_id,
        "title": one_line(accepted.title),
        "state": EntryState.ACCEPTED,
        "accepted_at": accepted.accepted_at,
    }
    await repository.change_entry(tx, accepted.entry_id, change)


async def remember_authors(tx: Tx, told: EntryAttributed) -> None:
    """Whose it is was told anew: letters go to whoever it is now."""
    change = {"owner_id": told.representative_id or told.owner_id}
    await repository.change_entry(tx, told.entry_id, change)


async def remember_state(tx: Tx, entry_id: str, state: EntryState) -> None:
    """The entry was returned, refused, reopened or taken back; each comes after it was handed in."""
    await repository.change_entry(tx, entry_id, {"state": state})


async def staff(tx: Tx, contest_id: str) -> list[str]:
    """Ids of those who judge, chair, keep the register of or organise a contest."""
    return await repository.staff(tx, contest_id, _AT_WORK)


def signed_out_before(store: Store) -> SignedOutBefore:
    """Since when a person's identity tokens are void: all of them once the account is closed."""

    async def look_up(person_id: str) -> datetime | None:
        known = await repository.find_contact(store.read, person_id)
        if known is None:  # the fact has not arrived yet, the token is genuine
            return None
        return known.signed_out_before if known.active else datetime.max.replace(tzinfo=UTC)

    return look_up
