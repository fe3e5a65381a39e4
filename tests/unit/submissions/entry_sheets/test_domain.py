"""The sheet of a contest: what is asked, what a row says, what is wrong with it, and the copy that goes back."""

import io
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from openpyxl import load_workbook

from services.submissions.contests.domain import Contest
from services.submissions.entry_sheets import domain
from services.submissions.entry_sheets.domain import Candidate, HeadsMissing, Reader
from services.submissions.units.domain import Unit
from shared import tables
from shared.tables import Fault
from tests.integration.submissions.builders import rules

NOW = datetime(2026, 10, 20, 9, tzinfo=UTC)
UNITS = [
    Unit(id="cu", name="Phường Cũ", level="ward", valid_to=date(2026, 9, 30)),
    Unit(id="moi", name="Phường Mới", level="ward", valid_from=date(2026, 10, 1)),
]
RIGHT = {
    "name": "Nguyễn Thị Gửi Bài",
    "kind": "Người dân",
    "email": "gui@thu.example",
    "unit": "phuong moi",
    "received_at": "15/10/2026 16:30",
    "entrant_group": "Người dân",
    "content_group": "Cải tiến quy trình",
    "title": "Bảng tự kiểm tra hồ sơ",
    "parts.situation": "Dân đi lại nhiều lần.\n\nCán bộ trả lời qua điện thoại.",
    "parts.solution": "Một bảng kiểm tra trước cửa.",
}


def contest(**changes: Any) -> Contest:
    return Contest(id="c1", created_at=NOW, **rules(at=NOW, **changes).model_dump())


def sheet(*rows: dict[str, str], of: Contest | None = None) -> list[list[str]]:
    known = domain.heads(of or contest())
    return [list(known.values()), *([{**RIGHT, **row}.get(field, "") for field in known] for row in rows)]


def read(*rows: dict[str, str]) -> tuple[list[Candidate], list[Fault]]:
    return Reader(contest(), "email", UNITS, NOW).read(sheet(*rows))


def test_a_right_row_is_an_entry_with_its_words_sender_and_unit_of_the_day():
    (one,), faults = read({})
    assert faults == []
    assert one.words.parts["situation"] == RIGHT["parts.situation"]
    assert (one.words.entrant_group, one.words.content_group) == ("E1", "C1")
    assert (one.slip.email, one.slip.unit_id, one.slip.channel) == ("gui@thu.example", "moi", "email")
    assert one.slip.received_at == datetime(2026, 10, 15, 9, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("change", "column", "says"),
    [
        ({"name": ""}, "Họ và tên hoặc tên tổ chức", "Hãy điền"),
        ({"kind": "Học sinh"}, "Người nộp là", "danh sách"),
        ({"email": "không-phải"}, "Thư điện tử", ""),
        ({"unit": "Phường Cũ"}, "Đơn vị", "ngày nhận"),
        ({"received_at": "hôm qua"}, "Ngày nhận", "15/10/2025"),
        ({"received_at": "21/10/2026"}, "Ngày nhận", "sau thời điểm hiện tại"),
        ({"entrant_group": "Nhóm lạ"}, "Nhóm đối tượng", "danh sách"),
        ({"title": ""}, "Tên sáng kiến", "đặt tên"),
        ({"parts.situation": ""}, "Hiện trạng", "Hãy viết"),
        ({"parts.situation": "chữ " * 51}, "Hiện trạng", "thừa 1 từ"),
        ({"authors": "Lê Văn Hai; x@; Phường Mới"}, "Đồng tác giả", "Dòng 1"),
        ({"authors": "Lê Văn Hai, 0988 777 666"}, "Đồng tác giả", "dấu chấm phẩy"),
        ({"received_at": "15/10/1026"}, "Ngày nhận", "15/10/2025"),
        ({"name": "#REF!"}, "Họ và tên hoặc tên tổ chức", "lỗi của Excel"),
        ({"title": "#N/A"}, "Tên sáng kiến", "lỗi của Excel"),
    ],
)
def test_every_fault_is_told_with_its_row_and_column(change: dict[str, str], column: str, says: str):
    found, faults = read({"title": "Bài đúng"}, change)
    assert [one.row for one in found] == [2]
    assert [(one.row, one.column) for one in faults] == [(3, column)]
    assert says in faults[0].text


def test_the_same_sender_and_title_twice_is_a_fault_and_in_another_file_the_same_entry():
    found, faults = read({}, {"title": "BẢNG TỰ KIỂM TRA HỒ SƠ", "parts.solution": "Khác"})
    assert len(found) == 1
    assert "Trùng với dòng 2" in faults[0].text
    (again,), _ = read({"parts.solution": "Viết lại", "received_at": "16/10/2026"})
    (other,), _ = read({"email": "khac@thu.example"})
    assert found[0].entry_id == again.entry_id != other.entry_id


