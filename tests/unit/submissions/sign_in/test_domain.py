"""Sessions, and the way back after signing in: the rules alone."""

from datetime import UTC, datetime, timedelta

import pytest

from services.submissions.sign_in import domain
from services.submissions.sign_in.domain import Session

AT = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)


def test_a_session_lives_a_week_from_its_last_use_and_a_month_at_most():
    session = Session(id="s", person_id="p", created_at=AT, seen_at=AT, expires_at=AT)
    session.seen(AT + timedelta(days=6))
    assert session.expires_at == AT + timedelta(days=13)
    session.seen(AT + timedelta(days=29))
    assert session.expires_at == AT + timedelta(days=30)


@pytest.mark.parametrize("path", ["/tai-khoan", "/bai-du-thi/moi?cuoc-thi=a", "/"])
def test_one_may_come_back_to_a_path_of_this_site(path):
    assert domain.local_path(path) == path


@pytest.mark.parametrize(
    "path",
    [
        "",
        None,
        "tai-khoan",
        "//xau.example",
        "/\\xau.example",
        "https://xau.example",
        "/a\nb",
        "/a\\..\\b",
        "/dang-nhap",
        "/dang-xuat",
    ],
)
def test_one_may_not_come_back_to_anywhere_else(path):
    assert domain.local_path(path) is None
