"""Rows of a file as units: what is wrong with them, by row and column."""

from datetime import date

import pytest

from services.submissions.unit_import import domain
from services.submissions.units.domain import COLUMNS, Unit, row_of

CITY = Unit(id="ha-noi", name="Thành phố Hà Nội", level="city")
OLD = Unit(id="cu", name="Phường Cũ", level="ward", parent_id="ha-noi", valid_from=date(2020, 1, 1))
KNOWN = {unit.id: unit for unit in (CITY, OLD)}
HEADS = ["Tên đơn vị", "Cấp", "Đơn vị cấp trên", "Từ ngày", "Đến hết ngày", "Đơn vị kế tục"]


def read(*rows: list[str], heads: list[str] = HEADS) -> tuple[list[Unit], list[tuple[int, str]]]:
    units, faults = domain.read([heads, *rows], KNOWN)
    return units, [(fault.row, fault.column) for fault in faults]


def test_a_right_row_is_a_unit_whose_parent_is_found_by_name():
    [unit], faults = read(["Phường Láng", "phuong", "Thành phố Hà Nội", "01/07/2025", "", ""])
    assert faults == []
    assert (unit.id, unit.level, unit.parent_id, unit.valid_from) == (
        "phuong-lang-20250701", "ward", "ha-noi", date(2025, 7, 1),
    )  # fmt: skip


def test_heads_are_known_without_marks_and_in_any_order():
    [unit], faults = read(["Xã", "Xã Mê Linh"], heads=["CAP", "Ten don vi"])
    assert (unit.name, unit.level, faults) == ("Xã Mê Linh", "commune", [])


def test_a_file_without_the_two_needed_columns_is_refused():
    with pytest.raises(domain.ColumnsMissing, match="Cấp"):
        read(["x"], heads=["Tên đơn vị"])


@pytest.mark.parametrize(
    ("row", "column"),
    [
        (["", "Phường"], "Tên đơn vị"),
        (["Phường A", "Tổ dân phố"], "Cấp"),
        (["Phường A", "Phường", "Tỉnh Không Có"], "Đơn vị cấp trên"),
        (["Phường A", "Phường", "", "31/02/2025"], "Từ ngày"),
        (["Phường A", "Phường", "", "01/07/2025", "30/06/2025"], "Đến hết ngày"),
        (["Phường A", "Phường", "", "", "30/06/2025", "Phường Không Có"], "Đơn vị kế tục"),
        (["Phường A", "Phường", "", "", "", "Phường Cũ"], "Tên đơn vị"),
        (["Phường A", "Phường", "Phường A"], "Đơn vị cấp trên"),
        (["P" * 201, "Phường"], "Tên đơn vị"),
    ],
)
def test_a_wrong_cell_is_named_by_its_row_and_column(row, column):
    _, faults = read(["Phường Đúng", "Phường"], [], row)
    assert faults == [(4, column)]


def test_every_fault_of_a_file_is_named_at_once():
    _, faults = read(["", "Gì đó"], ["Phường A", "Phường"], ["Phường A", "Phường"])
    assert faults == [(2, "Tên đơn vị"), (2, "Cấp"), (4, "Tên đơn vị")]


def test_a_row_with_the_name_and_first_day_of_a_unit_is_about_that_unit():
    [unit], _ = read(["Phường cũ", "Phường", "Thành phố Hà Nội", "01/01/2020", "30/06/2025", ""])
    assert (unit.id, unit.valid_to) == ("cu", date(2025, 6, 30))


def test_what_the_list_exports_is_read_back_as_the_same_units():
    rows = [[str(cell) for cell in row_of(unit)] for unit in KNOWN.values()]
    units, faults = domain.read([list(COLUMNS.values()), *rows], KNOWN)
    assert faults == []
    assert units == list(KNOWN.values())
