"""Keeps the board of sealed sheets, which the chair's page shows. The sheets themselves are the truth."""

from typing import Any

from services.judging.progress import service
from services.judging.worker import worker
from shared import topics
from shared.events.judging import SheetSealed
from shared.inbox import Fact


@worker.figure(topics.SHEET_PROGRESS)
async def on_sheets(table: dict[str, Any], fact: Fact) -> None:
    """A sheet was sealed; the entry is keyed by the sheet, so that a second delivery changes nothing."""
    match fact.event:
        case SheetSealed() as sealed:
            table[fact.subject] = {"judge_id": sealed.judge_id, "total": str(sealed.total)}
            await service.count_sealed(worker.store.read, sealed)
