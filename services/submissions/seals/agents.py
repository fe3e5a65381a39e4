"""The task that seals the register of the day before lives as long as the worker; no topic is heard."""

from services.submissions.seals import service
from services.submissions.worker import worker
from shared.mongo import Store


@worker.task
async def seal_days(store: Store) -> None:
    """Soon after 24:00 Hanoi time, and whatever is behind."""
    await service.run(store)
