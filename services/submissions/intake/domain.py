"""A line of the register, its states, how the register is asked for, and its rows for a spreadsheet. Pure."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from pydantic import AwareDatetime, BaseModel

from services.submissions.arrivals.domain import CHANNELS, Channel
from services.submissions.contests.domain import Contest
from services.submissions.states.domain import State
from shared.clock import HANOI, local
from shared.errors import Refusal
from shared.ui.filters import vn_datetime

SORTS = ("number", "title_folded", "received_at", "submitted_at", "unit_folded")
SORT_WORDS = {
    "so": "number",
    "ten": "title_folded",
    "nhan": "received_at",
    "nop": "submitted_at",
    "don-vi": "unit_folded",
}
SIZES = (20, 50, 100)
_DAYS_TO_MEND = 3
_END_OF_OFFICE_HOURS = 17


class NewRevision(Refusal):
    """The entrant handed in again while the secretary was reading."""

    code = "entry_revised"
    message = "Người dự thi vừa nộp lại bản mới. Hãy tải lại trang, kiểm tra bản mới rồi quyết định."


class Line(BaseModel):
    """One entry in the register. `number` counts from 1 within the contest, without gaps, in the order of arrival."""

    entry_id: str
    contest_id: str
    number: int
    channel: str
    received_at: AwareDatetime
    submitted_at: AwareDatetime
    receipt: str
    revision: int
    entrant_group: str
    content_group: str
    unit_id: str | None = None
    unit: str = ""
    title: str
    state: State = State.SUBMITTED
    reason: str = ""
    until: AwareDatetime | None = None
    decided_at: AwareDatetime | None = None
    coded_at: AwareDatetime | None = None
    more_channels: list[str] = []
    """How it came again: on paper and online is one entry, counted once."""
    joined_to: int | None = None
    """The number of the line that counts instead of this one."""

    @property
    def channels_in_words(self) -> str:
        """Every way it came, the first first."""
        return ", ".join(CHANNELS[Channel(one)] for one in (self.channel, *self.more_channels))


class Stand(StrEnum):
    """What the list may be filtered by: the states, and coded as one more step after accepted."""

    SUBMITTED = "submitted"
    RETURNED = "returned"
    ACCEPTED = "accepted"
    WITHDRAWN = "withdrawn"
    JOINED = "joined"


STAND_WORDS = {
    Stand.SUBMITTED: "Chờ kiểm tra",
    Stand.RETURNED: "Đã trả lại để bổ sung",
    Stand.ACCEPTED: "Hợp lệ",
    Stand.WITHDRAWN: "Đã rút",
    Stand.JOINED: "Đã nhập vào số khác",
}


class Query(BaseModel):
    """What somebody wants to see of the register; `contest_ids` None means every contest."""

    contest_ids: list[str] | None = None
    contest_id: str = ""
    state: str = ""
    entrant_group: str = ""
    content_group: str = ""
    search: str = ""
    sort: str = "so"
    page: int = 1
    size: int = SIZES[0]

    @property
    def order(self) -> tuple[str, int]:
        """Field and direction; a word that is not known sorts by number."""
        name, down = self.sort.removeprefix("-"), self.sort.startswith("-")
        return SORT_WORDS.get(name, "number"), -1 if down else 1


def usual_until(now: datetime) -> datetime:
    """Until when an entry may be mended when the secretary names no date: the end of the third day's office hours."""
    day = local(now).date() + timedelta(days=_DAYS_TO_MEND)
    return datetime(day.year, day.month, day.day, _END_OF_OFFICE_HOURS, tzinfo=HANOI)


HEADS = (
    "Số vào sổ",
    "Mã biên nhận",
    "Tên sáng kiến",
    "Nhóm đối tượng",
    "Lĩnh vực",
    "Đơn vị",
    "Kênh nhận",
    "Nhận lúc",
    "Nộp gần nhất",
    "Lần nộp",
    "Tình trạng",
    "Vào phách",
    "Lý do trả lại",
)


def cells(line: Line, contest: Contest | None) -> list[Any]:
    """A line as a row under HEADS, in words."""
    groups = {one.id: one.title for one in contest.entrant_groups} if contest else {}
    fields = {one.id: one.title for one in contest.content_groups} if contest else {}
    return [
        line.number,
        line.receipt,
        line.title,
        groups.get(line.entrant_group, line.entrant_group),
        fields.get(line.content_group, line.content_group),
        line.unit,
        line.channels_in_words,
        vn_datetime(line.received_at),
        vn_datetime(line.submitted_at),
        line.revision,
        STAND_WORDS[Stand(line.state.value)],
        vn_datetime(line.coded_at) if line.coded_at else "",
        line.reason,
    ]
