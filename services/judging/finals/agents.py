"""Reads the entries of submissions: accepted ones become scripts, withdrawn ones leave; new authors are looked at anew."""

from services.judging.copies import service as copies
from services.judging.finals import service
from services.judging.late_conflicts import service as late_conflicts
from services.judging.worker import worker
from shared import topics
from shared.events.submissions import EntryAccepted, EntryAttributed, EntryWithdrawn
from shared.ids import new_code
from shared.inbox import Fact
from shared.mongo import Tx

_DRAWN = 8


@worker.agent(topics.ENTRIES)
async def on_entries(tx: Tx, fact: Fact) -> None:
    """An entry was accepted, withdrawn or told anew whose it is; one cursor, so that nothing runs ahead of its script."""
    match fact.event:
        case EntryAccepted() as accepted:
            codes = [new_code() for _ in range(_DRAWN)]
            await copies.remember_entry(tx, accepted, codes=codes, by=fact.by, at=fact.time)
            await late_conflicts.look(tx, accepted.entry_id, at=fact.time)
        case EntryAttributed() as told:
            await copies.remember_authors(tx, told)
            await late_conflicts.look(tx, told.entry_id, at=fact.time)
        case EntryWithdrawn(entry_id=entry_id):
            await service.withdraw(tx, entry_id, at=fact.time)
