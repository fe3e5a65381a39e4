"""Masked addresses, the words of acts, and that every role and kind has its word."""

import pytest

from services.submissions.acts import domain as acts
from services.submissions.people.domain import Kind
from services.submissions.staff import domain
from shared.identity import Role
from shared.ui.roles import ROLES, held_words, role_words


def test_every_role_kind_and_act_has_a_word():
    assert set(ROLES) == {role.value for role in Role}
    assert set(domain.KINDS) == set(Kind)
    assert set(acts.WORDS) == set(acts.Kind)


def test_a_role_is_named_once_and_an_unknown_one_as_it_is_written():
    assert held_words(["judge", "judge", "entrant"]) == "Giám khảo, Người dự thi"
    assert role_words("something") == "something"


@pytest.mark.parametrize(
    ("address", "shown"),
    [("an@sangkien.example", "a***@sangkien.example"), ("+84912345678", "*********678"), ("", "")],
)
def test_a_masked_address_is_recognised_by_its_owner_only(address: str, shown: str):
    assert domain.masked(address) == shown


def test_what_an_act_wrote_down_is_told_in_words():
    assert domain.held_in_words("judge:c1", {"c1": "Sáng kiến 2026"}) == "Giám khảo (Sáng kiến 2026)"
    assert domain.held_in_words("auditor:*", {}) == "Giám sát (toàn trang)"
    assert domain.held_in_words("closed", {}) == "Đã đóng"
