"""Rows of a file as published initiatives: what is read, what is refused by row and column, what stays one initiative."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.submissions.works import domain
from services.submissions.works.domain import HEADS, HeadsMissing, Import, RowsFaulty, Stand
from shared.clock import now

GOOD = ["Một cửa lưu động", "Xe của phường đến tận thôn nhận hồ sơ.", "2019", "Kỷ yếu 2019", "Bà Lê"]


def read(*rows, heads=HEADS):
    return domain.read([list(heads), *map(list, rows)], by="o", at=now())


def test_a_complete_row_is_an_initiative_and_the_author_may_be_left_out():
    works, faults = read(GOOD, [*GOOD[:2], "2020", "Kỷ yếu 2020"])
    assert faults == []
    assert [(one.year, one.author) for one in works] == [(2019, "Bà Lê"), (2020, "")]
    assert "Bà Lê" not in works[0].item().text, "who wrote it plays no part in what it says"


def test_columns_are_found_in_any_order_whatever_their_marks_and_capitals():
    works, faults = read(list(reversed(GOOD)), heads=["TAC GIA", "nguồn", "NAM", "Noi dung", "ten sang kien"])
    assert (faults, works[0].title, works[0].year) == ([], "Một cửa lưu động", 2019)


def test_a_file_without_a_needed_column_says_which():
    with pytest.raises(HeadsMissing, match="Nội dung, Nguồn"):
        read(GOOD, heads=["Tên sáng kiến", "x", "Năm", "y", "Tác giả"])


@pytest.mark.parametrize(
    ("place", "value", "said"),
    [(0, "", "Chưa điền"), (0, "#N/A", "lỗi của Excel"), (0, "!!!", "ít nhất 1 tiếng"), (0, "a" * 501, "Dài quá 500"), (1, "Quá ngắn", "ít nhất 5 tiếng"),
     (2, "19", "bốn chữ số"), (2, "²⁰¹⁹", "bốn chữ số"), (2, "9" * 40, "bốn chữ số"), (3, "", "Chưa điền"),
     (4, "b" * 301, "Dài quá 300")],
)  # fmt: skip
def test_a_wrong_cell_is_named_by_row_and_column_as_the_spreadsheet_counts(place, value, said):
    wrong = [*GOOD[:place], value, *GOOD[place + 1 :]]
    works, faults = read([], wrong)
    assert works == []
    [fault] = faults
    assert (fault.row, fault.column) == (3, HEADS[place])
    assert said in fault.text


def test_the_same_initiative_twice_in_a_file_is_a_fault_at_the_second_row():
    works, faults = read(GOOD, ["MỘT CỬA LƯU ĐỘNG", *GOOD[1:]])
    assert len(works) == 1
    assert "dòng 2" in faults[0].text


def test_an_import_with_a_fault_or_without_rows_writes_nothing_and_leaves_out_what_is_there():
    works, faults = read(GOOD, [*GOOD[:2], "x", "y"])
    made = Import(id="i", by="o", name="a.csv", works=works, stands={works[0].id: Stand.NEW}, faults=faults, at=now())
    with pytest.raises(RowsFaulty):
        made.to_write()
    whole = made.model_copy(update={"faults": []})
    assert whole.to_write() == works
    assert whole.model_copy(update={"stands": {works[0].id: Stand.SAME}}).to_write() == []
    with pytest.raises(RowsFaulty):
        whole.model_copy(update={"works": []}).to_write()


@given(st.lists(st.lists(st.text(max_size=30), max_size=7), max_size=4))
def test_no_row_breaks_the_reading(rows):
    works, faults = read(*rows)
    assert len(works) + len({one.row for one in faults}) <= len(rows)
