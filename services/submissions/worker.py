"""The worker process of submissions: `faust -A services.submissions.worker worker`. Rooms are named, not imported."""

from services.submissions.settings import Settings
from shared.consume import Worker

settings = Settings()
worker = Worker(
    settings,
    rooms=(
        "contests",
        "intake",
        "seals",
        "originality",
        "receipts",
        "reminders",
        "gallery",
        "entry_import",
        "erasures",
        "retention",
        "scanning",
        "jury_copies",
        "file_faults",
        "uploads",
    ),
)
app = worker.app
