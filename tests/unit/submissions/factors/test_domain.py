"""Codes of an app: one step of drift, never twice; backup codes however they are typed."""

from datetime import UTC, datetime, timedelta

import pyotp
import pytest

from services.submissions.factors import domain
from services.submissions.people.domain import Account, Role

AT = datetime(2026, 3, 5, 10, 0, 7, tzinfo=UTC)
HERE = int(AT.timestamp()) // domain.STEP_SECONDS
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def code_of(step: int) -> str:
    return pyotp.TOTP(SECRET).generate_otp(HERE + step)


@pytest.mark.parametrize("drift", [-1, 0, 1])
def test_a_clock_may_be_one_step_early_or_late(drift):
    assert domain.fitting_step(SECRET, code_of(drift), AT, after=0) == HERE + drift


@pytest.mark.parametrize("drift", [-2, 2, -20])
def test_two_steps_are_too_many(drift):
    assert domain.fitting_step(SECRET, code_of(drift), AT, after=0) is None


def test_a_used_step_and_all_before_it_are_over():
    assert domain.fitting_step(SECRET, code_of(0), AT, after=HERE) is None
    assert domain.fitting_step(SECRET, code_of(-1), AT, after=HERE) is None
    assert domain.fitting_step(SECRET, code_of(1), AT, after=HERE) == HERE + 1


def test_blanks_between_the_digits_do_not_matter():
    code = code_of(0)
    assert domain.fitting_step(SECRET, f" {code[:3]} {code[3:]} ", AT, after=0) == HERE


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "abcdef", "١٢٣٤٥٦", "²²²²²²"])
def test_what_is_no_code_fits_nothing(typed):
    assert domain.fitting_step(SECRET, typed, AT, after=0) is None


def test_backup_codes_differ_and_are_read_as_people_write_them():
    codes = domain.new_backup_codes()
    assert len(set(codes)) == domain.BACKUP_CODES
    marks = {domain.mark("p", written, "k") for written in (codes[0], codes[0].lower(), codes[0].replace("-", " "))}
    assert len(marks) == 1
    assert marks != {""}


def test_a_mark_is_bound_to_the_person_and_to_the_sites_secret():
    code = domain.new_backup_codes()[0]
    assert len({domain.mark("p", code, "k"), domain.mark("q", code, "k"), domain.mark("p", code, "l")}) == 3
    assert domain.mark("p", "123456", "k") == ""


def test_a_pending_secret_waits_an_hour():
    waiting = domain.Factors(person_id="p", pending="sealed", pending_at=AT)
    assert waiting.waiting(AT + timedelta(minutes=59)) == "sealed"
    assert waiting.waiting(AT + timedelta(minutes=60)) is None


@pytest.mark.parametrize(
    ("roles", "staff"), [(["entrant"], False), (["entrant", "judge"], True), (["secretary"], True)]
)
def test_staff_is_whoever_has_another_role_than_the_entrants(roles, staff):
    held = [Role.model_validate({"role": role}) for role in roles]
    account = Account(
        id="p", name="A", name_key="A", email="a@b.vn", password="", kind="resident", roles=held, created_at=AT
    )
    assert domain.is_staff(account) is staff


def test_the_square_code_carries_the_secret_and_the_name_of_the_site():
    uri = domain.set_up_uri(SECRET, "a@b.vn")
    assert f"secret={SECRET}" in uri
    assert uri.startswith("otpauth://totp/")
    assert "<svg" in domain.qr(uri)
    assert domain.in_groups("ABCDEFGHIJ") == "ABCD EFGH IJ"
