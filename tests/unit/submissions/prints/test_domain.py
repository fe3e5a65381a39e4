"""The head of a printed document as Decree 30/2020/NĐ-CP writes place and date."""

from datetime import UTC, datetime

import pytest

from services.submissions.prints import domain


@pytest.mark.parametrize(
    ("at", "written"),
    [
        (datetime(2026, 2, 4, 18, 0, tzinfo=UTC), "Hà Nội, ngày 05 tháng 02 năm 2026"),  # 01:00 of the fifth in Hanoi
        (datetime(2026, 3, 10, 3, 0, tzinfo=UTC), "Hà Nội, ngày 10 tháng 3 năm 2026"),
        (datetime(2026, 11, 9, 3, 0, tzinfo=UTC), "Hà Nội, ngày 09 tháng 11 năm 2026"),
    ],
)
def test_days_under_ten_and_the_first_two_months_get_a_nought(at: datetime, written: str) -> None:
    assert domain.place_and_date("Hà Nội", at) == written


def test_a_print_over_several_contests_names_none() -> None:
    head = domain.head(None, "STN", "Huế", datetime(2026, 11, 9, 3, 0, tzinfo=UTC))
    assert (head.parent, head.body, head.symbol) == ("", "Ban Tổ chức cuộc thi", "/STN-BTC")


@pytest.mark.parametrize("kind", domain.RECEIVERS)
def test_who_gets_a_copy_is_said_and_last_where_one_is_filed(kind: str) -> None:
    told = domain.head(None, kind, "Huế", datetime(2026, 11, 9, 3, 0, tzinfo=UTC)).receivers
    assert [line[-1] for line in told] == [*[";"] * (len(told) - 1), "."]
    assert told[-1].startswith("Lưu: VT")
