"""The difference between two sets of rules, in words that a citizen understands."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.submissions.editions.domain import LABELS, TIMES, diff
from services.submissions.rules.domain import Rules, Timetable

AT = datetime(2026, 10, 15, 1, 0, tzinfo=UTC)


def rules(**changes: Any) -> Rules:
    known: dict[str, Any] = {
        "slug": "cuoc-thi", "name": "Tìm kiếm sáng kiến", "short_name": "Sáng kiến", "year": 2026,
        "entrant_groups": [{"id": "E1", "title": "Người dân", "track": "individual"}],
        "content_groups": [{"id": "C1", "title": "Một cửa"}],
        "parts": [{"id": "P1", "title": "Giải pháp", "max_words": 600}],
        "timetable": {"opens_at": AT - timedelta(days=30), "closes_at": AT, "final_at": AT + timedelta(days=30)},
    }  # fmt: skip
    return Rules.model_validate(known | changes)


def said(**changes: Any) -> list[tuple[str, str, str]]:
    return [(one.label, one.before, one.after) for one in diff(rules(), rules(**changes))]


def test_equal_rules_differ_in_nothing() -> None:
    assert diff(rules(), rules()) == []


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"finalists": 8}, ("Số bài vào chung khảo", "6", "8")),
        ({"complaint_days": 10}, ("Thời hạn kiến nghị", "", "10 ngày làm việc")),
        ({"asks_id_number": True}, ("Số định danh cá nhân", "Không hỏi", "Có hỏi")),
        (
            {"parts": [{"id": "P1", "title": "Giải pháp", "max_words": 800}]},
            ("Phần của bài viết", "Giải pháp (tối đa 600 từ)", "Giải pháp (tối đa 800 từ)"),
        ),
        (
            {"excluded": {"roles": ["judge"], "note": "người vận hành phần mềm"}},
            (
                "Người không được dự thi",
                "Ban Tổ chức, Trưởng ban Giám khảo, giám khảo, Tổ thư ký",
                "giám khảo, người vận hành phần mềm",
            ),
        ),
        (
            {"quotas": [{"id": "Q1", "title": "Sở", "unit_level": "department", "minimum": 2}]},
            ("Chỉ tiêu bài của đơn vị", "", "Sở (bắt buộc ít nhất 2 bài mỗi đơn vị cấp department)"),
        ),
    ],
)
def test_a_change_is_told_with_before_and_after(changes: dict[str, Any], expected: tuple[str, str, str]) -> None:
    assert said(**changes) == [expected]


def test_a_moved_final_is_told_on_the_hanoi_clock() -> None:
    times = rules().timetable.model_dump() | {"final_at": AT + timedelta(days=32)}
    assert said(timetable=times) == [("Chung khảo", "08:00 ngày 14/11/2026", "08:00 ngày 16/11/2026")]


def test_an_item_that_came_and_one_that_went_are_told_one_by_one() -> None:
    groups = [{"id": "E3", "title": "Cán bộ", "track": "individual", "kinds": ["official"]}]
    assert said(entrant_groups=groups) == [
        ("Đối tượng dự thi", "Người dân (giải cá nhân, tối đa 5 tác giả)", ""),
        ("Đối tượng dự thi", "", "Cán bộ (giải cá nhân, dành cho cán bộ, công chức, tối đa 5 tác giả)"),
    ]


def test_every_rule_has_a_label() -> None:
    assert set(LABELS) == set(Rules.model_fields) - {"timetable"}
    assert set(TIMES) == set(Timetable.model_fields)
