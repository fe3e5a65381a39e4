"""The first score of a round, as judging tells it, freezes the rules that the round stands on."""

from services.submissions.contests import service
from services.submissions.worker import worker
from shared import topics
from shared.events.judging import ScoreGiven, SheetSealed
from shared.inbox import Fact
from shared.mongo import Tx


@worker.agent(topics.SHEETS)
async def on_sheets(tx: Tx, fact: Fact) -> None:
    """A judge sealed a sheet."""
    match fact.event:
        case SheetSealed(contest_id=contest_id, round=round_):
            await service.note_score(tx, contest_id, round_, fact.time)


@worker.agent(topics.SLOTS)
async def on_slots(tx: Tx, fact: Fact) -> None:
    """A judge gave a score on stage."""
    match fact.event:
        case ScoreGiven(contest_id=contest_id):
            await service.note_score(tx, contest_id, "final", fact.time)
