"""A rubric: what makes one valid, and which marks fit it."""

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.judging.rubrics.domain import (
    MarksInvalid,
    Round,
    Rubric,
    RubricFrozen,
    RubricInvalid,
    Rules,
)

TYPED: dict[str, Any] = {
    "criteria": [{"id": "novelty", "title": "Tính mới", "max": "10"}, {"id": "effect", "title": "Hiệu quả", "max": "20"}],
    "step": "0,5", "readers": 2, "gap_limit": "6", "third_reader": True, "quorum": 2,
}  # fmt: skip


def rubric(round_: Round = Round.PRELIMINARY, **changes: Any) -> Rubric:
    return Rubric.following(None, "contest", round_, Rules.model_validate({**TYPED, **changes}))


def faults(marks: Mapping[str, Decimal]) -> dict[str, str]:
    with pytest.raises(MarksInvalid) as refused:
        rubric().check(marks)
    return {error["field"]: error["text"] for error in refused.value.errors}


def invalid(round_: Round = Round.PRELIMINARY, **changes: Any) -> list[str]:
    with pytest.raises(RubricInvalid) as refused:
        rubric(round_, **changes)
    return [error["field"] for error in refused.value.errors]


def test_complete_marks_add_up_in_decimals_with_the_scale_of_the_step() -> None:
    total = rubric().check({"novelty": Decimal("7.50"), "effect": Decimal(3)})
    assert str(total) == "10.5"


def test_a_missing_criterion_is_named() -> None:
    assert faults({"novelty": Decimal(7)}) == {"marks.effect": "Hiệu quả: chưa có điểm."}


def test_a_mark_above_the_maximum_is_refused_with_the_criterion_named() -> None:
    assert faults({"novelty": Decimal("10.5"), "effect": Decimal(1)}) == {
        "marks.novelty": "Tính mới: điểm 10,5 vượt mức tối đa 10."
    }


def test_a_mark_between_two_steps_is_refused_with_the_criterion_named() -> None:
    assert faults({"novelty": Decimal("7.3"), "effect": Decimal(1)}) == {
        "marks.novelty": "Tính mới: điểm 7,3 không đúng bước 0,5."
    }


@pytest.mark.parametrize("mark", ["-0.5", "NaN", "Infinity", "-Infinity"])
def test_a_mark_below_zero_or_no_number_is_refused(mark: str) -> None:
    assert "marks.novelty" in faults({"novelty": Decimal(mark), "effect": Decimal(1)})


def test_a_criterion_that_is_not_in_the_rubric_is_refused() -> None:
    assert "marks.charm" in faults({"novelty": Decimal(1), "effect": Decimal(1), "charm": Decimal(1)})


def test_a_draft_may_lack_marks_but_not_hold_wrong_ones() -> None:
    assert rubric().fitted({"effect": Decimal(7)}) == {"effect": Decimal("7.0")}
    with pytest.raises(MarksInvalid):
        rubric().fitted({"effect": Decimal(21)})


def test_nothing_marked_is_not_zero() -> None:
    assert rubric().subtotal({}) is None
    assert rubric().subtotal({"effect": Decimal(0)}) == 0


@given(st.integers(-5, 30), st.integers(-5, 50))
def test_marks_fit_exactly_when_they_are_steps_within_the_scale(novelty: int, effect: int) -> None:
    marks = {"novelty": Decimal(novelty) / 2, "effect": Decimal(effect) / 2}
    fits = 0 <= novelty <= 20 and 0 <= effect <= 40
    try:
        total = rubric().check(marks)
    except MarksInvalid:
        assert not fits
    else:
        assert fits
        assert total == marks["novelty"] + marks["effect"]


@given(st.decimals(min_value=0, max_value=10, places=2))
def test_any_mark_off_the_step_is_refused(mark: Decimal) -> None:
    try:
        rubric().check({"novelty": mark, "effect": Decimal(0)})
    except MarksInvalid:
        assert mark * 2 != int(mark * 2)
    else:
        assert mark * 2 == int(mark * 2)


@given(st.sampled_from(["7", "7.0", "7.50", "-0", "0.0", "10"]))
def test_equal_marks_are_written_alike(mark: str) -> None:
    written = str(rubric().check({"novelty": Decimal(mark), "effect": Decimal(0)}))
    assert written == f"{abs(Decimal(mark)):.1f}"


def test_contradicting_rules_are_refused_at_their_fields() -> None:
    assert invalid(criteria=[]) == ["criteria", "gap_limit"]
    assert invalid(criteria=[TYPED["criteria"][0], TYPED["criteria"][0]]) == ["criteria"]
    assert invalid(step="3") == ["criteria.0.max", "criteria.1.max"]
    assert invalid(step="0") == ["step"]
    assert invalid(criteria=[{"id": "a", "title": "A", "max": "0"}], gap_limit=None, third_reader=False) == [
        "criteria.0.max"
    ]
    assert invalid(gap_limit="30.5") == ["gap_limit"]
    assert invalid(gap_limit=None) == ["third_reader"]
    assert invalid(readers=1, quorum=1) == ["third_reader"]
    assert invalid(quorum=3) == ["quorum"]


def test_the_quorum_of_a_final_counts_its_panel_not_the_readers() -> None:
    assert rubric(Round.FINAL, quorum=5).quorum == 5


def test_a_frozen_rubric_is_not_replaced() -> None:
    known = rubric().model_copy(update={"frozen_at": datetime(2026, 10, 1, tzinfo=UTC)})
    with pytest.raises(RubricFrozen):
        Rubric.following(known, "contest", Round.PRELIMINARY, Rules.model_validate(TYPED))
