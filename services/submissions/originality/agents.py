"""Entries as they are handed in wait to be looked at; the look itself runs beside, on what is committed."""

import asyncio

from services.submissions.originality import service
from services.submissions.worker import worker
from shared import topics
from shared.clock import now
from shared.events.submissions import EntrySubmitted, EntryWithdrawn
from shared.inbox import Fact
from shared.mongo import Store, Tx

_REST_SECONDS = 1.0
_PAUSE_SECONDS, _LONG_REST_SECONDS = 0.2, 60.0
"""Between two steps, which leaves the worker to those who wait; and where nothing is old."""


@worker.agent(topics.ENTRIES)
async def on_entries(tx: Tx, fact: Fact) -> None:
    """Keep the fingerprint of what was handed in; forget what was taken back."""
    match fact.event:
        case EntrySubmitted(entry_id=entry_id):
            await service.keep(tx, entry_id, fact.time)
        case EntryWithdrawn(entry_id=entry_id):
            await service.forget(tx, entry_id)


@worker.task
async def make_anew(store: Store) -> None:
    """Bring fingerprints of an older make up to date, beside everything else."""
    while True:
        old = await service.make_anew(store, now())
        await asyncio.sleep(_PAUSE_SECONDS if old else _LONG_REST_SECONDS)


@worker.task
async def look(store: Store) -> None:
    """Look at one text after the other. Whoever is looked at last of two sees the other: both are committed by then."""
    await service.catch_up(store)
    while True:
        if not await service.look_at_next(store):
            await asyncio.sleep(_REST_SECONDS)
