"""The task that forgets uploads nobody went on with lives as long as the worker."""

from services.submissions.uploads import service
from services.submissions.worker import worker
from shared.mongo import Store


@worker.task
async def sweep(store: Store) -> None:
    """Pieces of files that were never finished."""
    await service.run(store)
