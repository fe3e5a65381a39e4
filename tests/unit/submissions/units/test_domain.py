"""The dated tree: the rules alone."""

from datetime import date

import pytest

from services.submissions.units import domain
from services.submissions.units.domain import Unit


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
