"""When personal data of a contest is due, and where its clearing stands. Pure."""

import calendar
from datetime import datetime, timedelta
from enum import StrEnum

from pydantic import AwareDatetime, BaseModel

from shared.clock import HANOI, local
from shared.errors import Refusal

LEASE = timedelta(seconds=60)


class NotDue(Refusal):
    """What a contest promised to keep is kept until then."""

    code = "retention_not_due"
    message = "Chưa đến hạn xóa dữ liệu của cuộc thi này, hoặc cuộc thi chưa định thời hạn lưu."


class State(StrEnum):
    """Where it stands."""

    KEPT = "kept"
    CONFIRMED = "confirmed"
    ERASED = "erased"


class Retention(BaseModel):
    """Of one contest. `files` are blobs to delete after the entries were cleared."""

    id: str
    published_at: AwareDatetime
    state: State = State.KEPT
    confirmed_by: str = ""
    confirmed_at: AwareDatetime | None = None
    next_at: AwareDatetime | None = None
    cleared: int = 0
    files: list[str] = []
    done_at: AwareDatetime | None = None

    def due_at(self, months: int | None) -> datetime | None:
        """When its data is due; None as long as the contest does not say for how long."""
        return None if months is None else after_months(self.published_at, months)

    def confirm(self, months: int | None, by: str, at: datetime) -> None:
        """Clear it. Raises NotDue, also when it is cleared already."""
        due = self.due_at(months)
        if self.state is not State.KEPT or due is None or at < due:
            raise NotDue
        self.state, self.confirmed_by, self.confirmed_at, self.next_at = State.CONFIRMED, by, at, at


def after_months(since: datetime, months: int) -> datetime:
    """The same day and time so many months later, or the last day of a shorter month; Hà Nội time."""
    then = local(since)
    year, month = divmod(then.year * 12 + then.month - 1 + months, 12)
    day = min(then.day, calendar.monthrange(year, month + 1)[1])
    return then.replace(year=year, month=month + 1, day=day, tzinfo=HANOI)
