"""How the register is asked for, and until when an entry may be mended."""

from datetime import UTC, datetime

import pytest

from services.submissions.intake import domain
from services.submissions.intake.domain import Query
from shared.clock import local


@pytest.mark.parametrize(
    ("asked", "order"),
    [("so", ("number", 1)), ("-nop", ("submitted_at", -1)), ("$where", ("number", 1)), ("-", ("number", -1))],
)
def test_a_sort_that_is_not_known_falls_back_to_the_number(asked: str, order: tuple[str, int]) -> None:
    assert Query(sort=asked).order == order


def test_without_a_date_an_entry_may_be_mended_until_the_end_of_the_third_day() -> None:
    late_evening = datetime(2026, 3, 2, 16, 30, tzinfo=UTC)  # 23:30 in Hanoi
    assert local(domain.usual_until(late_evening)).isoformat() == "2026-03-05T17:00:00+07:00"
