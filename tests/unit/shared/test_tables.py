"""Tables of spreadsheets: read with limits, written without formulas."""

import csv
import io
import zipfile
from datetime import date, datetime

import pytest
from openpyxl import Workbook, load_workbook

from shared import tables
from shared.tables import TableUnreadable


def a_book(*rows: list[object]) -> bytes:
    book, made = Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(made)
    return made.getvalue()


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_a_csv_is_read_whatever_its_separator_and_mark(separator, encoding):
    content = separator.join(["Tên", "Cấp"]) + "\r\n" + separator.join(["Phường Láng", "Phường"]) + "\r\n\r\n"
    assert tables.read(content.encode(encoding), max_rows=5) == [["Tên", "Cấp"], ["Phường Láng", "Phường"]]


def test_cells_of_a_workbook_are_text_on_one_line():
    moment = datetime(2025, 7, 1, 8, 30)  # noqa: DTZ001 - spreadsheets know no zones
    book = a_book(["Tên", "Ngày", "Giờ", "Số"], [" Phường\n Láng ", date(2025, 7, 1), moment, 4.0])
    assert tables.read(book, max_rows=5)[1] == ["Phường Láng", "01/07/2025", "01/07/2025 08:30", "4"]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\n\n",
        "Tên;Cấp".encode("utf-16"),
        "Xã".encode("latin-1"),
        b"PK\x03\x04broken",
        b"a,b\0c",
        b"\xff\xfe\x00",
    ],
)
def test_what_is_no_table_is_refused_in_words(content):
    with pytest.raises(TableUnreadable):
        tables.read(content, max_rows=5)


def test_rows_that_are_only_framed_count_for_nothing_and_keep_the_others_in_their_place():
    framed = b"Ten\na\n" + b"\n" * 50 + b"b\n" + b"\n" * 50
    assert tables.read(framed, max_rows=3) == [["Ten"], ["a"], *([[]] * 50), ["b"]]


def test_too_many_rows_too_many_bytes_and_a_bomb_are_refused():
    with pytest.raises(TableUnreadable, match="tối đa 3 dòng"):
        tables.read(b"a\n" * 5, max_rows=3)
    with pytest.raises(TableUnreadable, match="quá lớn"):
        tables.read(b"a" * (tables.MAX_BYTES + 1), max_rows=3)
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/worksheets/sheet1.xml", b"0" * 70_000_000)
    with pytest.raises(TableUnreadable, match="bung ra"):
        tables.read(bomb.getvalue(), max_rows=3)


@pytest.mark.parametrize("evil", ["=1+1", "+84912345678", "@SUM(A1)", "-2+3"])
def test_nothing_that_is_written_is_a_formula(evil):
    [_, [cell]] = csv.reader(io.StringIO(tables.as_csv([["Tên"], [evil]]).decode("utf-8-sig")))
    assert cell == f"'{evil}"
    sheet = load_workbook(io.BytesIO(tables.as_xlsx([["Tên"], [evil]], "Đơn vị"))).active
    assert (sheet["A2"].value, sheet["A2"].data_type) == (evil, "s")


def test_what_is_written_reads_back_as_the_same():
    rows = [["Tên", "Số"], ["Xã Mê Linh", "12"]]
    assert tables.read(tables.as_xlsx(rows, "Đơn vị"), max_rows=5) == rows
    assert tables.read(tables.as_csv(rows), max_rows=5) == rows
