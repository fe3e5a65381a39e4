"""How the register is asked for and counted, and what a seal shows of a line."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.submissions.arrivals.domain import CHANNELS
from services.submissions.intake import domain
from services.submissions.intake.domain import STAND_WORDS, Query, Tally


@pytest.mark.parametrize(
    ("asked", "order"),
    [("so", ("number", 1)), ("-nop", ("submitted_at", -1)), ("$where", ("number", 1)), ("-", ("number", -1))],
)
def test_a_sort_that_is_not_known_falls_back_to_the_number(asked: str, order: tuple[str, int]) -> None:
    assert Query(sort=asked).order == order


@pytest.mark.parametrize(
    ("typed", "day"),
    [("2026-11-21", "2026-11-21"), ("21/11/2026", "2026-11-21"), ("0001-01-01", ""), ("9999-12-31", ""), ("mai", "")],
)
def test_a_day_that_no_register_has_is_not_asked_for(typed: str, day: str) -> None:
    assert domain.asked({"ngay": typed, "tim": "x"}) == Query(day=day, search="x")


_LINES = st.lists(st.tuples(st.sampled_from([*CHANNELS, "fax"]), st.sampled_from([one.value for one in STAND_WORDS])))


@given(_LINES)
def test_counts_by_channel_and_state_add_up_whatever_there_is(lines: list[tuple[str, str]]) -> None:
    tally = Tally.of((channel, state, 1) for channel, state in lines)
    assert tally.count() == len(lines)
    assert sum(tally.count(channel) for channel in tally.channels) == len(lines)
    assert sum(tally.count("", state) for state in STAND_WORDS) == len(lines)
    for channel in tally.channels:
        assert sum(tally.by_state(channel).values()) == tally.count(channel)
        assert sum(tally.count(channel, state) for state in STAND_WORDS) == tally.count(channel)
