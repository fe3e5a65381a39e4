"""What became of an entry after it was handed in: messages about it, finalist or not, its place; in words for its author."""

from datetime import datetime
from typing import Any

import segno
from markupsafe import Markup
from pydantic import AwareDatetime, BaseModel

from services.submissions.contests.domain import Contest
from services.submissions.entries.domain import Entry
from services.submissions.states.domain import State
from shared.ui.filters import vn_datetime

_QR_MODULE = 4


class Mail(BaseModel):
    """What became of a message about an entry."""

    message: str
    channel: str
    accepted: bool
    at: AwareDatetime
    reason: str = ""


class Place(BaseModel):
    """A line of the published result."""

    rank: int
    score: str
    prize_title: str | None
    slug: str


class News(BaseModel):
    """What other services told about one entry; `finalist` is None until the finalists were named."""

    entry_id: str
    mails: dict[str, Mail] = {}
    finalist: bool | None = None
    place: Place | None = None

    @property
    def receipt_mail(self) -> Mail | None:
        """The last news of the receipt's e-mail."""
        mails = [one for one in self.mails.values() if one.channel == "email" and "receipt" in one.message]
        return max(mails, key=lambda one: one.at, default=None)

    @property
    def outcome(self) -> str:
        """In a few words, empty while there is nothing to say."""
        if self.place is not None:
            return self.place.prize_title or f"Hạng {self.place.rank}"
        return {True: "Vào chung khảo", False: "Không vào chung khảo", None: ""}[self.finalist]


def qr(url: str) -> Markup:
    """The address as an SVG that stays sharp in print."""
    return Markup(segno.make(url, micro=False, error="m").svg_inline(scale=_QR_MODULE))  # noqa: S704 - made of numbers only


_SETTLED = {
    State.JOINED: "Bài này và một bài khác của bạn là một, nên được nhập làm một: bài kia được xét, bạn không phải làm gì.",
    State.ACCEPTED: "Bài hợp lệ và được chuyển cho Ban Giám khảo dưới mã số, không kèm tên bạn.",
    State.REFUSED: "Bài không được đưa vào vòng sơ khảo. Bạn có thể khiếu nại với Ban Tổ chức.",
    State.WITHDRAWN: "Bài đã được rút theo yêu cầu của bạn.",
}


def next_step(entry: Entry, contest: Contest, now: datetime) -> str:
    """What happens next, and what the author can do, in a sentence."""
    until = entry.editable_until(contest)
    if entry.state is State.DRAFT:
        if until is None or now >= until:
            return "Bài chưa được nộp và đã hết hạn nộp. Bản nháp được giữ lại để bạn xem."
        return f"Bài chưa được nộp. Viết xong, xem lại rồi nộp trước {vn_datetime(until)}."
    if entry.state is State.RETURNED and until:
        if now >= until:
            return f"Hạn bổ sung đã qua lúc {vn_datetime(until)}. Tổ thư ký sẽ gia hạn hoặc kết luận, và báo cho bạn."
        return f"Bổ sung theo đề nghị của Tổ thư ký rồi nộp lại trước {vn_datetime(until)}."
    if entry.state is State.SUBMITTED:
        more = f" Bạn sửa và nộp lại được đến {vn_datetime(until)}." if until and now < until else ""
        return "Tổ thư ký sẽ kiểm tra hình thức và báo cho bạn." + more
    return _SETTLED[entry.state]


def milestones(entry: Entry, contest: Contest) -> list[dict[str, Any]]:
    """What happened so far, the oldest first, for a timeline."""
    on_paper = entry.paper is not None and entry.channel != "online"
    first = "Nhận bài giấy" if on_paper else "Bắt đầu bản nháp"
    happened: list[dict[str, Any]] = [{"time": entry.created_at, "title": first}]
    if entry.submitted_at and not on_paper:
        again = f" (lần nộp thứ {entry.revision})" if entry.revision > 1 else ""
        happened.append({"time": entry.submitted_at, "title": f"Đã nộp{again}"})
    if entry.returned:
        happened.append({"time": entry.returned.at, "title": "Cần bổ sung", "text": entry.returned.reason})
    if entry.accepted_at:
        happened.append({"time": entry.accepted_at, "title": "Đã hợp lệ"})
    if entry.refused:
        said = f"{entry.refused.in_words}. {entry.refused.reason}"
        happened.append({"time": entry.refused.at, "title": "Không hợp lệ", "text": said})
    if entry.withdrawn:
        happened.append({"time": entry.withdrawn.at, "title": "Đã rút", "text": entry.withdrawn.reason})
    happened[-1]["state"] = "current"
    if entry.state in (State.DRAFT, State.SUBMITTED):
        happened.append({"time": contest.timetable.closes_at, "title": "Hết hạn nộp bài", "state": "future"})
    return happened
