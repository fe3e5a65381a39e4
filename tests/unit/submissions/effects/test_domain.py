"""Effects as numbers: how they are read, what is missing, what survives a form."""

from decimal import Decimal

import pytest
from pydantic import ValidationError

from services.submissions.effects import domain
from services.submissions.effects.domain import Effect, read_number
from services.submissions.texts.domain import Words


def an_effect(**changes: str) -> Effect:
    typed = {"what": "time", "amount": "2,5", "unit": "giờ/hồ sơ", "basis": "Đo 40 hồ sơ trước và sau."}
    return Effect.model_validate({**typed, **changes})


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("2,5", "2.5"), ("2.5", "2.5"), ("1.200", "1200"), ("1.234.567,25", "1234567.25"), ("12 000", "12000"),
        ("0", "0"), ("", None), ("một", None), ("-3", None), ("1,2,3", None), ("1.23,4", None), ("1e9", None), ("٣", None),
    ],
)  # fmt: skip
def test_numbers_are_read_as_vietnamese_write_them(typed: str, number: str | None) -> None:
    assert read_number(typed) == (None if number is None else Decimal(number))


def test_a_number_of_a_program_is_not_read_as_thousands() -> None:
    assert Effect.model_validate({"amount": 1.234}).number == Decimal("1.234")
    assert Effect.model_validate({"amount": Decimal(1200)}).number == Decimal(1200)


@pytest.mark.parametrize("amount", ["0", "0,0", "abc", "-1", "1" * 20, "0,0000001"])
def test_an_amount_that_is_no_number_above_nothing_is_refused_when_it_is_handed_in(amount: str) -> None:
    assert [field for _, field, _ in an_effect(amount=amount).faults("effects.0")] == ["effects.0.amount"]


def test_each_missing_side_of_an_effect_is_named_at_its_field() -> None:
    faults = list(domain.faults([an_effect(), Effect(amount="3")], required=False))
    assert [field for _, field, _ in faults] == ["effects.1.what", "effects.1.unit", "effects.1.basis"]
    assert an_effect().complete


def test_a_contest_may_ask_for_one() -> None:
    assert [code for code, _, _ in domain.faults([], required=True)] == ["effect_missing"]
    assert not list(domain.faults([], required=False))


def test_rows_of_a_form_come_in_order_and_blank_ones_are_nothing() -> None:
    typed = {"10": {"amount": "3"}, "2": {"amount": "2", "what": ""}, "0": {"what": " ", "amount": ""}}
    words = Words.model_validate({"effects": typed})
    assert [one.amount for one in words.effects] == ["2", "3"]
    assert domain.typed_lines(typed) == [{"amount": "2", "what": ""}, {"amount": "3"}]
    assert words.fields()["effects.1.amount"] == "3"


def test_a_line_taken_off_is_the_one_whose_button_was_pressed() -> None:
    typed = {"0": {"amount": "1"}, "1": {"amount": "2"}}
    assert domain.without(typed, 0) == {"1": {"amount": "2"}}


def test_more_effects_than_anybody_reads_are_refused() -> None:
    with pytest.raises(ValidationError):
        Words.model_validate({"effects": [{"amount": "1"}] * (domain.MOST + 1)})


def test_what_is_told_is_a_decimal_and_what_is_read_is_vietnamese() -> None:
    assert an_effect(amount="1.200,50").told().amount == Decimal("1200.50")
    assert an_effect().in_words == "Tiết kiệm thời gian: 2,5 giờ/hồ sơ"