@pytest.mark.parametrize(
    "written",
    ["15.10.2026 16h30", "16:30 ngày 15/10/2026", "16 giờ 30 phút, ngày 15 tháng 10 năm 2026", "15/10/26 16:30:20"],
)
def test_an_instant_is_read_as_people_write_it(written: str):
    (one,), faults = read({"received_at": written})
    assert faults == []
    assert one.slip.received_at is not None
    assert one.slip.received_at.replace(second=0) == datetime(2026, 10, 15, 9, 30, tzinfo=UTC)


def test_authors_that_were_numbered_or_pasted_from_cells_are_people_without_the_number():
    (one,), faults = read({"authors": "1. Lê Văn Hai\thai@thu.example\n- Trần Thị Ba; 0988.777.666; Phường Mới"})
    assert faults == []
    assert [(who.name, who.email, who.phone, who.unit_id) for who in one.further] == [
        ("Lê Văn Hai", "hai@thu.example", "", None),
        ("Trần Thị Ba", "", "+84988777666", "moi"),
    ]


def test_a_day_alone_is_noon_and_today_is_never_in_the_future():
    (past,), _ = read({"received_at": "15/10/2026"})
    (pasted,), _ = read({"received_at": "46310"})
    assert pasted.slip.received_at == past.slip.received_at, "what a spreadsheet shows of that day in a column of text"
    (today,), _ = Reader(contest(), "desk", UNITS, NOW - timedelta(hours=6)).read(sheet({"received_at": "20/10/2026"}))
    assert past.slip.received_at == datetime(2026, 10, 15, 5, tzinfo=UTC)
    assert today.slip.received_at == NOW - timedelta(hours=6)
    (first_day,), _ = read({"received_at": "20/10/2026"})
    assert first_day.slip.received_at == contest().timetable.opens_at, (
        "what came on the first day did not come too early"
    )


def test_the_template_has_the_parts_of_the_contest_and_lists_to_choose_from():
    called = contest(parts=[{"id": "p1", "title": "Tên sáng kiến", "max_words": 50}])
    assert domain.heads(called)["parts.p1"] == "Tên sáng kiến (p1)"
    content = tables.as_form("Bài", list(domain.heads(called).values()), domain.choices(called), domain.notes(called))
    book = load_workbook(io.BytesIO(content))
    assert [cell.value for cell in book.worksheets[0][1]] == list(domain.heads(called).values())
    rules_of_cells = book.worksheets[0].data_validations.dataValidation
    assert len(rules_of_cells) == 3
    listed = {cell.value for row in book["Danh mục"].iter_rows() for cell in row}
    assert {"Người dân", "Cơ quan, tổ chức", "Mô hình đơn giản"} <= listed
    assert Reader(called, "desk", UNITS, NOW).read(tables.read(content, max_rows=300)) == ([], [])


def test_a_sheet_of_another_contest_is_refused_with_the_heads_it_lacks():
    other = contest(parts=[{"id": "x", "title": "Phần khác", "max_words": 10}])
    with pytest.raises(HeadsMissing, match="Phần khác"):
        Reader(other, "desk", UNITS, NOW).read(sheet({}))


def test_the_returned_copy_tells_each_row_its_faults_and_no_cell_becomes_a_formula():
    rows = sheet({}, {"title": "", "name": '=HYPERLINK("http://evil")', "kind": "lạ"})
    _, faults = Reader(contest(), "desk", UNITS, NOW).read(rows)
    notice = Fault(row=2, column="Giải pháp", value="Nguyễn Thị", text="Có tên tác giả.")
    copy = list(domain.with_remarks(rows, faults, [notice]))
    assert copy[0][:2] == ["Cần sửa", "Máy lưu ý"]
    assert copy[1][:2] == ["", "Giải pháp “Nguyễn Thị”: Có tên tác giả."]
    assert "Tên sáng kiến: " in copy[2][0]
    assert "Người nộp là “lạ”: " in copy[2][0]
    content = tables.as_xlsx(copy, "Bài")
    cells = [cell for row in load_workbook(io.BytesIO(content)).worksheets[0].iter_rows() for cell in row]
    assert {cell.data_type for cell in cells} <= {"s", "n", "inlineStr"}
    back = tables.read(content, max_rows=300, lines=True)
    assert Reader(contest(), "desk", UNITS, NOW).read(back)[1] == faults
    assert [row[:2] for row in domain.with_remarks(back, faults, [notice])] == [row[:2] for row in copy]
    assert next(domain.with_remarks(rows, faults, []))[:2] == ["Cần sửa", copy[0][2]]
