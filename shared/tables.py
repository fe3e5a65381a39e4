"""Tables from and for spreadsheets: CSV and XLSX read with limits as rows of text, and written without formulas."""

import csv
import io
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

import xlsxwriter
from defusedcsv import csv as safe_csv
from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException
from pydantic import BaseModel, ConfigDict
from xlsxwriter.utility import xl_col_to_name

from shared.errors import Refusal
from shared.text import nfc, one_line

CSV, XLSX = "text/csv; charset=utf-8", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MAX_BYTES = 5 * 1024 * 1024
_MAX_UNPACKED, _MAX_PARTS = 60 * 1024 * 1024, 200
_MAX_COLUMNS, _MAX_CELL = 60, 60_000
_MAX_FORM_ROWS = 2000
_MAX_EMPTY = 100_000
"""Empty rows that a sheet may have among the others: whoever draws a frame draws it to the end of the page and beyond."""
ERRORS = frozenset({"#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!"})
"""What a cell says whose formula came to nothing."""
BROKEN = "Ô này chỉ có lỗi của Excel. Hãy sửa công thức hoặc gõ lại nội dung."
_BROKEN = (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, OSError, EOFError, TypeError, AttributeError)


class TableUnreadable(Refusal):
    """Not a table we can read; the message says what to do."""

    code = "table_unreadable"
    status = 422
    message = "Không đọc được tệp này. Hãy lưu lại thành Excel (.xlsx) hoặc CSV mã UTF-8 rồi tải lên."


class Fault(BaseModel):
    """What is wrong in one cell of an imported table; `row` as the spreadsheet counts."""

    model_config = ConfigDict(frozen=True)

    row: int
    column: str
    value: str
    text: str


def read(content: bytes, *, max_rows: int, lines: bool = False) -> list[list[str]]:
    """The rows of the first sheet as text, empty ones at the end left out. Raises TableUnreadable.

    Each cell is on a single line, unless `lines` keeps line breaks.
    """
    if len(content) > MAX_BYTES:
        raise TableUnreadable(f"Tệp quá lớn: tối đa {MAX_BYTES // 1024 // 1024} MB.", field="file")
    read_in = _from_xlsx if content[:4] == b"PK\x03\x04" else _from_csv
    rows = read_in(content, max_rows, lines)
    while rows and not any(rows[-1]):
        rows.pop()
    if not rows:
        raise TableUnreadable("Tệp không có dòng nào.", field="file")
    return rows


def _from_csv(content: bytes, max_rows: int, lines: bool) -> list[list[str]]:  # noqa: FBT001 - as `read` takes it
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise TableUnreadable(field="file") from error
    if "\0" in text:
        raise TableUnreadable(field="file")
    first = text.partition("\n")[0]
    separator = max(";,\t", key=first.count)
    try:
        return _bounded(csv.reader(io.StringIO(text, newline=""), delimiter=separator), max_rows, lines)
    except csv.Error as error:
        raise TableUnreadable(field="file") from error


def _from_xlsx(content: bytes, max_rows: int, lines: bool) -> list[list[str]]:  # noqa: FBT001 - as `read` takes it
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            parts = packed.infolist()
            if len(parts) > _MAX_PARTS or sum(part.file_size for part in parts) > _MAX_UNPACKED:
                raise TableUnreadable("Tệp Excel bung ra quá lớn nên đã bị từ chối.", field="file")
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
        try:
            sheet = book.worksheets[0]
            return _bounded(sheet.iter_rows(values_only=True, max_col=_MAX_COLUMNS), max_rows, lines)
        finally:
            book.close()
    except _BROKEN as error:
        raise TableUnreadable(field="file") from error


def _bounded(rows: Iterable[Sequence[Any]], max_rows: int, lines: bool) -> list[list[str]]:  # noqa: FBT001 - see `read`
    found, full = list[list[str]](), 0
    for row in rows:
        cells = [_text(cell, lines) for cell in row[:_MAX_COLUMNS]]
        while cells and not cells[-1]:
            cells.pop()
        found.append(cells)
        full += bool(cells)
        if full > max_rows + 1 or len(found) - full > _MAX_EMPTY:
            raise TableUnreadable(f"Tệp có quá nhiều dòng: tối đa {max_rows} dòng dữ liệu.", field="file")
    return found


def _text(cell: Any, lines: bool) -> str:  # noqa: FBT001 - see `read`
    match cell:
        case None:
            return ""
        case datetime() if not (cell.hour or cell.minute):
            return f"{cell:%d/%m/%Y}"
        case datetime():
            return f"{cell:%d/%m/%Y %H:%M}"
        case date():
            return f"{cell:%d/%m/%Y}"
        case float() if cell.is_integer():
            return str(int(cell))
    text = str(cell)[:_MAX_CELL]
    return nfc(text).strip() if lines else one_line(text)


def as_csv(rows: Iterable[Sequence[object]]) -> bytes:
    """For spreadsheets: a mark at the front for the encoding, and no cell that is taken for a formula."""
    made = io.StringIO()
    safe_csv.writer(made, quoting=csv.QUOTE_ALL).writerows(rows)
    return b"\xef\xbb\xbf" + made.getvalue().encode()


def as_xlsx(rows: Iterable[Sequence[object]], title: str, *, widest: int | None = None) -> bytes:
    """The first row as heads. Numbers as numbers, all else as text whatever it begins with; column `widest` is broad."""
    made = io.BytesIO()
    with xlsxwriter.Workbook(made, {"in_memory": True}) as book:
        sheet, bold = book.add_worksheet(title[:31]), book.add_format({"bold": True, "text_wrap": True})
        lines = book.add_format({"text_wrap": True, "valign": "top"})
        for place, row in enumerate(rows):
            for column, value in enumerate(row):
                if place and isinstance(value, int) and not isinstance(value, bool):
                    sheet.write_number(place, column, value)
                else:
                    text = "" if value is None else str(value)
                    sheet.write_string(place, column, text, bold if not place else lines if "\n" in text else None)
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, _MAX_COLUMNS, 26)
        if widest is not None:
            sheet.set_column(widest, widest, 60)
    return made.getvalue()


def as_form(title: str, heads: Sequence[str], choices: Mapping[int, Sequence[str]], notes: Sequence[str]) -> bytes:
    """A sheet to fill in: heads, a list to choose from in each column of `choices`, the notes on a second sheet."""
    made = io.BytesIO()
    with xlsxwriter.Workbook(made, {"in_memory": True}) as book:
        sheet, bold = book.add_worksheet(title[:31]), book.add_format({"bold": True, "text_wrap": True})
        notes_sheet, lists = book.add_worksheet("Hướng dẫn"), book.add_worksheet("Danh mục")
        text = book.add_format({"num_format": "@", "text_wrap": True, "valign": "top"})
        sheet.set_column(0, max(0, len(heads) - 1), 26, text)  # as text, or a telephone number loses its zero
        for column, head in enumerate(heads):
            sheet.write_string(0, column, head, bold)
        for place, (column, words) in enumerate(choices.items()):
            for row, word in enumerate([heads[column], *words]):
                lists.write_string(row, place, word)
            letter = xl_col_to_name(place)
            source = f"='Danh mục'!${letter}$2:${letter}${len(words) + 1}"
            rule = {"validate": "list", "source": source, "error_title": "Hãy chọn trong danh sách"}
            sheet.data_validation(1, column, _MAX_FORM_ROWS, column, rule)
        for row, note in enumerate(notes):
            notes_sheet.write_string(row, 0, note)
        notes_sheet.set_column(0, 0, 110)
        sheet.freeze_panes(1, 0)
    return made.getvalue()
