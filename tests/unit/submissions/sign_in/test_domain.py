"""Sessions, and the way back after signing in: the rules alone."""

from datetime import UTC, datetime, timedelta

import pytest
from pydantic import ValidationError

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


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        (" Hoa@Sangkien.example ", "hoa@sangkien.example"),
        ("0912 345 678", "+84912345678"),
        ("84912345678", "+84912345678"),
    ],
)
def test_an_address_is_kept_in_one_spelling(typed, address):
    assert domain.Credentials(address=typed, password="một câu").address == address


@pytest.mark.parametrize("typed", ["", "hoa", "hoa@", "0123"])
def test_what_is_no_address_is_refused_in_words(typed):
    with pytest.raises(ValidationError, match="Hãy nhập"):
        domain.Credentials(address=typed, password="một câu")


def test_a_program_signs_in_with_exactly_one_address():
    for both in ({}, {"email": "hoa@sangkien.example", "phone": "0912 345 678"}):
        with pytest.raises(ValidationError):
            domain.SessionIn.model_validate({**both, "password": "một câu"})


@pytest.mark.parametrize("text", ["", "0" * 15, "0" * 17, "g" * 16, '{"$gt": ""}'])
def test_a_session_is_named_by_the_beginning_of_its_id_only(text):
    assert not domain.is_beginning(text)
    assert domain.is_beginning("0123456789abcdef")


def test_only_a_second_factor_finishes_the_second_step():
    assert domain.SECOND_FACTORS.isdisjoint({"password", "code", "oidc"})
