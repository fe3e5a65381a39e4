"""What may be decided about a mark of somebody in conflict, and by whom."""

import pytest

from services.judging.late_conflicts.domain import (
    CAUSES,
    Cause,
    Choice,
    ChoiceInvalid,
    LateConflict,
    NotOpen,
    OwnCase,
    State,
)
from services.judging.sheets.domain import SheetState
from tests.unit.judging.sheets.test_domain import AT

DECIDED = [one for one in State if one not in (State.UNDECIDED, State.THIRD_PENDING)]


def found(state: State = State.UNDECIDED, round_: str = "preliminary") -> LateConflict:
    who = {"contest_id": "c", "round": round_, "entry_id": "e", "judge_id": "j", "cause": Cause.AUTHORS}
    return LateConflict(id="s", found_at=AT, state=state, **who)


def offered(one: LateConflict, sheet: SheetState = SheetState.SEALED, **about: bool) -> list[Choice]:
    return one.choices(sheet, **{"third_reader": True, "signed": False, **about})


def test_a_third_reader_is_offered_for_a_sealed_sheet_where_the_rules_know_one():
    assert offered(found()) == [Choice.SET_ASIDE, Choice.THIRD]
    assert offered(found(), SheetState.MARKING) == [Choice.SET_ASIDE]
    assert offered(found(), third_reader=False) == [Choice.SET_ASIDE]
    assert offered(found(round_="final")) == [Choice.SET_ASIDE]


def test_who_waits_for_a_third_reader_in_vain_may_still_set_the_mark_aside():
    assert offered(found(State.THIRD_PENDING)) == [Choice.SET_ASIDE]


@pytest.mark.parametrize("state", DECIDED)
def test_nothing_is_decided_twice(state):
    assert offered(found(state)) == []
    with pytest.raises(NotOpen):
        found(state).decide(Choice.SET_ASIDE, [], by="chair", at=AT)


def test_what_is_signed_is_left_alone():
    assert offered(found(), signed=True) == []


def test_nobody_decides_about_their_own_mark_nor_what_is_not_offered():
    one = found()
    with pytest.raises(OwnCase):
        one.decide(Choice.SET_ASIDE, [Choice.SET_ASIDE], by="j", at=AT)
    with pytest.raises(ChoiceInvalid):
        one.decide(Choice.THIRD, [Choice.SET_ASIDE], by="chair", at=AT)
    assert (one.state, one.decided_by) == (State.UNDECIDED, "")
    one.decide(Choice.SET_ASIDE, [Choice.SET_ASIDE], by="chair", at=AT)
    assert (one.state, one.decided_by, one.decided_at) == (State.SET_ASIDE, "chair", AT)


def test_every_cause_has_words():
    assert set(CAUSES) == set(Cause)
