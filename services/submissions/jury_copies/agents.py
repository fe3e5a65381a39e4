"""The task that makes copies lives as long as the worker."""

from services.submissions.jury_copies import service
from services.submissions.worker import worker
from shared.mongo import Store


@worker.task
async def make_copies(store: Store) -> None:
    """Of every file that waits for one."""
    await service.run(store)
