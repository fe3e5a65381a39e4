"""The worker process of judging: `faust -A services.judging.worker worker`. Rooms are named, not imported."""

from services.judging.settings import Settings
from shared.consume import Worker

worker = Worker(Settings(), rooms=("copies", "finals", "progress", "boards"))
app = worker.app
