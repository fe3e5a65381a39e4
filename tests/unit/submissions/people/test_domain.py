"""Accounts and roles: the rules alone."""

from datetime import UTC, datetime
from typing import get_args

import pytest
from pydantic import ValidationError

from services.submissions.people import domain
from services.submissions.people.domain import Account, Kind, Role, SignUp
from shared import identity

AT = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)


def a_sign_up(**changes):
    return SignUp(**{"name": "Lê Hồng Sơn", "email": "Son@CoQuan.vn", "password": "một câu dễ nhớ", **changes})


def an_account(*roles: str) -> Account:
    asked = a_sign_up(roles=[Role(role=role) for role in roles])
    return Account.opened("p1", asked, "hash", at=AT)


def test_the_roles_of_accounts_are_the_roles_of_the_gates():
    assert set(get_args(domain.RoleName)) == {role.value for role in identity.Role}


def test_an_address_is_the_same_however_its_letters_are_typed():
    assert a_sign_up().email == a_sign_up(email="  son@coquan.VN ").email == "son@coquan.vn"


@pytest.mark.parametrize("typed", ["0912 345 678", "0912.345.678", "84912345678", "+84 912345678"])
def test_a_telephone_number_is_kept_in_one_form(typed):
    assert a_sign_up(phone=typed).phone == "+84912345678"


@pytest.mark.parametrize("typed", ["01234567890", "12", "abc"])
def test_a_number_of_before_2018_or_no_number_is_refused(typed):
    with pytest.raises(ValidationError, match="số điện thoại đúng dạng"):
        a_sign_up(phone=typed)


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("ngắn", "ít nhất 8 ký tự"),
        ("aaaaaaaaaa", "dễ đoán"),
        ("son@coquan.vn", "không được trùng"),
        ("Lê Hồng Sơn", "không được trùng"),
    ],
)
def test_a_weak_password_is_refused_with_its_reason(password, reason):
    with pytest.raises(ValidationError, match=reason):
        a_sign_up(password=password)


def test_a_password_with_marks_is_the_same_from_every_keyboard():
    assert a_sign_up(password="ca\u0302u mâ\u0323t khẩu").password == a_sign_up(password="câu mật khẩu").password


def test_a_name_with_a_line_break_cannot_carry_a_mail_header():
    assert a_sign_up(name="Sơn\r\nBcc: tat-ca@coquan.vn").name == "Sơn Bcc: tat-ca@coquan.vn"


def test_an_account_without_roles_may_enter_and_sorts_by_its_given_name():
    account = an_account()
    assert account.has("entrant", "any contest")
    assert account.name_key == "Sơn Lê Hồng"
    assert account.kind is Kind.RESIDENT


def test_a_role_counts_in_its_scope_only():
    asked = a_sign_up(roles=[Role(role="judge", scope="c1")])
    account = Account.opened("p1", asked, "hash", at=AT)
    assert account.has("judge", "c1")
    assert not account.has("judge", "c2")
    assert not account.has("judge")
    assert not account.has("entrant")


def test_new_roles_replace_the_old_ones_and_void_the_tokens():
    account = an_account("judge")
    account.grant([Role(role="chair"), Role(role="chair")], by="admin", at=AT)
    assert account.roles == [Role(role="chair")]
    assert account.signed_out_before == AT


def test_an_administrator_keeps_the_own_role_but_loses_it_by_another():
    account = an_account("administrator")
    with pytest.raises(domain.OwnRoleKept):
        account.grant([], by="p1", at=AT)
    account.grant([], by="p2", at=AT)
    assert not account.has("administrator")


def test_every_fact_about_a_person_has_the_next_number_and_no_password():
    account = an_account("judge")
    first, second = account.updated(), account.updated()
    assert (account.facts, first) == (2, second)
    assert "hash" not in first.model_dump_json()
