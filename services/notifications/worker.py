"""The worker process of notifications: `faust -A services.notifications.worker worker`. Rooms are named, not imported."""

from services.notifications.settings import Settings
from shared.consume import Worker

settings = Settings()
worker = Worker(settings, rooms=("copies", "deliveries", "codes"))
app = worker.app
