"""Reading a file into a staged import, and writing a staged import whole or not at all."""

import asyncio
from datetime import datetime, timedelta

from services.submissions.unit_import import domain, repository
from services.submissions.unit_import.domain import Import, RowsWrong
from services.submissions.units import service as units
from services.submissions.units.domain import Unit
from shared import tables
from shared.identity import Person
from shared.ids import new_id
from shared.mongo import Store, Tx

INDEXES = repository.INDEXES
_KEPT = timedelta(days=1)


async def stage(store: Store, name: str, content: bytes, *, by: Person, at: datetime) -> Import:
    """Read a file and keep what it would do; nothing of the tree changes. Raises TableUnreadable, ColumnsMissing."""
    rows = await asyncio.to_thread(tables.read, content, max_rows=domain.MAX_ROWS)
    known = {unit.id: unit for unit in await units.every(store.read)}
    found, faults = domain.read(rows, known)
    made = Import(
        id=new_id(), by=by.id, name=name[:200], rows=len(rows) - 1, units=found, faults=faults, at=at,
        new=[unit.id for unit in found if unit.id not in known],
        changed=[unit.id for unit in found if unit.id in known and _differs(unit, known[unit.id])],
    )  # fmt: skip
    await repository.put(store.read, made, at + _KEPT)
    return made


def _differs(unit: Unit, known: Unit) -> bool:
    kept = {"version", "facts"}
    return unit.model_dump(exclude=kept) != known.model_dump(exclude=kept)


async def get(store: Store, import_id: str, by: Person) -> Import:
    """One's own staged import. Raises NotFound."""
    return await repository.get(store.read, import_id, by.id)


async def write(store: Store, import_id: str, *, by: Person, at: datetime) -> Import:
    """Write every row of a staged import; a second press writes nothing more. Raises NotFound, RowsWrong, TreeBroken."""

    async def work(tx: Tx) -> Import:
        staged = await repository.get(tx, import_id, by.id)
        if staged.faults or not staged.units:
            raise RowsWrong
        if staged.written is None:
            staged.written = await units.write(tx, staged.units, by=by.id, act="import", reason=staged.name)
            await repository.put(tx, staged, at + _KEPT)
        return staged

    return await store.transaction(work)
