"""Rows under their heads as CSV and as XLSX. Pure: bytes are made, nothing is written."""

import csv
import io
from collections.abc import Sequence

import xlsxwriter
from defusedcsv import csv as safe_csv

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_WIDE, _NARROW = 60, 16


def as_csv(heads: Sequence[str], rows: Sequence[Sequence[object]]) -> bytes:
    """For spreadsheets: a mark at the front for the encoding, and no cell that is taken for a formula."""
    made = io.StringIO()
    writer = safe_csv.writer(made, quoting=csv.QUOTE_ALL)
    writer.writerow(heads)
    writer.writerows(rows)
    return b"\xef\xbb\xbf" + made.getvalue().encode()


def as_xlsx(title: str, heads: Sequence[str], rows: Sequence[Sequence[object]], *, widest: int) -> bytes:
    """Numbers as numbers, everything else as text whatever it begins with; column `widest` is broad."""
    made = io.BytesIO()
    with xlsxwriter.Workbook(made, {"in_memory": True}) as book:
        sheet, bold = book.add_worksheet(title), book.add_format({"bold": True, "text_wrap": True})
        for column, head in enumerate(heads):
            sheet.write_string(0, column, head, bold)
        for place, row in enumerate(rows, 1):
            for column, value in enumerate(row):
                if isinstance(value, int):
                    sheet.write_number(place, column, value)
                else:
                    sheet.write_string(place, column, str(value))
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, len(heads) - 1, _NARROW)
        sheet.set_column(widest, widest, _WIDE)
    return made.getvalue()
