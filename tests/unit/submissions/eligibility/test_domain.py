"""Who may enter, and why not, in words; which paper entries are in time."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from services.submissions.eligibility import domain
from services.submissions.eligibility.domain import Entrant, NotEligible, PostmarkAfterArrival, paper_in_time
from services.submissions.people.domain import Account, Kind
from services.submissions.rules.domain import Rules, Timetable
from services.submissions.units.domain import Unit

NOON = datetime(2026, 3, 2, 5, tzinfo=UTC)
DAY = date(2026, 3, 2)
WARD = Unit(id="w", name="Phường Láng", level="ward")
DISTRICT = Unit(id="d", name="Quận Đống Đa", level="district", valid_to=date(2025, 6, 30), successors=["w", "w2"])
OTHER_WARD = Unit(id="w2", name="Phường Kim Liên", level="ward")


def rules(**changes: Any) -> Rules:
    """One group for residents, one for officials of wards."""
    typed = {
        "slug": "c",
        "name": "Cuộc thi",
        "short_name": "Cuộc thi",
        "year": 2026,
        "entrant_groups": [
            {"id": "R", "title": "Người dân", "track": "individual", "kinds": ["resident"]},
            {
                "id": "W",
                "title": "Cán bộ phường",
                "track": "individual",
                "kinds": ["official"],
                "unit_levels": ["ward"],
                "max_authors": 2,
            },
        ],
        "timetable": {"opens_at": NOON, "closes_at": NOON + timedelta(days=10)},
    }
    return Rules.model_validate({**typed, **changes})


def an_entrant(
    kind: Kind = Kind.RESIDENT, person_id: str = "p", *, id_number_mark: str = "", **changes: Any
) -> Entrant:
    """Somebody without a unit."""
    typed = {"id": person_id, "name": "Tên", "name_key": "", "email": "e", "password": "", "created_at": NOON}
    known = {"kind": kind, "id_number_mark": id_number_mark}
    return Entrant(account=Account.model_validate({**typed, **known}), day=DAY, **changes)


def reasons(group_id: str, *entrants: Entrant, **changes: Any) -> list[str]:
    """Why they may not enter in this group."""
    return domain.objections(rules(**changes), group_id, entrants)


def test_a_group_for_residents_takes_residents_and_tells_the_others_what_their_account_is() -> None:
    assert reasons("R", an_entrant()) == []
    assert reasons("R", an_entrant(Kind.ORGANISATION)) == [
        "Người dân: chỉ dành cho người dân; tài khoản này là cơ quan, tổ chức, doanh nghiệp."
    ]


@pytest.mark.parametrize(
    ("unit", "standing", "said"),
    [
        (WARD, [WARD], None),
        (None, [], "chưa chọn đơn vị"),
        (DISTRICT, [DISTRICT], "Quận Đống Đa là quận, huyện, thị xã"),
        (DISTRICT, [WARD, OTHER_WARD], "Quận Đống Đa không còn là đơn vị vào ngày 02/3/2026"),
        (DISTRICT, [], "Quận Đống Đa không còn là đơn vị"),
        (DISTRICT, [WARD], None),
    ],
    ids=["of a ward", "without a unit", "a district that day", "split since", "gone", "went on as one ward"],
)
def test_the_unit_counts_as_it_stood_on_the_day(unit: Unit | None, standing: list[Unit], said: str | None) -> None:
    found = reasons("W", an_entrant(Kind.OFFICIAL, unit=unit, standing=standing))
    assert bool(found) == (said is not None)
    assert said is None or said in found[0]


@pytest.mark.parametrize("role", ["organiser", "chair", "judge", "secretary"])
def test_whoever_runs_or_judges_the_contest_may_not_enter(role: str) -> None:
    assert "không được dự thi" in reasons("R", an_entrant(roles=["entrant", role]))[0]
    assert reasons("R", an_entrant(roles=["entrant", role]), excluded={"roles": []}) == []


def test_an_auditor_or_an_editor_may_enter() -> None:
    assert reasons("R", an_entrant(roles=["auditor", "editor", "entrant"])) == []


def test_listed_people_and_units_may_not_enter_and_hear_the_note() -> None:
    note = {"person_ids": ["p"], "unit_ids": ["w"], "note": "Đã nhận giải năm trước."}
    found = reasons("R", an_entrant(unit=WARD, standing=[WARD]), excluded=note)
    assert [text.endswith("Đã nhận giải năm trước.") for text in found] == [True, True]
    assert reasons("R", an_entrant(person_id="q"), excluded=note) == []
    split = an_entrant(person_id="q", unit=DISTRICT, standing=[WARD, OTHER_WARD])
    assert len(reasons("R", split, excluded=note)) == 1, "an excluded unit that took over counts too"


def test_every_author_is_looked_at_and_there_may_be_so_many() -> None:
    official = [an_entrant(Kind.OFFICIAL, f"p{n}", unit=WARD, standing=[WARD]) for n in range(3)]
    assert reasons("W", *official[:2]) == []
    assert reasons("W", *official) == ["Nhóm “Cán bộ phường” nhận bài của nhiều nhất 2 tác giả; bài này có 3."]
    judge = an_entrant(Kind.OFFICIAL, "j", unit=WARD, standing=[WARD], roles=["judge"])
    assert len(reasons("W", official[0], judge)) == 1


def test_the_id_number_is_asked_for_only_at_hand_in_and_only_where_the_rules_say_so() -> None:
    domain.check(rules(), "R", [an_entrant()])
    domain.check_beginning(rules(asks_id_number=True), "R", an_entrant())
    domain.check(rules(asks_id_number=True), "R", [an_entrant(id_number_mark="a mark")])
    with pytest.raises(NotEligible, match="not_eligible") as refused:
        domain.check(rules(asks_id_number=True), "R", [an_entrant()])
    assert "số căn cước" in refused.value.errors[0]["text"]


def test_beginning_without_a_group_is_refused_only_when_no_group_is_open() -> None:
    domain.check_beginning(rules(), "", an_entrant())
    with pytest.raises(NotEligible) as refused:
        domain.check_beginning(rules(), "", an_entrant(Kind.ORGANISATION))
    assert len(refused.value.errors) == 3, "every group says everything that keeps them out"
    with pytest.raises(NotEligible):
        domain.check_beginning(rules(), "W", an_entrant())


def test_a_group_without_wishes_takes_everybody() -> None:
    open_to_all = [{"id": "A", "title": "Tất cả", "track": "individual"}]
    for kind in Kind:
        assert reasons("A", an_entrant(kind), entrant_groups=open_to_all) == []


TIMES = Timetable(
    opens_at=NOON, closes_at=NOON + timedelta(days=10), postmark_until=NOON + timedelta(days=10),
    received_until=NOON + timedelta(days=15),
)  # fmt: skip
CLOSES = TIMES.closes_at
A_MILLISECOND = timedelta(milliseconds=1)


@pytest.mark.parametrize(
    ("received_at", "postmark", "in_time", "by"),
    [
        (CLOSES - A_MILLISECOND, None, True, "arrival"),
        (CLOSES, None, False, "arrival"),
        (CLOSES + timedelta(days=3), date(2026, 3, 12), True, "postmark"),
        (CLOSES + timedelta(days=3), date(2026, 3, 13), False, "postmark"),
        (CLOSES + timedelta(days=5) - A_MILLISECOND, date(2026, 3, 12), True, "postmark"),
        (CLOSES + timedelta(days=5), date(2026, 3, 12), False, "arrival"),
        (NOON - A_MILLISECOND, None, False, "arrival"),
    ],
    ids=["before", "at the end", "posted in time", "posted late", "just arrived", "arrived too late", "too early"],
)
def test_paper_counts_by_arrival_or_by_its_postmark(
    received_at: datetime,
    postmark: date | None,
    by: str,
    *,
    in_time: bool,
) -> None:
    verdict = paper_in_time(TIMES, received_at=received_at, postmark=postmark)
    assert (verdict.in_time, verdict.by) == (in_time, by)
    assert verdict.reason.endswith(".")


def test_without_a_postmark_rule_only_arrival_counts() -> None:
    times = Timetable(opens_at=NOON, closes_at=CLOSES)
    late = paper_in_time(times, received_at=CLOSES + timedelta(hours=1), postmark=date(2026, 3, 10))
    assert (late.in_time, "không tính theo dấu bưu điện" in late.reason) == (False, True)


def test_the_postmark_is_a_day_in_hanoi() -> None:
    midnight = TIMES.model_copy(update={"postmark_until": datetime(2026, 3, 12, 16, 59, 59, tzinfo=UTC)})
    assert paper_in_time(midnight, received_at=CLOSES + timedelta(days=2), postmark=date(2026, 3, 12)).in_time
    after = TIMES.model_copy(update={"postmark_until": datetime(2026, 3, 12, 17, tzinfo=UTC)})
    assert paper_in_time(after, received_at=CLOSES + timedelta(days=2), postmark=date(2026, 3, 13)).in_time


def test_a_postmark_after_the_arrival_is_a_mistake() -> None:
    with pytest.raises(PostmarkAfterArrival):
        paper_in_time(TIMES, received_at=NOON + timedelta(days=1), postmark=date(2026, 3, 5))
