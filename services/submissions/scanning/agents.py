"""The task that has files scanned lives as long as the worker."""

from services.submissions.scanning import service
from services.submissions.worker import settings, worker
from shared.mongo import Store


@worker.task
async def scan(store: Store) -> None:
    """Ask the daemon about every file that is due."""
    await service.run(store, settings.clamd_url)
