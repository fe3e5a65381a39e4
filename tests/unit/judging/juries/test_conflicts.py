"""Who may not read whose script: persons and units over the dated tree."""

from datetime import date

import pytest

from services.judging.copies.domain import UnitCopy
from services.judging.juries.domain import Authors, Judge, Panel, Reason, conflicts
from shared.dated_tree import DatedTree

MARCH, JULY, TODAY = date(2025, 3, 1), date(2025, 7, 1), date(2026, 11, 21)
EVE_OF_MARCH, EVE_OF_JULY = date(2025, 2, 28), date(2025, 6, 30)


def a_unit(unit_id: str, successors: str = "", **about: object) -> UnitCopy:
    return UnitCopy.model_validate({"id": unit_id, "name": unit_id, "successors": successors.split(), **about})


TREE = DatedTree(
    [
        a_unit("so-tttt", "so-khcn", parent_id="ha-noi", valid_to=EVE_OF_MARCH),
        a_unit("so-khcn", parent_id="ha-noi"),
        a_unit("quan-dong-da", "phuong-lang phuong-dong-da", parent_id="ha-noi", valid_to=EVE_OF_JULY),
        a_unit("phuong-cu", parent_id="quan-dong-da", valid_to=date(2024, 12, 31)),
        a_unit("phuong-lang", parent_id="ha-noi", valid_from=JULY),
        a_unit("phuong-dong-da", parent_id="ha-noi", valid_from=JULY),
        a_unit("so-tnmt", "so-nnmt", parent_id="ha-noi", valid_to=EVE_OF_MARCH),
        a_unit("so-nnptnt", "so-nnmt", parent_id="ha-noi", valid_to=EVE_OF_MARCH),
        a_unit("so-nnmt", parent_id="ha-noi", valid_from=MARCH),
        a_unit("ha-noi"),
    ]
)


def found(
    judge: Judge, *, people: set[str] | None = None, units: set[str] | None = None, day: date = TODAY
) -> Reason | None:
    behind = {"entry": Authors(people=people or {"author"}, units=units or set())}
    return conflicts([judge], behind, TREE, set(), day=day).get(("entry", judge.id))


@pytest.mark.parametrize(
    ("one", "other", "day", "same"),
    [
        ("so-khcn", "so-khcn", TODAY, True),
        ("so-tttt", "so-khcn", MARCH, True),
        ("so-tttt", "so-khcn", EVE_OF_MARCH, False),
        ("quan-dong-da", "phuong-lang", JULY, True),
        ("phuong-lang", "phuong-dong-da", JULY, False),
        ("so-tnmt", "so-nnmt", MARCH, True),
        ("so-tnmt", "so-nnptnt", MARCH, True),
        ("so-tnmt", "so-nnptnt", EVE_OF_MARCH, False),
        ("phuong-cu", "quan-dong-da", EVE_OF_JULY, True),
        ("phuong-cu", "phuong-lang", JULY, True),
        ("so-khcn", "phuong-lang", TODAY, False),
        ("so-khcn", "ha-noi", TODAY, False),
        ("unknown", "unknown", TODAY, True),
        ("unknown", "so-khcn", TODAY, False),
    ],
)
def test_a_judge_and_an_author_are_of_one_unit_by_the_day(one: str, other: str, day: date, same: bool) -> None:  # noqa: FBT001 - the expected answer
    expected = Reason.SAME_UNIT if same else None
    assert found(Judge(id="lan", unit_id=one), units={other}, day=day) is expected
    assert found(Judge(id="lan", unit_id=other), units={one}, day=day) is expected


def test_an_author_owner_or_co_author_never_judges_the_own_script() -> None:
    assert found(Judge(id="lan"), people={"owner", "lan"}) is Reason.SAME_PERSON


def test_a_judge_of_a_successor_unit_does_not_judge_a_script_of_its_predecessor() -> None:
    assert found(Judge(id="lan", unit_id="so-khcn"), units={"so-tttt"}) is Reason.SAME_UNIT
    assert found(Judge(id="lan", unit_id="quan-dong-da"), units={"phuong-lang"}) is Reason.SAME_UNIT


def test_a_judge_of_a_sibling_unit_or_without_a_unit_may_judge() -> None:
    assert found(Judge(id="lan", unit_id="phuong-lang"), units={"phuong-dong-da"}) is None
    assert found(Judge(id="lan"), units={"phuong-dong-da"}) is None


def test_one_co_author_of_the_same_unit_is_enough() -> None:
    assert found(Judge(id="lan", unit_id="phuong-lang"), units={"so-khcn", "phuong-lang"}) is Reason.SAME_UNIT


def test_a_declared_conflict_counts_for_its_pair_only() -> None:
    behind = {"one": Authors(people={"a"}), "two": Authors(people={"b"})}
    assert conflicts([Judge(id="lan"), Judge(id="minh")], behind, TREE, {("one", "lan")}, day=TODAY) == {
        ("one", "lan"): Reason.DECLARED
    }


def test_the_lot_of_a_single_script_follows_from_the_recorded_draw() -> None:
    panel = Panel("contest", "preliminary")
    assert panel.seed_for("entry", "third") != panel.seed_for("other", "third")
