"""The running figure of each slot of a final, from the facts of its slots: a Faust table and the board document."""

import asyncio
from typing import Any

from services.judging.boards import service
from services.judging.boards.domain import board_of
from services.judging.worker import worker
from shared import topics
from shared.clock import now
from shared.events.judging import ScoreGiven, SlotClosed, SlotOpened
from shared.inbox import Fact
from shared.mongo import Store

_PAUSE_SECONDS = 3.0


@worker.figure(topics.SLOT_TOTALS)
async def slot_totals(table: dict[str, Any], fact: Fact) -> None:
    """Keep the figure keyed by judge and revision, so that a fact that comes twice or late moves nothing back."""
    if not isinstance(fact.event, SlotOpened | ScoreGiven | SlotClosed):
        return
    board = board_of(table.get(fact.subject), fact.event).after(fact.event, fact.seq)
    table[fact.subject] = board.model_dump(mode="json")
    await service.show(worker.store.read, board)


@worker.task
async def mend(store: Store) -> None:
    """Hold the boards against the finals every few seconds: what a killed worker's table forgot comes back."""
    while True:
        await asyncio.sleep(_PAUSE_SECONDS)
        await service.mend(store, now())
