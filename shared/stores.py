"""Opening a service's database and blobs, the same way in each of its processes."""

from shared.mongo import Store
from shared.settings import ServiceSettings


def opened(settings: ServiceSettings, process: str) -> Store:
    """The store of one process, inside the event loop that uses it."""
    return Store(
        settings.mongo_url.get_secret_value(),
        settings.mongo_database or settings.service,
        name=f"{settings.service}-{process}",
        blobs=settings.blobs_url.get_secret_value(),
    )
