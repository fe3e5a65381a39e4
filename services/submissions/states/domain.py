"""The states of an entry with what is noted of each, and the refusals that follow from state and time. Pure."""

from datetime import datetime
from enum import StrEnum

from pydantic import AwareDatetime, BaseModel

from shared.clock import local
from shared.errors import Refusal, Stale


class NotOpenYet(Refusal):
    """Before the opening instant, or the contest is not public."""

    code = "contest_not_open"
    message = "Cuộc thi chưa mở nhận bài."


class DeadlinePassed(Refusal):
    """At the closing instant or later, by the server's clock at the arrival of the complete request."""

    code = "deadline_passed"
    message = "Đã hết hạn nộp bài. Nội dung của bạn vẫn được giữ nguyên dưới dạng bản nháp."


def late(closed_at: datetime, at: datetime) -> DeadlinePassed:
    """With both instants to the millisecond: whoever was late by a blink is owed the proof."""
    sentence = (
        f"Hết hạn nộp bài lúc {_exactly(closed_at)}; yêu cầu của bạn đến máy chủ lúc {_exactly(at)}. "
        "Nội dung của bạn vẫn được giữ nguyên dưới dạng bản nháp."
    )
    return DeadlinePassed(sentence, closed_at=local(closed_at).isoformat(), arrived_at=local(at).isoformat())


def _exactly(at: datetime) -> str:
    here = local(at)
    return f"{here:%H:%M:%S},{here.microsecond // 1000:03d} ngày {here:%d/%m/%Y}"


class EditingOver(Refusal):
    """The time for changes of a handed-in or returned entry is over."""

    code = "editing_over"
    message = "Đã hết thời gian sửa bài. Bản đã nộp trước đó vẫn còn nguyên."


def over(until: datetime, at: datetime) -> EditingOver:
    """With both instants, as for whoever is late the first time."""
    return EditingOver(
        f"Hết thời gian sửa bài lúc {_exactly(until)}; yêu cầu của bạn đến máy chủ lúc {_exactly(at)}. "
        "Bản đã nộp trước đó và nội dung đã lưu vẫn còn nguyên."
    )


class Settled(Refusal):
    """Accepted, refused or withdrawn: nothing changes any more."""

    code = "entry_settled"
    message = "Bài đã được tiếp nhận, không được nhận hoặc đã rút nên không thay đổi được nữa."


class NothingChanged(Refusal):
    """Handed in already, and not changed since."""

    code = "nothing_changed"
    message = "Bài này đã được nộp và chưa có gì thay đổi kể từ lần nộp trước."


class NotHandedIn(Refusal):
    """There is nothing to take back or to show a receipt of."""

    code = "entry_not_handed_in"
    message = "Bài này chưa được nộp."


class NotWaiting(Refusal):
    """Only a handed-in entry can be accepted or returned."""

    code = "entry_not_waiting"
    message = (
        "Bài không ở trạng thái chờ kiểm tra: có thể vừa được xử lý, hoặc người dự thi vừa rút. Hãy tải lại trang."
    )


class NotReturned(Refusal):
    """Only an entry that was sent back has a time for mending."""

    code = "entry_not_returned"
    message = "Bài không còn chờ bổ sung: người dự thi vừa nộp lại hoặc vừa rút. Hãy tải lại trang."


class NotRefused(Refusal):
    """Only a refused entry can be taken up again."""

    code = "entry_not_refused"
    message = "Bài không ở trạng thái không hợp lệ. Hãy tải lại trang."


class UntilPassed(Refusal):
    """There must be time left to mend a returned entry."""

    code = "until_passed"
    status = 422
    message = "Hạn bổ sung phải ở sau thời điểm hiện tại."


class SavedElsewhere(Stale):
    """Another tab or device saved first. `version` and `fields` are what is saved now, to be shown beside."""


class State(StrEnum):
    """Where the entry stands."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    JOINED = "joined"
    """The same entry came twice, and this one was joined to the other."""


IN_WORDS = {
    State.DRAFT: "Chưa nộp",
    State.SUBMITTED: "Đã nộp",
    State.RETURNED: "Cần bổ sung",
    State.ACCEPTED: "Đã hợp lệ",
    State.REFUSED: "Không hợp lệ",
    State.WITHDRAWN: "Đã rút",
    State.JOINED: "Đã nhập vào bài khác",
}


class Rule(StrEnum):
    """For what an entry may be refused: a closed list, because nothing else is a reason (Kế hoạch 34/KH-UBND 2019, III)."""

    LATE = "late"
    EXCLUDED = "excluded"
    ENTRANT_GROUP = "entrant_group"
    CONTENT_GROUP = "content_group"
    LANGUAGE = "language"
    AUTHOR_NAMED = "author_named"
    DUPLICATE = "duplicate"
    PARTS_MISSING = "parts_missing"
    FILES_UNREADABLE = "files_unreadable"
    SUPPLEMENT_MISSING = "supplement_missing"


RULES_IN_WORDS = {
    Rule.LATE: "Nộp sau hạn nhận bài",
    Rule.EXCLUDED: "Người dự thi thuộc diện không được dự thi",
    Rule.ENTRANT_GROUP: "Không đúng nhóm đối tượng dự thi",
    Rule.CONTENT_GROUP: "Nội dung không thuộc lĩnh vực của cuộc thi",
    Rule.LANGUAGE: "Không viết bằng tiếng Việt có dấu",
    Rule.AUTHOR_NAMED: "Nội dung bài cho biết tác giả là ai",
    Rule.DUPLICATE: "Trùng với bài khác hoặc sáng kiến đã công bố",
    Rule.PARTS_MISSING: "Thiếu phần bắt buộc của bài",
    Rule.FILES_UNREADABLE: "Tệp hoặc bản giấy không đọc được",
    Rule.SUPPLEMENT_MISSING: "Hết hạn bổ sung mà chưa nộp lại",
}


class Withdrawn(BaseModel):
    """Why and when the entrant took it back."""

    reason: str
    at: AwareDatetime


class Returned(Withdrawn):
    """Why and when the secretary sent it back, and until when it may be mended."""

    until: AwareDatetime
    missing: list[str] = []
    """What of the contest's requirements, in words."""


class Refused(Withdrawn):
    """Why and when the formal check said no."""

    rule: Rule

    @property
    def in_words(self) -> str:
        """The rule as people say it."""
        return RULES_IN_WORDS[self.rule]
