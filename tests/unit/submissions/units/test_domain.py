"""The dated tree: the rules alone."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.submissions.units import domain
from services.submissions.units.domain import Unit
from shared.errors import Invalid


def units() -> list[Unit]:
    ends, starts = date(2025, 6, 30), date(2025, 7, 1)
    return [
        Unit(id="city", name="Hà Nội", level="city"),
        Unit(id="old", name="Quận Đống Đa", level="district", parent_id="city", valid_to=ends, successors=["a", "b"]),
        Unit(id="a", name="Phường Láng", level="ward", parent_id="city", valid_from=starts),
        Unit(id="b", name="Phường Kim Liên", level="ward", parent_id="city", valid_from=starts),
    ]


def test_a_district_stands_for_itself_until_its_last_day_and_for_its_wards_after():
    on_last_day = domain.standing_for("old", units(), date(2025, 6, 30))
    day_after = domain.standing_for("old", units(), date(2025, 7, 1))
    assert [unit.id for unit in on_last_day] == ["old"]
    assert [unit.id for unit in day_after] == ["a", "b"]


def test_successors_that_run_in_a_circle_end():
    ring = [
        Unit(id=one, name=one, level="ward", valid_to=date(2020, 1, 1), successors=[other])
        for one, other in ("xy", "yx")
    ]
    assert domain.standing_for("x", ring, date(2026, 1, 1)) == []


def test_a_sound_tree_passes():
    domain.check_tree(units())


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"parent_id": "nowhere"}, "không có trong cây"),
        ({"successors": ["nowhere"]}, "không có trong cây"),
        ({"valid_from": date(2026, 1, 1)}, "kết thúc trước khi bắt đầu"),
        ({"valid_to": None}, "chưa có ngày kết thúc"),
        ({"parent_id": "old"}, "dưới chính nó"),
    ],
)
def test_a_contradiction_in_the_tree_is_named(change, reason):
    broken = [unit.model_copy(update=change) if unit.id == "old" else unit for unit in units()]
    with pytest.raises(domain.TreeBroken, match=reason):
        domain.check_tree(broken)


def test_before_its_first_day_a_unit_was_what_it_took_over_from():
    assert [unit.id for unit in domain.standing_for("a", units(), date(2025, 6, 30))] == ["old"]
    found = domain.whereabouts("old", units(), day=date(2025, 1, 1), today=date(2026, 11, 21))
    assert ([unit.id for unit in found.then], [unit.id for unit in found.today]) == (["old"], ["a", "b"])


FIRST = date(2026, 1, 1)


def history(names: list[list[str]], days: list[date]) -> list[Unit]:
    """One unit that becomes each list of names in turn."""
    tree = [Unit(id="start", name="Khởi đầu", level="ward")]
    living = ["start"]
    for number, (renamed, day) in enumerate(zip(names, days, strict=True)):
        by_id = {unit.id: unit for unit in tree}
        made = domain.reorganise(
            [by_id[one] for one in living], [f"{name} {number}" for name in renamed], level="ward", first_day=day
        )
        tree = [*({unit.id: unit for unit in [*tree, *made.units]}).values()]
        living = [unit.id for unit in made.begun]
    domain.check_tree(tree)
    return tree


def test_renamed_split_and_merged_again_each_day_has_its_own_names():
    days = [date(2026, 1, 1), date(2026, 3, 1), date(2026, 6, 1)]
    tree = history([["Mới"], ["Đông", "Tây"], ["Gộp"]], days)
    expected = {
        date(2025, 12, 31): ["Khởi đầu"],
        date(2026, 1, 1): ["Mới 0"],
        date(2026, 2, 28): ["Mới 0"],
        date(2026, 3, 1): ["Đông 1", "Tây 1"],
        date(2026, 5, 31): ["Đông 1", "Tây 1"],
        date(2026, 6, 1): ["Gộp 2"],
    }
    for unit in tree:
        if unit.name not in {"Đông 1", "Tây 1"}:
            assert {day: [one.name for one in domain.standing_for(unit.id, tree, day)] for day in expected} == expected


@given(st.lists(st.integers(1, 3), min_size=1, max_size=5), st.data())
def test_over_any_history_every_day_has_exactly_the_living_units_and_no_double(sizes, data):
    days = [FIRST + timedelta(days=40 * number) for number in range(len(sizes))]
    tree = history([[f"Đơn vị {letter}" for letter in "abc"[:size]] for size in sizes], days)
    day = FIRST + timedelta(days=data.draw(st.integers(-60, 240)))
    found = [unit.id for unit in domain.standing_for("start", tree, day)]
    assert sorted(found) == sorted(unit.id for unit in tree if unit.valid_on(day))
    assert len(found) == len(set(found))


def test_a_unit_that_does_not_exist_on_the_eve_is_not_reorganised():
    [old] = [unit for unit in units() if unit.id == "old"]
    with pytest.raises(domain.NotThere):
        domain.reorganise([old], ["Mới"], level="ward", first_day=date(2026, 1, 1))
    with pytest.raises(domain.TreeBroken):
        domain.reorganise([old], ["Láng", "láng"], level="ward", first_day=date(2025, 7, 1))


@pytest.mark.parametrize(
    ("act", "names", "merged", "field"),
    [
        ("rename", [], [], "names"),
        ("split", ["Một"], [], "names"),
        ("close", ["Một"], [], "names"),
        ("merge", ["Một"], [], "others"),
    ],
)
def test_each_act_asks_for_its_own_number_of_names(act, names, merged, field):
    with pytest.raises(Invalid) as refused:
        domain.check_names(domain.Act(act), names, merged)
    assert refused.value.errors[0]["field"] == field
