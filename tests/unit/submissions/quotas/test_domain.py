"""Counting entries for units of a level, with and without the units below, and saying it in words."""

import pytest

from services.submissions.quotas import domain
from services.submissions.quotas.domain import Count, Query, Row, Stand
from services.submissions.rules.domain import Quota
from services.submissions.units.domain import Unit

UNITS = [
    Unit(id="q1", name="Quận Ân", level="district"),
    Unit(id="q2", name="Quận Đông", level="district"),
    Unit(id="s", name="Sở Ổn", level="department"),
    Unit(id="x", name="Xã Bốn", level="commune", parent_id="q1"),
]


def a_quota(**changes: object) -> Quota:
    """Two entries of every district, those of communes not counted."""
    typed = {"id": "q", "title": "Quận, huyện", "unit_level": "district", "minimum": 2}
    return Quota.model_validate({**typed, **changes})


def rows_of(quota: Quota, counts: dict[str, Count], heirs: dict[str, str] | None = None) -> dict[str, Row]:
    """By unit."""
    return {row.unit.id: row for row in domain.tally([quota], UNITS, counts, heirs or {})[0]}


def test_every_unit_of_the_level_has_a_row_also_without_entries() -> None:
    rows = rows_of(a_quota(), {"q1": Count(handed_in=1)})
    assert {unit_id: (row.count.handed_in, row.missing) for unit_id, row in rows.items()} == {
        "q1": (1, 1),
        "q2": (0, 2),
    }


def test_a_commune_counts_for_its_district_only_where_the_quota_says_so() -> None:
    counts = {"x": Count(handed_in=2, accepted=1)}
    assert rows_of(a_quota(), counts)["q1"].count == Count()
    assert rows_of(a_quota(count_subunits=True), counts)["q1"].count == Count(handed_in=2, accepted=1)


def test_what_counts_for_nobody_is_not_lost() -> None:
    counts = {"x": Count(handed_in=2), "s": Count(handed_in=1), "": Count(handed_in=4), "gone": Count(handed_in=8)}
    rows, elsewhere = domain.tally([a_quota()], UNITS, counts, {})
    assert (sum(row.count.handed_in for row in rows), elsewhere.handed_in) == (0, 15)


def test_entries_of_a_unit_that_is_gone_count_for_the_one_that_took_over() -> None:
    counts = {"old": Count(handed_in=1), "q2": Count(handed_in=1)}
    assert rows_of(a_quota(), counts, {"old": "q2"})["q2"].count == Count(handed_in=2)


@pytest.mark.parametrize(
    ("count", "stand", "said"),
    [
        (Count(), Stand.BELOW, "Chưa nộp bài nào, còn thiếu hai bài"),
        (Count(handed_in=1, accepted=1), Stand.BELOW, "Còn thiếu một bài"),
        (Count(handed_in=2, accepted=1), Stand.WAITING, "Đủ số nộp, chờ kiểm tra"),
        (Count(handed_in=5, accepted=2), Stand.MET, "Đã đủ"),
    ],
)
def test_handed_in_is_not_yet_accepted(count: Count, stand: Stand, said: str) -> None:
    row = Row(quota=a_quota(), unit=UNITS[0], place=0, count=count)
    assert (row.stand, row.in_words) == (stand, said)


def test_the_list_is_filtered_and_sorted_as_asked() -> None:
    rows = list(rows_of(a_quota(), {"q1": Count(handed_in=3, accepted=3)}).values())

    def names(**query: object) -> list[str]:
        return [row.unit.id for row in domain.chosen(rows, Query.model_validate(query))]

    assert names() == names(sort="gibberish") == ["q1", "q2"]
    assert names(sort="-don-vi") == names(sort="nop") == names(sort="-thieu") == ["q2", "q1"]
    assert names(stand="below_quota") == names(search="dong") == ["q2"]
    assert names(quota="khac") == []


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (0, "không"),
        (7, "bảy"),
        (10, "mười"),
        (15, "mười lăm"),
        (21, "hai mươi mốt"),
        (11, "mười một"),
        (40, "bốn mươi"),
        (105, "một trăm linh năm"),
        (126, "một trăm hai mươi sáu"),
        (2005, "hai nghìn không trăm linh năm"),
        (3000, "ba nghìn"),
    ],
)
def test_numbers_in_words(number: int, said: str) -> None:
    assert domain.in_words(number) == said
