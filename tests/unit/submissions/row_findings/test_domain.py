"""What is noticed in a row: the same as the formal check says, under the heads of the sheet."""

from datetime import timedelta

from services.submissions.eligibility.domain import Entrant
from services.submissions.entry_sheets.domain import Reader
from services.submissions.people.domain import Account
from services.submissions.row_findings import domain
from tests.unit.submissions.entry_sheets.test_domain import NOW, UNITS, contest, sheet

_SLOPPY = "Nguoi dan phai di lai nhieu lan vi khong biet ho so con thieu giay to gi trong khi can bo van tra loi"


def said(changes: dict[str, str] | None = None, *, roles: tuple[str, ...] = ()) -> list[tuple[str, str, str]]:
    (one,), faults = Reader(contest(), "email", UNITS, NOW).read(
        sheet({"received_at": "20/10/2026 15:30", **(changes or {})})
    )
    assert faults == [], "a notice keeps nothing out"
    account = Account.written_down("p", one.slip.sender.model_dump(exclude={"address"}), NOW)
    author = Entrant(account=account, roles=list(roles), unit=UNITS[1], standing=[UNITS[1]], day=NOW.date())
    found = domain.notices(contest(), one, [author])
    assert {notice.row for notice in found} <= {2}
    return [(notice.column, notice.value, notice.text) for notice in found]


def test_nothing_is_noticed_in_a_row_that_is_in_order():
    assert said() == []


def test_an_author_in_the_text_is_noticed_once_with_the_words_that_tell_and_a_unit_apart():
    solution = "Nguyễn Thị Gửi Bài và Nguyễn Thị Gửi Bài ở Phường Mới làm một bảng kiểm tra trước cửa."
    found = said({"parts.solution": solution})
    assert [(column, words) for column, words, _ in found] == [
        ("Giải pháp", "Nguyễn Thị Gửi Bài"),
        ("Giải pháp", "Phường Mới"),
    ]
    assert "tên tác giả" in found[0][2]
    assert "tên đơn vị" in found[1][2]


def test_text_without_marks_is_noticed_in_its_column():
    ((column, _, text),) = said({"parts.situation": _SLOPPY})
    assert column == "Hiện trạng"
    assert "dấu" in text


def test_a_late_row_and_somebody_who_judges_the_contest_are_noticed_with_the_rule():
    late = contest(timetable={"opens_at": NOW - timedelta(days=30), "closes_at": NOW - timedelta(days=9)})
    (one,), _ = Reader(late, "email", UNITS, NOW).read(sheet({}))
    ((column, _, text),) = [(it.column, it.value, it.text) for it in domain.notices(late, one, [])]
    assert column == "Ngày nhận"
    assert "sau hạn" in text
    ((column, _, text),) = said(roles=("judge",))
    assert column == "Nhóm đối tượng"
    assert "giám khảo" in text
