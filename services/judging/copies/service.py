"""Remembering other services' facts, and reading what is remembered. Called by agents and by the rooms above."""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime

from services.judging.copies import domain, repository
from services.judging.copies.domain import ContestCopy, PersonCopy, Script, ScriptState, Sealed, UnitCopy
from services.judging.copies.repository import INDEXES
from shared import outbox
from shared.errors import NotFound
from shared.events.submissions import EntryAccepted, EntryAttributed, PersonUpdated, UnitUpdated
from shared.identity import Role, SignedOutBefore
from shared.mongo import Store, Tx
from shared.redaction import spellings
from shared.text import name_key

__all__ = [
    "INDEXES",
    "contest",
    "contest_by_slug",
    "contests",
    "find_sealed",
    "forget_person",
    "judges",
    "people",
    "person",
    "remember_contest",
    "remember_entry",
    "remember_person",
    "remember_unit",
    "remember_withdrawal",
    "script",
    "script_by_code",
    "scripts",
    "sealed",
    "sealed_script",
    "signed_out_before",
    "units",
]

find_sealed = repository.find_sealed


async def contest(tx: Tx, contest_id: str) -> ContestCopy:
    """The contest as last published. Raises NotFound."""
    return await repository.contest(tx, {"_id": contest_id})


async def contest_by_slug(tx: Tx, slug: str) -> ContestCopy:
    """The contest with this address. Raises NotFound."""
    return await repository.contest(tx, {"slug": slug})


async def contests(tx: Tx) -> list[ContestCopy]:
    """Every published contest, the youngest first."""
    return await repository.contests(tx)


async def script(tx: Tx, entry_id: str) -> Script:
    """The script of an entry. Raises NotFound."""
    found = await repository.find_script(tx, entry_id)
    if found is None:
        raise NotFound
    return found


async def scripts(tx: Tx, contest_id: str) -> list[Script]:
    """All scripts of a contest in the order of their codes, withdrawn ones included."""
    return await repository.scripts(tx, contest_id)


async def sealed(tx: Tx, contest_id: str) -> dict[str, Sealed]:
    """Who stands behind each script, by entry id: for conflicts of interest, and for a signed-off result."""
    return await repository.sealed(tx, contest_id)


async def sealed_script(tx: Tx, entry_id: str) -> Sealed:
    """Who stands behind one script: for the conflicts of a single lot. Raises NotFound."""
    found = await repository.find_sealed(tx, entry_id)
    if found is None:
        raise NotFound
    return found


async def script_by_code(tx: Tx, contest_id: str, code: str) -> Script:
    """The script under a secret code. Raises NotFound."""
    found = await repository.script_by_code(tx, contest_id, code)
    if found is None:
        raise NotFound
    return found


async def person(tx: Tx, person_id: str) -> PersonCopy:
    """A person without contacts. Raises NotFound, also for somebody who was erased."""
    found = await repository.find_person(tx, person_id)
    if found is None or found.erased:
        raise NotFound
    return found


async def people(tx: Tx, ids: Collection[str]) -> list[PersonCopy]:
    """Those of `ids` who are known, on the panel or not."""
    return await repository.people(tx, {"_id": {"$in": sorted(ids)}})


async def judges(tx: Tx, contest_id: str) -> list[PersonCopy]:
    """The active judges of a contest, by given name."""
    held = {"$elemMatch": {"role": Role.JUDGE.value, "scope": {"$in": ["*", contest_id]}}}
    found = await repository.people(tx, {"active": True, "roles": held})
    return sorted(found, key=lambda one: (name_key(one.name), one.id))


async def units(tx: Tx) -> dict[str, UnitCopy]:
    """The whole dated tree, by unit id."""
    return await repository.units(tx)


async def remember_contest(tx: Tx, published: ContestCopy) -> None:
    """A contest, or a new version of it, was published."""
    await repository.put_contest(tx, published)


async def remember_entry(tx: Tx, accepted: EntryAccepted, *, codes: Sequence[str], by: str, at: datetime) -> None:
    """Keep an accepted entry as a script under the first free one of `codes`, drawn by the caller, and seal its authors.

    An entry that is accepted again keeps its code. Raises CodesExhausted: the agent tries again with other codes,
    because a clash under the unique index would end the transaction.
    """
    known = await repository.find_script(tx, accepted.entry_id)
    if known is None:
        code = domain.free_code(codes, await repository.taken(tx, accepted.contest_id, codes))
        known = Script.of(accepted, code)
        event = known.announce(at)
        await outbox.add(tx, event, subject=known.entry_id, seq=known.facts, by=by, time=at)
    else:
        known = known.replaced(accepted)
    await repository.save_script(tx, known)
    await repository.put_sealed(tx, Sealed.model_validate(accepted.model_dump()))


async def remember_authors(tx: Tx, told: EntryAttributed) -> None:
    """Whose it is was told anew: whoever judges must not be them. Before acceptance nothing is kept."""
    known = await find_sealed(tx, told.entry_id)
    if known is not None:
        change = told.model_dump(include={"owner_id", "author_ids", "unit_ids", "shares", "representative_id"})
        await repository.put_sealed(tx, known.model_copy(update=change))


async def remember_withdrawal(tx: Tx, entry_id: str) -> Script | None:
    """The entrant took the entry back: the script that left, None when it was never accepted or left before."""
    known = await repository.find_script(tx, entry_id)
    if known is None or known.state is ScriptState.WITHDRAWN:
        return None
    known.state = ScriptState.WITHDRAWN
    await repository.save_script(tx, known)
    return known


async def remember_person(tx: Tx, updated: PersonUpdated) -> None:
    """Keep name, unit, roles and sign-outs; contacts stay where they came from."""
    await repository.put_person(tx, PersonCopy(id=updated.person_id, **updated.model_dump()))


async def forget_person(tx: Tx, person_id: str, at: datetime) -> None:
    """The account was erased: its name goes, also out of the scripts. Twice is once.

    The score log stays as it is: it holds nobody's name.
    """
    known = await repository.find_person(tx, person_id) or PersonCopy(id=person_id, name="")
    names = spellings(known.name)
    for entry_id in await repository.sealed_of(tx, person_id) if names else []:
        found = await repository.find_script(tx, entry_id)
        if found is not None and (changed := found.without(names)) != found:
            await repository.save_script(tx, changed)
    await repository.put_person(tx, known.forgotten(known.signed_out_before or at if known.erased else at))


async def remember_unit(tx: Tx, updated: UnitUpdated) -> None:
    """Keep a unit of the dated tree."""
    await repository.put_unit(tx, UnitCopy(id=updated.unit_id, **updated.model_dump()))


def signed_out_before(store: Store) -> SignedOutBefore:
    """Since when a person's identity tokens are void: all of them once the account is closed."""

    async def look_up(person_id: str) -> datetime | None:
        known = await repository.find_person(store.read, person_id)
        if known is None:  # the fact has not arrived yet, the token is genuine
            return None
        return known.signed_out_before if known.active else datetime.max.replace(tzinfo=UTC)

    return look_up
