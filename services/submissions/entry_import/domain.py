"""A file that was read, and how far it is. What its rows say is `entry_sheets`. Pure."""

import hashlib
import json
from collections.abc import Sequence
from datetime import timedelta
from enum import StrEnum

from pydantic import AwareDatetime, BaseModel, ConfigDict

from shared.errors import Refusal
from shared.tables import Fault

KEPT = timedelta(days=1)
"""A file nobody wrote is forgotten after it."""
KEPT_WRITTEN = timedelta(days=365)
"""What is left of a written one, to know the same file again."""


class RowsWrong(Refusal):
    """Nothing is written while a row is wrong."""

    code = "rows_wrong"
    status = 422
    message = "Tệp còn dòng sai nên chưa ghi gì. Hãy sửa các dòng được nêu rồi tải lên lại."


class State(StrEnum):
    """How far a file is."""

    READ = "read_in"
    WAITING = "to_write"
    WRITTEN = "written"
    FAILED = "not_written"


class Import(BaseModel):
    """A file as it was read. `rows` are its cells with the heads, until they are written."""

    model_config = ConfigDict(extra="ignore")

    id: str
    contest_id: str
    channel: str
    by: str
    by_name: str
    name: str
    digest: str
    rows: list[list[str]]
    count: int
    """Right rows."""
    faults: list[Fault] = []
    notices: list[Fault] = []
    """What the machine noticed in right rows; nothing is kept out for it."""
    there: list[int] = []
    """Rows whose entry was in the register before."""
    state: State = State.READ
    wrote: list[int] = []
    """Rows that this file has made entries of, so far."""
    reason: str = ""
    next_at: AwareDatetime | None = None
    at: AwareDatetime

    @property
    def new(self) -> int:
        """How many entries it would make, or made."""
        return self.count - len(self.there)

    @property
    def done(self) -> int:
        """Entries written, or written so far."""
        return len(self.wrote)

    def check_ready(self) -> None:
        """Raises RowsWrong."""
        if self.faults or not self.count:
            raise RowsWrong


def digest(contest_id: str, channel: str, rows: Sequence[Sequence[str]]) -> str:
    """The same for the same cells, however the file was saved."""
    return hashlib.sha256(json.dumps([contest_id, channel, rows], ensure_ascii=False).encode()).hexdigest()
