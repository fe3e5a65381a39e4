"""The running figure of a slot: whatever order facts come in, and however often, it ends as the same board."""

from datetime import UTC, datetime
from decimal import Decimal
from itertools import permutations

from hypothesis import given
from hypothesis import strategies as st

from services.judging.boards import domain
from services.judging.boards.domain import Board, Screen
from services.judging.finals.domain import FinalState, Slot, SlotState
from shared.events.judging import ScoreGiven, SlotClosed, SlotOpened

AT = datetime(2019, 11, 15, 1, 30, tzinfo=UTC)
PLACE = {"slot_id": "s1", "contest_id": "c1", "entry_id": "e1"}


def opened():
    return SlotOpened(**PLACE, position=2, opened_at=AT)


def closed(outcome="closed"):
    return SlotClosed(**PLACE, position=2, closed_at=AT, outcome=outcome)


def given_by(judge, revision, total):
    total = Decimal(total)
    return ScoreGiven(**PLACE, judge_id=judge, revision=revision, marks={"c": total}, total=total, given_at=AT)


FACTS = [opened(), given_by("j1", 1, "80.0"), given_by("j2", 1, "90.5"), given_by("j1", 2, "85.0"), closed()]


def board_after(facts):
    figure = None
    for seq, fact in facts:
        figure = domain.board_of(figure, fact).after(fact, seq).model_dump(mode="json")
    return Board.model_validate(figure)


def test_the_board_counts_the_last_revision_of_each_judge():
    board = board_after(list(enumerate(FACTS, start=1)))
    assert (board.count, board.mean, board.state, board.position) == (2, Decimal("87.75"), SlotState.CLOSED, 2)


def test_every_order_of_the_facts_ends_in_the_same_board():
    numbered = list(enumerate(FACTS, start=1))
    expected = board_after(numbered)
    assert all(board_after(order) == expected for order in permutations(numbered))


@given(st.lists(st.sampled_from(list(enumerate(FACTS, start=1))), max_size=20))
def test_facts_that_come_again_in_any_order_move_nothing(again):
    numbered = list(enumerate(FACTS, start=1))
    assert board_after(numbered + again) == board_after(numbered)


@given(st.lists(st.sampled_from(list(enumerate(FACTS, start=1))), min_size=1, max_size=20))
def test_what_the_board_knows_never_shrinks(deliveries):
    moves = [board_after(deliveries[: n + 1]).moves for n in range(len(deliveries))]
    assert moves == sorted(moves)


def a_slot(state, position=2):
    return Slot(
        id=f"s{position}",
        contest_id="c1",
        entry_id="e1",
        code="K",
        title=f"Bài {position}",
        position=position,
        state=state,
        opened_at=AT,
    )


def test_marks_of_an_open_slot_are_not_shown_only_how_many_have_marked():
    board = board_after(list(enumerate(FACTS[:4], start=1)))
    row = domain.row_of(a_slot(SlotState.OPEN), board, panel=5, quorum=2)
    assert (row.marked, row.panel, row.mean) == (2, 5, None)


def test_the_mean_is_shown_when_both_slot_and_figure_are_closed_and_enough_have_marked():
    late, full = board_after(list(enumerate(FACTS[:4], start=1))), board_after(list(enumerate(FACTS, start=1)))
    slot = a_slot(SlotState.CLOSED)
    assert domain.row_of(slot, late, panel=0, quorum=2).mean is None
    assert domain.row_of(slot, full, panel=0, quorum=2).mean == Decimal("87.75")
    assert domain.row_of(slot, full, panel=0, quorum=3).mean is None
    assert domain.row_of(slot, None, panel=0, quorum=1).mean is None


def test_an_absent_finalist_has_no_mean_and_is_not_zero():
    figure = domain.board_of(None, closed("absent")).after(closed("absent"), 1)
    row = domain.row_of(a_slot(SlotState.ABSENT), figure, panel=0, quorum=1)
    assert (row.mean, row.marked, figure.state) == (None, 0, SlotState.ABSENT)


def a_row(position, mean, state=SlotState.CLOSED):
    row = domain.row_of(a_slot(state, position), None, panel=0, quorum=1)
    return row.model_copy(update={"mean": None if mean is None else Decimal(mean)})


def test_equal_means_share_a_rank_on_the_board():
    rows = domain.ranked([a_row(1, "80.00"), a_row(2, "90.00"), a_row(3, "80.00"), a_row(4, "70.00"), a_row(5, None)])
    assert [row.rank for row in rows] == [2, 1, 2, 4, None]


def test_the_screen_lists_the_best_first_and_says_until_when_the_finalist_may_speak():
    rows = [a_row(1, "80.00"), a_row(2, "90.00"), a_row(3, None, SlotState.OPEN), a_row(4, None, SlotState.DRAWN)]
    screen = Screen(
        contest_id="c1",
        slug="s",
        name="Cuộc thi",
        state=FinalState.RUNNING,
        version=1,
        quorum=1,
        presentation_minutes=10,
        question_minutes=5,
        rows=rows,
    )
    assert [row.position for row in screen.finished] == [2, 1]
    assert [row.position for row in screen.waiting] == [4]
    assert screen.current is rows[2] or screen.current == rows[2]
    assert (screen.talk_ends, screen.questions_end) == (AT.replace(minute=40), AT.replace(minute=45))
