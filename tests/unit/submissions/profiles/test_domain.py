"""Identity numbers that cannot be, how one is shown, and by what a name is sorted."""

import pytest
from pydantic import ValidationError

from services.submissions.people.domain import Kind
from services.submissions.profiles import domain
from services.submissions.profiles.domain import IdNumber, Profile
from shared.errors import Invalid


@pytest.mark.parametrize(
    ("number", "says"),
    [
        ("001085000123", ""),
        ("123456789", ""),
        ("003085000123", "Ba số đầu"),
        ("001585000123", "Số thứ tư"),
        ("001399000123", "năm sinh chưa đến"),
    ],
)
def test_a_number_that_cannot_be_is_noticed(number: str, says: str):
    found = domain.oddity(number, 2026)
    assert says in found
    assert bool(found) == bool(says)


def test_blanks_and_dots_are_left_out_and_other_lengths_refused():
    assert IdNumber(id_number="001 085.000-123").id_number == "001085000123"
    for wrong in ("12345678", "1234567890", "00108500012a", ""):
        with pytest.raises(ValidationError):
            IdNumber(id_number=wrong)


def test_only_the_ends_of_a_number_are_shown_and_its_mark_tells_only_sameness():
    assert domain.covered("001085000123") == "001*******23"
    assert domain.covered("123456789") == "123****89"
    assert domain.mark("123456789", "k") == domain.mark("123456789", "k") != domain.mark("123456789", "l")


def profile(**changes: object) -> Profile:
    return Profile.model_validate({"version": 1, "name": "Nguyễn Thị Ánh", "kind": "resident", **changes})


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({}, []),
        ({"kind": Kind.OFFICIAL}, ["unit_id", "position"]),
        ({"kind": Kind.OFFICIAL, "unit_id": "U", "position": "Chuyên viên"}, []),
        ({"kind": Kind.ORGANISATION}, ["representative"]),
        ({"unit_id": "gone"}, ["unit_id"]),
        ({"family_name": "Nguyễn"}, ["given_name"]),
    ],
)
def test_each_kind_asks_for_its_own(changes: dict[str, object], fields: list[str]):
    found: list[str] = []
    try:
        profile(**changes).check({"U"})
    except Invalid as refusal:
        found = [one["field"] for one in refusal.errors]
    assert found == fields


def test_a_name_is_sorted_by_its_given_name_or_as_its_owner_says():
    assert profile().sort_key == "Ánh Nguyễn Thị"
    assert profile(name="Ánh Nguyễn", given_name="Ánh", family_name="Nguyễn").sort_key == "Ánh Nguyễn"
