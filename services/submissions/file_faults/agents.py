"""The task that tells of faulty files lives as long as the worker."""

from services.submissions.file_faults import service
from services.submissions.worker import worker
from shared.mongo import Store


@worker.task
async def tell(store: Store) -> None:
    """Owners of entries, by a fact."""
    await service.run(store)
