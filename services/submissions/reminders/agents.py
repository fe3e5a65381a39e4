"""The task that looks for drafts to remind of lives as long as the worker."""

from services.submissions.reminders import service
from services.submissions.worker import worker
from shared.mongo import Store


@worker.task
async def look_for_drafts(store: Store) -> None:
    """Three days, a day and two hours before each contest closes."""
    await service.run(store)
