"""Which round of reminders is on at an instant."""

from datetime import UTC, datetime, timedelta

import pytest

from services.submissions.contests.domain import Contest, State
from services.submissions.reminders import domain
from tests.integration.submissions.builders import rules

CLOSES = datetime(2026, 10, 15, 10, tzinfo=UTC)


def _contest(state: State = State.PUBLISHED) -> Contest:
    times = {"opens_at": CLOSES - timedelta(days=30), "closes_at": CLOSES}
    return Contest(id="c", created_at=CLOSES, state=state, **rules(timetable=times).model_dump())


@pytest.mark.parametrize(
    ("left", "hours"),
    [
        (timedelta(hours=72, milliseconds=1), None),
        (timedelta(hours=72), 72),
        (timedelta(hours=24, milliseconds=1), 72),
        (timedelta(hours=24), 24),
        (timedelta(hours=2), 2),
        (timedelta(milliseconds=1), 2),
        (timedelta(0), None),
        (timedelta(hours=-1), None),
    ],
)
def test_the_latest_round_that_has_begun_is_on_until_the_contest_closes(left: timedelta, hours: int | None):
    assert domain.due(_contest(), CLOSES - left) == hours


def test_a_contest_that_was_closed_early_reminds_nobody():
    assert domain.due(_contest(State.CLOSED), CLOSES - timedelta(hours=1)) is None
