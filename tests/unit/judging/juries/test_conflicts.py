"""Who may not read whose script: persons and units over the dated tree."""

import pytest

from services.judging.juries.domain import Authors, Branch, Judge, Panel, Reason, conflicts, heirs, same_unit

TREE = {
    "so-tttt": Branch(parent_id="ha-noi", ended=True, successors=["so-khcn"]),
    "so-khcn": Branch(parent_id="ha-noi"),
    "quan-dong-da": Branch(parent_id="ha-noi", ended=True, successors=["phuong-lang", "phuong-dong-da"]),
    "phuong-cu": Branch(parent_id="quan-dong-da", ended=True),
    "phuong-lang": Branch(parent_id="ha-noi"),
    "phuong-dong-da": Branch(parent_id="ha-noi"),
    "ha-noi": Branch(),
    "mot": Branch(ended=True, successors=["hai"]),
    "hai": Branch(ended=True, successors=["mot"]),
}


def found(judge: Judge, *, people: set[str] | None = None, units: set[str] | None = None) -> Reason | None:
    behind = {"entry": Authors(people=people or {"author"}, units=units or set())}
    return conflicts([judge], behind, TREE, set()).get(("entry", judge.id))


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("so-khcn", "so-khcn", True),
        ("so-tttt", "so-khcn", True),
        ("so-khcn", "so-tttt", True),
        ("quan-dong-da", "phuong-lang", True),
        ("phuong-lang", "phuong-dong-da", False),
        ("phuong-cu", "quan-dong-da", True),
        ("phuong-cu", "phuong-lang", True),
        ("so-khcn", "phuong-lang", False),
        ("so-khcn", "ha-noi", False),
        ("unknown", "unknown", True),
        ("unknown", "so-khcn", False),
    ],
)
def test_a_unit_is_one_with_those_that_took_over_from_it(one: str, other: str, same: bool) -> None:  # noqa: FBT001 - the expected answer
    assert same_unit(one, other, TREE) is same
    assert same_unit(other, one, TREE) is same


def test_a_circle_in_the_tree_ends() -> None:
    assert heirs("mot", TREE) == {"mot", "hai"}


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
    assert conflicts([Judge(id="lan"), Judge(id="minh")], behind, TREE, {("one", "lan")}) == {
        ("one", "lan"): Reason.DECLARED
    }


def test_the_lot_of_a_single_script_follows_from_the_recorded_draw() -> None:
    panel = Panel("contest", "preliminary")
    assert panel.seed_for("entry", "third") != panel.seed_for("other", "third")
