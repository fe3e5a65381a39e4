"""Days and times as people here write them: `15/10/2025`, `16h30 ngày 15.10.2025`, `ngày 15 tháng 10 năm 2025`. Pure."""

import re
from datetime import date, time, timedelta
from typing import NamedTuple

from shared.text import one_line

FIRST_YEAR, LAST_YEAR = 1900, 2200
"""Beyond them an instant cannot be told in every zone, or is a slip of the keyboard."""
_CENTURY = 2000
_SHORT_YEAR = 2
_WEEKDAY = r"(?:(?:thứ \w+|chủ nhật)[\s,]+)?"
_ORDERS = (
    r"(?P<day>\d{1,2})\s?(?P<sign>[/.-])\s?(?P<month>\d{1,2})\s?(?P=sign)\s?(?P<year>\d{4})",
    r"(?P<day>\d{1,2})\s?(?P<sign>[/.])\s?(?P<month>\d{1,2})\s?(?P=sign)\s?(?P<year>\d{2})",
    r"(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})",
    r"(?P<day>\d{1,2}) tháng (?P<month>\d{1,2})[\s,]+năm (?P<year>\d{4})",
)
_TIME = (
    r"(?:lúc )?(?P<hour>\d{1,2})\s?(?::\s?(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,]\d+)?)?"
    r"|(?:h|g|giờ)\s?(?:(?P<minutes>\d{2})(?:\s?(?:p|ph|phút))?)?)"
)
_FORMS = tuple(
    re.compile(rf"(?:{_TIME}[\s,]+)?{_WEEKDAY}(?:ngày )?{order}" if first else
               rf"{_WEEKDAY}(?:ngày )?{order}(?:(?:[\s,]+|t){_TIME})?")
    for order in _ORDERS for first in (True, False)
)  # fmt: skip


_SERIAL = re.compile(r"[3-7]\d{4}", re.ASCII)
_SHEETS_COUNT_FROM = date(1899, 12, 30)
"""What a spreadsheet shows of a day that was pasted into a column of text: `45945` is 15/10/2025."""


class Written(NamedTuple):
    """What was written; `at` is None when only the day was."""

    day: date
    at: time | None


def read(text: str) -> Written | None:
    """A day with or without a time on it; None for anything else. A year of two figures is of this century."""
    bare = one_line(text).lower()
    if _SERIAL.fullmatch(bare):
        return Written(_SHEETS_COUNT_FROM + timedelta(days=int(bare)), None)
    found = next((match for form in _FORMS if (match := form.fullmatch(bare))), None)
    if found is None:
        return None
    parts = {name: int(said) for name, said in found.groupdict().items() if said and said.isdecimal()}
    year = parts["year"] + (_CENTURY if len(found["year"]) == _SHORT_YEAR else 0)
    minute = parts.get("minute", parts.get("minutes", 0))
    try:
        day = date(year, parts["month"], parts["day"])
        at = time(parts["hour"], minute, parts.get("second", 0)) if "hour" in parts else None
    except ValueError:
        return None
    return Written(day, at) if FIRST_YEAR <= year <= LAST_YEAR else None


def read_day(text: str) -> date | None:
    """A day alone; None for anything else."""
    found = read(text)
    return found.day if found and found.at is None else None
