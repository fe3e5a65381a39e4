"""Which saves are kept apart."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.submissions.versions.domain import How, Version

NOON = datetime(2026, 3, 5, 12, tzinfo=UTC)
LONG = "Người dân phải đi lại nhiều lần vì thiếu giấy tờ. " * 6


def a_version(text: str = LONG, **changes: Any) -> Version:
    given = {"entry_id": "e", "by": "lan", "browser": "b", "begun_at": NOON, "at": NOON, "parts": {"solution": text}}
    return Version.model_validate({**given, **changes})


def _minutes(number: float) -> dict[str, datetime]:
    at = NOON + timedelta(minutes=number)
    return {"begun_at": at, "at": at}


def test_typing_on_continues_a_version_for_ten_minutes_from_its_beginning() -> None:
    later = a_version(LONG + "Thêm.", **_minutes(9.9)).after(a_version(number=4))
    assert (later.number, later.begun_at) == (4, NOON)
    assert a_version(LONG + "Thêm nữa.", **_minutes(10)).after(later).number == 5


@pytest.mark.parametrize(
    "change",
    [{"by": "an"}, {"browser": "c"}, {"how": How.RESTORED}, {"how": How.CONVERTED}, {"parts": {"solution": "Còn ít"}}],
)
def test_another_hand_another_way_or_a_paragraph_gone_begins_the_next(change: dict[str, Any]) -> None:
    assert a_version(**{**_minutes(1), **change}).after(a_version(number=4)).number == 5


def test_what_was_restored_is_never_written_over() -> None:
    typed = a_version(LONG + "Thêm.", **_minutes(1))
    assert typed.after(a_version(number=4, how=How.RESTORED)).number == 5
