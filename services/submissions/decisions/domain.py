"""What may be asked for and for what an entry may be refused, read off the contest's rules; until when to mend. Pure."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from services.submissions.contests.domain import Contest
from services.submissions.entries.domain import Entry
from services.submissions.states.domain import RULES_IN_WORDS, Rule, State
from shared.clock import HANOI, local
from shared.errors import Invalid, Refusal
from shared.ui.filters import vn_datetime

_DAYS_TO_MEND = 3
_END_OF_OFFICE_HOURS = 17


class NewRevision(Refusal):
    """The entrant handed in again while the secretary was reading."""

    code = "entry_revised"
    message = "Người dự thi vừa nộp lại bản mới. Hãy tải lại trang, kiểm tra bản mới rồi quyết định."


class RevisionNeeded(Refusal):
    """A decision says what was read, so that a version nobody looked at is never decided."""

    code = "revision_needed"
    status = 422
    message = (
        "Hãy nêu lần nộp đã kiểm tra (revision, có trong sổ tiếp nhận). "
        "Thiếu số này thì không biết quyết định dành cho bản nào, nên chưa ghi gì."
    )


class TakenUp(Refusal):
    """The jury works on this contest: nothing is taken up any more."""

    code = "jury_at_work"
    message = "Ban Giám khảo đã bắt đầu chấm nên không mở lại bài được nữa. Hãy báo Ban Tổ chức."


def check_read(entry: Entry, revision: int | None) -> None:
    """A decision is for what was read, and for nothing handed in since. Raises RevisionNeeded, NewRevision."""
    if revision is None:
        raise RevisionNeeded(field="revision")
    if entry.revision != revision:
        raise NewRevision


def usual_until(now: datetime) -> datetime:
    """Until when an entry may be mended when the secretary names no date: the end of the third day's office hours."""
    day = local(now).date() + timedelta(days=_DAYS_TO_MEND)
    return datetime(day.year, day.month, day.day, _END_OF_OFFICE_HOURS, tzinfo=HANOI)


def requirements(contest: Contest) -> dict[str, str]:
    """What an entry of this contest must have, in words, by the ids of a checklist."""
    asked = {"title": "Tên sáng kiến"} | {f"parts.{part.id}": part.title for part in contest.parts}
    asked |= {
        "entrant_group": "Chọn đúng nhóm đối tượng dự thi",
        "content_group": "Chọn đúng lĩnh vực nội dung",
        "language": "Viết bằng tiếng Việt có dấu",
        "anonymous": "Bỏ những chữ cho biết tác giả",
    }
    if contest.form_rules.max_files:
        asked["files"] = "Tệp kèm theo đọc được"
    return asked


def missing(contest: Contest, ticked: Sequence[str]) -> list[str]:
    """The ticked requirements in the contest's words and order. Raises Invalid for one that it does not have."""
    known = requirements(contest)
    if unknown := [one for one in ticked if one not in known]:
        raise Invalid([{"field": "missing", "text": f"Cuộc thi không có yêu cầu “{one}”."} for one in unknown])
    return [words for one, words in known.items() if one in ticked]


def rules(contest: Contest, state: State) -> dict[Rule, str]:
    """For what this contest lets an entry be refused, with what its rules say; the last only after a supplement was due."""
    said = dict(RULES_IN_WORDS)
    said[Rule.LATE] += f" ({vn_datetime(contest.timetable.closes_at)})"
    required = ", ".join(part.title for part in contest.parts if part.required)
    said[Rule.PARTS_MISSING] += f" ({required})"
    if not contest.form_rules.max_files and contest.timetable.received_until is None:
        del said[Rule.FILES_UNREADABLE]
    if state is not State.RETURNED:
        del said[Rule.SUPPLEMENT_MISSING]
    return said


class Offers(NamedTuple):
    """What the page of the formal check offers somebody now."""

    may_decide: bool
    may_refuse: bool
    may_extend: bool
    may_reopen: bool
    overdue: bool
    """A supplement was asked for and has not come in time."""
    requirements: dict[str, str]
    rules: dict[Rule, str]


def offers(entry: Entry, contest: Contest, at: datetime, *, decides: bool) -> Offers:
    """`decides`: whether they are the contest's secretary; everybody else only reads."""
    returned, waits = entry.state is State.RETURNED, entry.state is State.SUBMITTED
    overdue = returned and entry.returned is not None and at >= entry.returned.until
    return Offers(
        may_decide=decides and waits,
        may_refuse=decides and (waits or overdue),
        may_extend=decides and returned,
        may_reopen=decides and entry.state is State.REFUSED and not contest.first_scores,
        overdue=overdue,
        requirements=requirements(contest),
        rules=rules(contest, entry.state),
    )


def check_rule(contest: Contest, state: State, rule: Rule) -> None:
    """Raises Invalid when the contest has no such rule, or it does not apply to an entry in this state."""
    if rule not in rules(contest, state):
        text = f"Thể lệ cuộc thi không có căn cứ “{RULES_IN_WORDS[rule]}” cho bài này."
        raise Invalid([{"field": "rule", "text": text}])
