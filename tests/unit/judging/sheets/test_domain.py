"""The states of a sheet and the gap between readers."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from services.judging.juries.domain import Assignment
from services.judging.rubrics.domain import MarksInvalid, Round, Rubric, Rules
from services.judging.sheets.domain import AlreadySealed, Gap, Sheet, SheetGivenBack, SheetState, gap_of

AT = datetime(2026, 10, 1, tzinfo=UTC)
MARKS = {"novelty": Decimal(7)}


def rubric(**changes: object) -> Rubric:
    typed = {"criteria": [{"id": "novelty", "title": "Tính mới", "max": "10"}], "step": "0.5", "readers": 2, "gap_limit": "2",
             "third_reader": True, "quorum": 1}  # fmt: skip
    return Rubric.following(None, "contest", Round.PRELIMINARY, Rules.model_validate({**typed, **changes}))


def an_assignment(number: int, *, third: bool = False, recused: bool = False) -> Assignment:
    return Assignment(
        id=f"sheet-{number}", contest_id="contest", round="preliminary", entry_id="entry", judge_id=f"judge-{number}",
        third=third, recused=recused, draw=1,
    )  # fmt: skip


def a_sheet(number: int = 1, total: object = None, *, third: bool = False) -> Sheet:
    sheet = Sheet.blank(an_assignment(number, third=third))
    if total is not None:
        sheet.write(rubric(), {"novelty": Decimal(str(total))}, "", AT)
        sheet.seal(rubric(), AT)
    return sheet


def gap(*totals: object) -> Gap | None:
    sheets = [a_sheet(number, total) for number, total in enumerate(totals)]
    return gap_of([an_assignment(number) for number in range(len(totals))], sheets, rubric())


def test_a_blank_sheet_is_drafted_and_then_sealed() -> None:
    sheet = a_sheet()
    states = [sheet.state]
    sheet.write(rubric(), MARKS, "Tốt", AT)
    states.append(sheet.state)
    assert sheet.seal(rubric(), AT).total == 7
    assert [*states, sheet.state] == [SheetState.ASSIGNED, SheetState.MARKING, SheetState.SEALED]


def test_a_sealed_sheet_takes_nothing_more() -> None:
    sheet = a_sheet(1, 7)
    for act in (
        lambda: sheet.write(rubric(), MARKS, "", AT),
        lambda: sheet.seal(rubric(), AT),
        lambda: sheet.give_back("Bận"),
    ):
        with pytest.raises(AlreadySealed):
            act()


def test_a_sheet_that_was_given_back_holds_no_marks() -> None:
    sheet = a_sheet()
    sheet.write(rubric(), MARKS, "Tốt", AT)
    sheet.give_back("Cùng đơn vị")
    assert (sheet.marks, sheet.comment, sheet.state) == ({}, "", SheetState.RECUSED)
    with pytest.raises(SheetGivenBack):
        sheet.write(rubric(), MARKS, "", AT)


def test_a_required_comment_of_blanks_is_none() -> None:
    sheet = a_sheet()
    asks = rubric(comment_required=True)
    sheet.write(asks, MARKS, "  \n", AT)
    with pytest.raises(MarksInvalid) as refused:
        sheet.seal(asks, AT)
    assert [error["field"] for error in refused.value.errors] == ["comment"]
    assert sheet.state is SheetState.MARKING


def test_the_log_holds_a_digest_of_the_comment_and_not_the_comment() -> None:
    sheet = a_sheet()
    sheet.write(rubric(), MARKS, "Cách làm rất mới", AT)
    sheet.seal(rubric(), AT)
    assert "Cách làm" not in str(sheet.logged())
    assert len(sheet.logged()["comment_sha256"]) == 64


def test_there_is_no_gap_before_every_reader_has_sealed() -> None:
    assert gap(7, None) is None
    assert gap(7) is None


def test_a_gap_of_exactly_the_limit_is_not_too_wide() -> None:
    exact, above = gap(7, 5), gap(7, "4.5")
    assert exact is not None
    assert above is not None
    assert (exact.size, exact.too_wide) == (Decimal(2), False)
    assert (above.size, above.too_wide) == (Decimal("2.5"), True)


def test_a_reader_who_stepped_back_and_a_third_reader_count_for_no_gap() -> None:
    given = [an_assignment(0), an_assignment(1, recused=True), an_assignment(2), an_assignment(3, third=True)]
    sheets = [a_sheet(0, 7), a_sheet(1, 0), a_sheet(2, 6), a_sheet(3, 0, third=True)]
    found = gap_of(given, sheets, rubric())
    assert found is not None
    assert (found.size, found.third) == (Decimal(1), "judge-3")


def test_a_replaced_reader_is_waited_for() -> None:
    given = [an_assignment(0), an_assignment(1, recused=True), an_assignment(2)]
    assert gap_of(given, [a_sheet(0, 10), a_sheet(1, 0)], rubric()) is None
