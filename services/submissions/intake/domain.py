"""A line of the register and how it changed, how the register is asked for, counted and written as rows. Pure."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from pydantic import AwareDatetime, BaseModel

from services.submissions.arrivals.domain import CHANNELS
from services.submissions.contests.domain import Heading
from services.submissions.states.domain import IN_WORDS, RULES_IN_WORDS, Rule, State
from shared.ui.filters import inside, vn_datetime
from shared.written_dates import read_day

SORTS = ("number", "title_folded", "received_at", "submitted_at", "unit_folded")
SORT_WORDS = {
    "so": "number",
    "ten": "title_folded",
    "nhan": "received_at",
    "nop": "submitted_at",
    "don-vi": "unit_folded",
}
SIZES = (20, 50, 100)


_IN_WORDS = {one.value: words for one, words in CHANNELS.items()}


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
    rule: Rule | None = None
    """Of a refused entry."""
    until: AwareDatetime | None = None
    decided_at: AwareDatetime | None = None
    coded_at: AwareDatetime | None = None
    more_channels: list[str] = []
    """How it came again: on paper and online is one entry, counted once."""
    joined_to: int | None = None
    """The number of the line that counts instead of this one."""
    corrected: dict[str, str] = {}
    """When a paper arrived and was posted, {received_at, postmark} in ISO, as the desk mended what it had written down."""
    file_fault: str = ""
    """What a file of the last revision turned out to be, as `FileRefused` says it."""

    @property
    def channels_in_words(self) -> str:
        """Every way it came, the first first."""
        return ", ".join([_IN_WORDS[self.channel], *(inside(_IN_WORDS[one]) for one in self.more_channels)])

    @property
    def sealed(self) -> dict[str, Any]:
        """What a daily seal says of it: nothing that names or quotes anybody, so that an erasure breaks no seal."""
        kept = {"number", "receipt", "channel", "received_at", "submitted_at", "revision", "state"}
        mended = {"corrected": self.corrected} if self.corrected else {}
        title = {"title_sha256": hashlib.sha256(self.title.encode()).hexdigest()}
        return self.model_dump(include=kept) | title | mended


TAKEN_OVER = "Dòng có từ trước khi sổ được niêm phong, ghi lại như lúc này."


class Change(BaseModel):
    """A line as it was after something changed that a seal shows, and who changed it; kept for good."""

    id: str
    entry_id: str
    contest_id: str
    at: AwareDatetime
    by: str = ""
    """A person's id; empty when the entrant's own act, told by a fact, changed it."""
    note: str = ""
    line: dict[str, Any]
    sealed_on: str = ""
    """The day of the seal that holds it, ISO."""

    @property
    def in_words(self) -> str:
        """The state it came to."""
        return STAND_WORDS[Stand(self.line["state"])]


class Stand(StrEnum):
    """What the list may be filtered by: the states but drafts, and those whose time for mending is over."""

    SUBMITTED = "submitted"
    RETURNED = "returned"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    JOINED = "joined"


STAND_WORDS = {
    Stand.SUBMITTED: "Chờ kiểm tra",
    Stand.RETURNED: "Đã đề nghị bổ sung",
    Stand.ACCEPTED: "Hợp lệ",
    Stand.REFUSED: IN_WORDS[State.REFUSED],
    Stand.WITHDRAWN: "Đã rút",
    Stand.JOINED: "Đã nhập vào số khác",
}
OVERDUE = "overdue"
"""Sent back, and not handed in again in time: a part of what is sent back."""
OVERDUE_WORDS = "Hết hạn bổ sung"
ASKED_WORDS = {one.value: words for one, words in STAND_WORDS.items()} | {OVERDUE: OVERDUE_WORDS}


@dataclass(frozen=True, slots=True)
class Tally:
    """How many lines came through each channel and stand in each state; every sum is made from the same numbers."""

    cells: dict[tuple[str, str], int]

    @classmethod
    def of(cls, rows: Iterable[tuple[str, str, int]]) -> "Tally":
        """From (channel, state, how many), in any order; equal pairs are added, what there is none of is left out."""
        cells: dict[tuple[str, str], int] = {}
        for channel, state, many in rows:
            cells[channel, state] = cells.get((channel, state), 0) + many
        return cls({pair: many for pair, many in cells.items() if many})

    @property
    def channels(self) -> list[str]:
        """Those with a line, known ones first in their usual order."""
        found = {channel for channel, _ in self.cells}
        return [one for one in CHANNELS if one in found] + sorted(found - set(CHANNELS))

    def count(self, channel: str = "", state: str = "") -> int:
        """Of one channel, one state, both, or (without either) all."""
        return sum(
            many
            for (one, other), many in self.cells.items()
            if (not channel or one == channel) and (not state or other == state)
        )

    def table(self, states: Sequence[str]) -> list[tuple[str, list[int], int]]:
        """A row for each channel, and a last one (its channel is empty) for all: how many of each state, and the sum."""
        rows = [(channel, [self.cells.get((channel, state), 0) for state in states]) for channel in self.channels]
        sums = ("", [sum(column) for column in zip(*(counts for _, counts in rows), strict=True)])
        return [(channel, counts, sum(counts)) for channel, counts in (*rows, sums)] if rows else []

    def by_state(self, channel: str = "") -> dict[str, int]:
        """Of one channel, or of all."""
        return {state: self.count(channel, state) for state in dict.fromkeys(state for _, state in self.cells)}


class Query(BaseModel):
    """What somebody wants to see of the register; `contest_ids` None means every contest."""

    contest_ids: list[str] | None = None
    contest_id: str = ""
    state: str = ""
    channel: str = ""
    day: str = ""
    """ISO date in Hanoi: received on that day."""
    entrant_group: str = ""
    content_group: str = ""
    search: str = ""
    sort: str = "so"
    page: int = 1
    size: int = SIZES[0]

    @property
    def date(self) -> date | None:
        """The day."""
        return date.fromisoformat(self.day) if self.day else None

    @property
    def order(self) -> tuple[str, int]:
        """Field and direction; a word that is not known sorts by number."""
        name, down = self.sort.removeprefix("-"), self.sort.startswith("-")
        return SORT_WORDS.get(name, "number"), -1 if down else 1


_FIELDS = {"cuoc-thi": "contest_id", "tinh-trang": "state", "nhom": "entrant_group", "linh-vuc": "content_group",
           "kenh": "channel", "ngay": "day", "tim": "search", "sap-xep": "sort"}  # fmt: skip


def asked(params: Mapping[str, str]) -> Query:
    """The query of an address; what makes no sense is left out."""
    typed: dict[str, Any] = {field: params[name][:200] for name, field in _FIELDS.items() if params.get(name)}
    number, size = params.get("trang", ""), params.get("so-dong", "")
    if number.isdecimal():
        typed["page"] = max(1, int(number[:6]))
    if size.isdecimal() and int(size) in SIZES:
        typed["size"] = int(size)
    day = read_day(typed.pop("day", ""))
    return Query(**typed, day=day.isoformat() if day else "")


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
    "Căn cứ không nhận",
    "Lý do",
)


def cells(line: Line, contest: Heading | None) -> list[Any]:
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
        RULES_IN_WORDS[line.rule] if line.rule else "",
        line.reason,
    ]
