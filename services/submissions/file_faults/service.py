"""Finding files with a fault that nobody was told of, and telling so once."""

import asyncio
from datetime import datetime

from services.submissions.entries import service as entries
from services.submissions.file_faults import domain
from services.submissions.file_faults.domain import Fault
from services.submissions.jury_copies import service as jury_copies
from services.submissions.scanning import service as scanning
from shared import logs
from shared.clock import now
from shared.mongo import Store, Tx

_REST_SECONDS, _AT_ONCE = 2.0, 50
_NOTED = {Fault.INFECTED: scanning.note_told, Fault.NOT_COPIED: jury_copies.note_told}
log = logs.get(__name__)


async def run(store: Store) -> None:
    """Until cancelled. Several workers may do it at once."""
    while True:
        await tell(store, now())
        await asyncio.sleep(_REST_SECONDS)


async def tell(store: Store, at: datetime) -> int:
    """Everything that was found by `at`; how many owners were told. Done twice it is done once."""
    locked = await scanning.untold(store.read, _AT_ONCE)
    failed = await jury_copies.untold(store.read, _AT_ONCE)
    found = [(one.id, Fault.INFECTED, one.checked_at) for one in locked]
    ids = {one.id for one in locked} | await scanning.infected(store.read, [one.id for one in failed])
    found += [(one.id, Fault.NOT_COPIED, one.settled_at) for one in failed if one.id not in ids]
    for one in failed:
        if one.id in ids:  # that says it all
            await jury_copies.note_told(store.read, one.id)
    return sum([await _told(store, *one, at) for one in found])


async def _told(store: Store, file_id: str, fault: Fault, since: datetime | None, at: datetime) -> bool:
    async def work(tx: Tx) -> bool:
        entry = await entries.with_file(tx, file_id)
        if entry is None:
            if since is None or at - since > domain.GRACE:
                await _NOTED[fault](tx, file_id)
            return False
        last = await entries.last_revision(tx, entry) if entry.revision else None
        told = domain.fact(entry, last.files if last else [], file_id, fault)
        if told is not None:
            await entries.tell(tx, entry, told, at=at)
        await _NOTED[fault](tx, file_id)
        return told is not None

    done = await store.transaction(work)
    if done:
        log.info("file_faults.told", file=file_id, fault=fault)
    return done
