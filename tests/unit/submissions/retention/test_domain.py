"""When personal data of a contest is due."""

from datetime import datetime, timedelta

import pytest

from services.submissions.retention import domain
from services.submissions.retention.domain import NotDue, Retention, State
from shared.clock import HANOI

PUBLISHED = datetime(2024, 8, 31, 10, 15, tzinfo=HANOI)


@pytest.mark.parametrize(
    ("months", "due"),
    [(0, "2024-08-31"), (1, "2024-09-30"), (4, "2024-12-31"), (5, "2025-01-31"), (6, "2025-02-28"), (42, "2028-02-29")],
)
def test_months_end_on_the_same_day_or_the_last_of_a_shorter_month(months, due):
    assert domain.after_months(PUBLISHED, months) == datetime.fromisoformat(f"{due}T10:15").replace(tzinfo=HANOI)


def test_a_contest_that_does_not_say_how_long_is_never_due():
    assert Retention(id="c", published_at=PUBLISHED).due_at(None) is None
    with pytest.raises(NotDue):
        Retention(id="c", published_at=PUBLISHED).confirm(None, "admin", PUBLISHED + timedelta(days=9999))


def test_nothing_is_cleared_before_its_time_and_nothing_twice():
    kept = Retention(id="c", published_at=PUBLISHED)
    due = domain.after_months(PUBLISHED, 6)
    with pytest.raises(NotDue):
        kept.confirm(6, "admin", due - timedelta(milliseconds=1))
    kept.confirm(6, "admin", due)
    assert (kept.state, kept.confirmed_by) == (State.CONFIRMED, "admin")
    with pytest.raises(NotDue):
        kept.confirm(6, "admin", due)
