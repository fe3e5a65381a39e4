"""The published result starts the time; the task that clears what is due lives as long as the worker."""

from services.submissions.retention import service
from services.submissions.worker import settings, worker
from shared import topics
from shared.events.judging import ResultPublished
from shared.inbox import Fact
from shared.mongo import Store, Tx


@worker.agent(topics.RESULTS)
async def on_results(tx: Tx, fact: Fact) -> None:
    """A contest is over."""
    match fact.event:
        case ResultPublished() as published:
            await service.note(tx, published.contest_id, published.published_at)


@worker.task
async def keep_time(store: Store) -> None:
    """Clear what was confirmed; confirm what is due where the setting says so."""
    await service.run(store, settings)
