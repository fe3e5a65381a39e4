"""Codes, their marks, windows of counting and places: the rules alone."""

from datetime import UTC, datetime, timedelta

import pytest

from services.submissions.credentials import domain
from services.submissions.credentials.domain import Channel, Code, Purpose

AT = datetime(2026, 11, 21, 8, 7, tzinfo=UTC)
KEY = "a secret of the tests"


def _code(digits: str, code_id: str = "c") -> Code:
    return Code(
        id=code_id, purpose=Purpose.SIGN_IN, channel=Channel.EMAIL, address="a@sangkien.example", person_id="p",
        mark=domain.mark(code_id, digits, KEY), expires_at=AT,
    )  # fmt: skip


@pytest.mark.parametrize("typed", ["012345", " 012 345 ", "0 1 2 3 4 5"])
def test_a_code_is_read_with_blanks_and_without(typed: str):
    assert _code("012345").fits(typed, KEY)


@pytest.mark.parametrize("typed", ["", "12345", "0123456", "012346", "abcdef"])
def test_nothing_else_fits(typed: str):
    assert not _code("012345").fits(typed, KEY)


def test_a_mark_is_good_for_one_code_and_one_key():
    assert domain.mark("c", "012345", KEY) != domain.mark("d", "012345", KEY)
    assert not _code("012345").fits("012345", "another key")
    assert "012345" not in _code("012345").mark


def test_nothing_fits_a_code_that_was_never_sent():
    pretended = _code("012345").model_copy(update={"mark": ""})
    assert not any(pretended.fits(typed, KEY) for typed in ("", "012345", "000000"))


def test_codes_have_six_digits_also_the_small_ones():
    made = {domain.new_digits() for _ in range(2000)}
    assert all(len(one) == 6 and one.isdigit() for one in made)
    assert any(one.startswith("0") for one in made)
    assert len(made) > 1900


def test_a_window_ends_within_a_quarter_of_an_hour_and_the_next_has_another_number():
    number, until = domain.window_of(AT)
    assert until == datetime(2026, 11, 21, 8, 15, tzinfo=UTC)
    assert domain.window_of(until - timedelta(milliseconds=1))[0] == number
    assert domain.window_of(until)[0] == number + 1


@pytest.mark.parametrize(
    ("host", "place"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
        ("", ""),
        ("testclient", "testclient"),
    ],
)
def test_a_place_is_an_address_or_the_network_a_customer_chooses_addresses_from(host: str, place: str):
    assert domain.place_of(host) == place


def test_the_digest_of_an_address_does_not_show_it_and_parts_do_not_run_together():
    assert "sangkien" not in domain.digest("a@sangkien.example")
    assert domain.digest("a", "bc") != domain.digest("ab", "c")


def test_a_phone_number_is_reached_by_text_message():
    assert domain.channel_of("+84912345678") is Channel.SMS
    assert domain.channel_of("a@sangkien.example") is Channel.EMAIL


def test_at_one_address_from_one_place_at_most_twenty_guesses_are_looked_at():
    assert domain.PASSWORD_GUESSES.pair + domain.CODE_GUESSES.pair <= 20
    assert domain.CODE_GUESSES.few >= domain.CODE_TRIES, "whoever has the code may still mistype it"
