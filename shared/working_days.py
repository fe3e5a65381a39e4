"""Working days in Viet Nam: public holidays, days off in exchange, Saturdays worked for them; when a term of days ends."""

from datetime import date, datetime, time, timedelta
from functools import cache

import holidays

from shared.clock import HANOI, local

_SATURDAY = 5
OFF: frozenset[date] = frozenset()
"""Days off by decision that the calendar's library does not know yet."""
WORKED: frozenset[date] = frozenset({date(2025, 4, 26), date(2026, 8, 22)})
"""Saturdays worked in exchange for a day off (2/5/2025; 31/8/2026)."""


@cache
def _holidays() -> holidays.HolidayBase:
    return holidays.country_holidays("VN")


def is_working(day: date) -> bool:
    """Whether offices work that day (Bộ luật Lao động 2019, Điều 111, 112)."""
    if day in WORKED:
        return True
    return day.weekday() < _SATURDAY and day not in OFF and day not in _holidays()


def due(since: datetime, days: int) -> datetime:
    """The instant at which a term of `days` working days is over: the midnight that ends the last one, Hà Nội time.

    The day on which it begins does not count (Bộ luật Dân sự 2015, Điều 147, 148).
    """
    day = local(since).date()
    while days > 0:
        day += timedelta(days=1)
        days -= is_working(day)
    return datetime.combine(day + timedelta(days=1), time(), HANOI)


def last_day(until: datetime) -> date:
    """The last day of a term that `due` gave: what people are told."""
    return (local(until) - timedelta(microseconds=1)).date()
