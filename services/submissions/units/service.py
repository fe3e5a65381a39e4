"""What can be done with units; one function is one transaction."""

from collections.abc import Sequence
from datetime import date

from services.submissions.units import domain, repository
from services.submissions.units.domain import Unit
from shared import outbox
from shared.clock import now
from shared.identity import Person
from shared.mongo import Store, Tx

INDEXES = repository.INDEXES


async def get(tx: Tx, unit_id: str) -> Unit:
    """Raises NotFound."""
    return await repository.unit(tx, unit_id)


async def on(tx: Tx, day: date) -> list[Unit]:
    """The units that exist on `day`, in Vietnamese order."""
    return await repository.units(tx, day)


async def standing(tx: Tx, unit_id: str, day: date) -> list[Unit]:
    """The unit, or those that took over from it, on `day`."""
    return domain.standing_for(unit_id, await repository.units(tx), day)


async def put(store: Store, units: Sequence[Unit], *, by: Person) -> int:
    """Add or change units; how many were. What is as before publishes nothing. Raises TreeBroken."""

    async def work(tx: Tx) -> int:
        before = {kept.id: kept for kept in await repository.units(tx)}
        at, changed = now(), 0
        domain.check_tree((before | {wanted.id: wanted for wanted in units}).values())
        for wanted in units:
            kept = before.get(wanted.id)
            counts = {"version": kept.version if kept else 0, "facts": kept.facts if kept else 0}
            told = wanted.model_copy(update=counts)
            if told == kept:
                continue
            event = told.updated()
            await repository.save_unit(tx, told)
            await outbox.add(tx, event, subject=told.id, seq=told.facts, by=by.id, time=at)
            changed += 1
        return changed

    return await store.transaction(work)
