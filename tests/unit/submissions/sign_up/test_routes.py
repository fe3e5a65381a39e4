"""The sign-up form: one field for an address of either kind."""

import pytest
from pydantic import ValidationError

from services.submissions.sign_up.routes import SignUpForm

TYPED = {"name": "Nguyễn Thị Hoa", "password": "một câu dễ nhớ", "client_key": "k"}


def test_one_field_takes_both_kinds_of_address():
    assert SignUpForm.model_validate({**TYPED, "address": "Hoa@Sangkien.example"}).email == "hoa@sangkien.example"
    phone = SignUpForm.model_validate({**TYPED, "address": "0912 345 678"})
    assert (phone.email, phone.phone) == ("", "+84912345678")


@pytest.mark.parametrize("address", ["", "hoa", "hoa@", "0912", "+1 212"])
def test_anything_else_is_refused_at_the_field(address: str):
    with pytest.raises(ValidationError) as refused:
        SignUpForm.model_validate({**TYPED, "address": address})
    assert {fault["loc"] for fault in refused.value.errors()} <= {("email",), ("phone",)}


def test_a_role_cannot_be_slipped_in():
    roles = [{"role": "administrator", "scope": "*"}]
    asked = SignUpForm.model_validate({**TYPED, "address": "hoa@sangkien.example", "roles": roles})
    assert asked.roles == []
