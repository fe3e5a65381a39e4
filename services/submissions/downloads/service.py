"""Who may open which file of an entry; the policy is inside, so whoever may not finds nothing."""

from collections.abc import AsyncIterator

from services.submissions.entries import service as entries
from services.submissions.files import service as files
from services.submissions.files.domain import Attachment
from services.submissions.jury_copies.domain import Copy, CopyFailed, CopyPending
from shared.errors import NotFound
from shared.identity import Person, Role
from shared.mongo import Store

Bytes = AsyncIterator[bytes]
"""Piece by piece: whoever downloads slowly holds no file in memory."""
_STAFF = (Role.SECRETARY, Role.ORGANISER)
_JURY = (Role.JUDGE, Role.CHAIR, Role.ORGANISER)


async def file(store: Store, entry_id: str, file_id: str, person: Person) -> tuple[Attachment, Bytes]:
    """A file as it came, or a scan, for its authors and, once handed in, for the secretariat. Raises NotFound."""
    entry = await entries.get(store.read, entry_id)
    handed_in = await entries.revisions(store.read, entry.id)
    found = [one for revision in handed_in for one in revision.files]
    if person.id in entry.author_ids:
        found += entry.files
    elif not any(person.may(role, entry.contest_id) for role in _STAFF):
        raise NotFound
    found += entry.paper.files if entry.paper else []
    wanted = next((one for one in found if one.id == file_id), None)
    if wanted is None:
        raise NotFound
    return wanted, await files.stream(store, wanted.id)


async def copy_for_author(store: Store, entry_id: str, number: int, person: Person) -> tuple[Copy, Bytes]:
    """File `number` (from 1) of the working copy as the jury would get it. Raises NotFound, CopyPending, CopyFailed."""
    entry, _ = await entries.view(store, entry_id, person)
    wanted = [file for file in entry.files if file.copy_blob]
    if not 1 <= number <= len(wanted):
        raise NotFound
    file = wanted[number - 1]
    making = (await files.copies(store.read, [file])).get(file.id)
    if making is None or making.copied is None:
        raise CopyFailed(making.why) if making and making.why else CopyPending
    return making.copied, await files.stream(store, making.copied.id)


async def released_copy(store: Store, copy_id: str, person: Person) -> tuple[int, Copy, Bytes]:
    """A copy of an accepted entry for its jury, with its number among the entry's copies. Raises NotFound, Infected, NotScannedYet."""
    entry = await entries.with_released_copy(store.read, copy_id)
    if entry is None or not any(person.may(role, entry.contest_id) for role in _JURY):
        raise NotFound
    number, copy = next((n, one) for n, one in enumerate(entry.released, 1) if one.id == copy_id)
    return number, copy, await files.stream(store, copy.id, for_jury=True)
