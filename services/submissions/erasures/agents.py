"""The published result frees the last copies; the eraser lives as long as the worker."""

from services.submissions.erasures import service
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
            await service.result_published(tx, published.contest_id, published.published_at)


@worker.task
async def erase(store: Store) -> None:
    """Carry erasures to their end."""
    await service.run(store, settings)
