"""What can be done with units; one function is one transaction."""

from collections.abc import Sequence
from datetime import date

from services.submissions.units import domain, repository
from services.submissions.units.domain import Act, Reorganised, Unit, Whereabouts
from shared import outbox
from shared.clock import now
from shared.identity import Person
from shared.ids import new_id
from shared.mongo import Document, Link, Store, Tx

INDEXES = repository.INDEXES


def along(field: str) -> Link:
    """The units that a document names in `field`, to be read along with it."""
    return Link(field, "units")


async def get(tx: Tx, unit_id: str) -> Unit:
    """Raises NotFound."""
    return await repository.unit(tx, unit_id)


async def on(tx: Tx, day: date) -> list[Unit]:
    """The units that exist on `day`, in Vietnamese order."""
    return await repository.units(tx, day)


async def standing(tx: Tx, unit_id: str, day: date) -> list[Unit]:
    """The unit, or those that took over from it, on `day`."""
    return domain.standing_for(unit_id, await repository.units(tx), day)


async def whereabouts(tx: Tx, unit_id: str, *, day: date, today: date) -> Whereabouts:
    """Which unit this was on a day, and who it is today."""
    return domain.whereabouts(unit_id, await repository.units(tx), day=day, today=today)


async def every(tx: Tx) -> list[Unit]:
    """The whole tree with its past and future, in Vietnamese order."""
    return await repository.units(tx)


async def acts(tx: Tx, unit_id: str) -> list[Document]:
    """What was done with a unit, the latest first."""
    return await repository.acts(tx, unit_id)


async def put(store: Store, units: Sequence[Unit], *, by: Person, act: str = "put", reason: str = "") -> int:
    """Add or change units; how many were. What is as before publishes nothing. Raises TreeBroken."""

    async def work(tx: Tx) -> int:
        return await write(tx, units, by=by.id, act=act, reason=reason)

    return await store.transaction(work)


async def write(tx: Tx, units: Sequence[Unit], *, by: str, act: str, reason: str = "") -> int:
    """As `put`, within a transaction of somebody else."""
    before = {kept.id: kept for kept in await repository.units(tx)}
    at = now()
    domain.check_tree((before | {wanted.id: wanted for wanted in units}).values())
    changed = []
    for wanted in units:
        kept = before.get(wanted.id)
        counts = {"version": kept.version if kept else 0, "facts": kept.facts if kept else 0}
        told = wanted.model_copy(update=counts)
        if told == kept:
            continue
        event = told.updated()
        await repository.save_unit(tx, told)
        await outbox.add(tx, event, subject=told.id, seq=told.facts, by=by, time=at)
        changed.append((kept, told))
    if changed:
        pairs = [{"before": kept and _state(kept), "after": _state(told)} for kept, told in changed]
        ids = [told.id for _, told in changed]
        known = {"act": act, "reason": reason, "by": by, "at": at, "unit_ids": ids, "changes": pairs}
        await repository.note_act(tx, {"_id": new_id(), **known})
    return len(changed)


def _state(unit: Unit) -> Document:
    return unit.model_dump(mode="json", exclude={"version", "facts"})


async def reorganise(  # noqa: PLR0913 - an act has so many sides
    store: Store, act: Act, unit_ids: Sequence[str], names: Sequence[str], *, level: str, first_day: date, reason: str,
    by: Person, sure: bool,
) -> Reorganised:  # fmt: skip
    """Rename, merge, split or close; without `sure` nothing is written and what would happen is answered.

    Raises NotFound, NotThere, TreeBroken.
    """

    async def work(tx: Tx) -> Reorganised:
        known = [await repository.unit(tx, unit_id) for unit_id in unit_ids]
        made = domain.reorganise(known, names, level=level or known[0].level, first_day=first_day)
        if sure:
            await write(tx, made.units, by=by.id, act=act.value, reason=reason)
        else:
            every = {unit.id: unit for unit in await repository.units(tx)}
            domain.check_tree((every | {unit.id: unit for unit in made.units}).values())
        return made

    return await store.transaction(work)
