"""Working days: weekends, holidays, days off in exchange, and when a term ends."""

from datetime import UTC, date, datetime

import pytest

from shared import working_days
from shared.clock import HANOI


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=HANOI)


@pytest.mark.parametrize(
    ("received", "days", "due"),
    [
        ("2026-11-16T09:00", 2, "2026-11-19T00:00"),  # Monday: Tuesday, Wednesday
        ("2026-11-19T16:59", 2, "2026-11-24T00:00"),  # Thursday: Friday, Monday
        ("2026-11-20T23:59", 2, "2026-11-26T00:00"),  # Friday: Monday, not the holiday of 24/11, Wednesday
        ("2026-11-21T00:00", 2, "2026-11-26T00:00"),  # a Saturday counts no more than a Friday
        ("2026-11-22T10:00", 2, "2026-11-26T00:00"),
        ("2026-02-13T10:00", 2, "2026-02-25T00:00"),  # over the lunar new year
        ("2026-08-20T10:00", 2, "2026-08-23T00:00"),  # the Saturday of 22/8 is worked for the Monday of 31/8
        ("2026-08-28T10:00", 2, "2026-09-05T00:00"),  # 31/8 off in exchange, 1/9 and 2/9 national days
        ("2025-04-25T10:00", 1, "2025-04-27T00:00"),  # the Saturday of 26/4 is worked for 2/5
        ("2026-12-31T10:00", 1, "2027-01-05T00:00"),
        ("2026-11-16T09:00", 5, "2026-11-24T00:00"),
    ],
)
def test_a_term_ends_with_the_midnight_of_its_last_working_day(received, days, due):
    assert working_days.due(at(received), days) == at(due)


def test_the_day_of_receipt_is_the_one_in_ha_noi():
    late_on_monday = datetime(2026, 11, 16, 16, 59, tzinfo=UTC)
    already_tuesday = datetime(2026, 11, 16, 17, 0, tzinfo=UTC)
    assert working_days.due(late_on_monday, 2) == at("2026-11-19T00:00")
    assert working_days.due(already_tuesday, 2) == at("2026-11-20T00:00")


def test_the_last_day_is_the_one_before_the_midnight():
    assert working_days.last_day(at("2026-11-19T00:00")) == date(2026, 11, 18)


def test_a_day_off_that_the_library_does_not_know_is_data(monkeypatch):
    monday = date(2026, 11, 16)
    assert working_days.is_working(monday)
    monkeypatch.setattr(working_days, "OFF", frozenset({monday}))
    assert not working_days.is_working(monday)


def test_every_worked_saturday_is_one_that_the_library_names_as_exchanged():
    names = "".join(
        str(name) for name in (working_days._holidays()[day] for day in (date(2025, 5, 2), date(2026, 8, 31)))
    )
    for day in working_days.WORKED:
        assert f"{day:%m/%d/%Y}" in names
        assert day.weekday() == working_days._SATURDAY
