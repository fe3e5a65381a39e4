"""What is told of a file that turned out to be of no use, and about which entries. Pure."""

from collections.abc import Sequence
from datetime import timedelta
from enum import StrEnum

from services.submissions.entries.domain import Entry
from services.submissions.files.domain import Attachment
from services.submissions.states.domain import State
from shared.events.submissions import FileRefused

GRACE = timedelta(hours=1)
"""A file is with its entry a moment after it was stored; one that is with none after that time belongs to nobody."""
_OVER = (State.WITHDRAWN, State.REFUSED, State.JOINED)


class Fault(StrEnum):
    """In the words of the fact."""

    INFECTED = "infected"
    NOT_COPIED = "not_copied"


def fact(entry: Entry, handed_in: Sequence[Attachment], file_id: str, fault: Fault) -> FileRefused | None:
    """What its owner is to be told; None when the entry has the file no more, or does not go on."""
    counts = any(file.id == file_id for file in handed_in)
    if entry.state in _OVER or not (counts or any(file.id == file_id for file in entry.files)):
        return None
    return FileRefused(
        entry_id=entry.id,
        contest_id=entry.contest_id,
        owner_id=entry.owner_id,
        file_id=file_id,
        fault=fault,
        title=entry.title,
        handed_in=counts,
    )
