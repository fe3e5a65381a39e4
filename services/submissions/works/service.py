"""Reading a file of published initiatives, writing all of it or nothing, the list of them, and taking one out."""

import asyncio
from datetime import datetime, timedelta

from services.submissions.likeness import service as likeness
from services.submissions.works import domain, repository
from services.submissions.works.domain import Import, Query, Stand, Work
from shared import tables
from shared.errors import Forbidden
from shared.identity import Person, Role
from shared.ids import new_id
from shared.mongo import Store, Tx

INDEXES = repository.INDEXES
# For `originality`, which compares.
waiting, looked_at, look_again = repository.waiting, repository.looked_at, repository.look_again
_KEPT = timedelta(days=1)


async def stage(store: Store, name: str, content: bytes, *, by: Person, at: datetime) -> Import:
    """Read a file and keep what it would do; nothing else changes. Raises TableUnreadable, HeadsMissing."""
    rows = await asyncio.to_thread(tables.read, content, max_rows=domain.MAX_ROWS)
    works, faults = await asyncio.to_thread(domain.read, rows, by=by.id, at=at)
    known = await repository.known(store.read, [one.id for one in works])
    stands = {one.id: _stand(one, known.get(one.id)) for one in works}
    made = Import(id=new_id(), by=by.id, name=name[:200], works=works, stands=stands, faults=faults, at=at)
    await repository.put_import(store.read, made, at + _KEPT)
    return made


def _stand(work: Work, known: Work | None) -> Stand:
    if known is None:
        return Stand.NEW
    return Stand.SAME if work.says_the_same(known) else Stand.CHANGED


async def staged(store: Store, import_id: str, by: Person) -> Import:
    """One's own import. Raises NotFound."""
    return await repository.get_import(store.read, import_id, by.id)


async def write(store: Store, import_id: str, *, by: Person, at: datetime) -> Import:
    """Write every row of an import; a second press writes nothing more. Raises NotFound, RowsFaulty."""
    ready = (await repository.get_import(store.read, import_id, by.id)).to_write()
    items = [work.item() for work in ready]
    made = await likeness.fingerprints(items)

    async def work(tx: Tx) -> Import:
        kept = await repository.get_import(tx, import_id, by.id)
        if kept.written is None:
            await likeness.keep_all(tx, items, made)
            for one in ready:
                await repository.put(tx, one)
            kept.written = len(ready)
            await repository.put_import(tx, kept, at + _KEPT)
        return kept

    return await store.transaction(work)


async def listing(store: Store, query: Query) -> tuple[list[Work], int]:
    """A page of them, and how many there are. They are public: every desk may read them."""
    return await repository.listed(store.read, query), await repository.count(store.read, query)


async def rows(store: Store, query: Query) -> list[list[object]]:
    """All that the list shows over all its pages, as rows under `domain.HEADS`."""
    return [work.cells() for work in await repository.listed(store.read, query, whole=True)]


async def get(store: Store, work_id: str) -> Work:
    """Raises NotFound."""
    return await repository.get(store.read, work_id)


def may_remove(work: Work, person: Person) -> bool:
    """An organiser of the whole site, or the one who imported it."""
    return person.may(Role.ORGANISER, "*") or work.by == person.id


async def remove(store: Store, work_id: str, by: Person) -> Work:
    """Take it out; what it resembled is put away by the next look. Raises NotFound, Forbidden."""

    async def work(tx: Tx) -> Work:
        found = await repository.get(tx, work_id)
        if not may_remove(found, by):
            raise Forbidden
        await likeness.forget(tx, work_id)
        await repository.remove(tx, work_id)
        return found

    return await store.transaction(work)
