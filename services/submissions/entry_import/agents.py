"""Files that wait are written beside the web: hundreds of entries take longer than a page may."""

from services.submissions.entry_import import service
from services.submissions.worker import settings, worker
from shared.mongo import Store


@worker.task
async def write_files(store: Store) -> None:
    """As long as the worker lives."""
    await service.run(store, settings)
