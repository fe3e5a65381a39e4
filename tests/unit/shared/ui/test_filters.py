"""How numbers, dates and sizes are written in Vietnamese."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.ui import filters

NOW = datetime(2019, 3, 5, 3, 32, tzinfo=UTC)


@pytest.mark.parametrize(
    ("day", "written"),
    [
        (date(2019, 3, 5), "05/3/2019"),
        (date(2019, 1, 29), "29/01/2019"),
        (date(2020, 2, 9), "09/02/2020"),
        (date(2019, 12, 31), "31/12/2019"),
        (date(2019, 10, 1), "01/10/2019"),
    ],
)
def test_days_below_ten_and_the_months_one_and_two_carry_a_zero(day, written):
    assert filters.vn_date(day) == written


def test_an_instant_is_shown_on_the_hanoi_wall_clock_even_over_midnight():
    assert filters.vn_datetime(NOW) == "10:32 ngày 05/3/2019"
    assert filters.vn_date(datetime(2019, 1, 31, 17, 0, tzinfo=UTC)) == "01/02/2019"
    assert filters.vn_moment(datetime(2019, 3, 17, 10, 0, tzinfo=UTC)) == "17:00 Chủ nhật, ngày 17/3/2019"


def test_an_instant_without_a_zone_is_refused_and_nothing_at_all_is_a_dash():
    with pytest.raises(ValueError, match="zone"):
        filters.vn_datetime(datetime(2019, 3, 5, 10, 32))  # noqa: DTZ001 - the fault itself
    assert filters.vn_datetime(None) == filters.vn_date(None) == filters.vn_number(None) == "–"


@pytest.mark.parametrize(
    ("ago", "written"),
    [
        (timedelta(seconds=20), "vừa xong"),
        (timedelta(minutes=3, seconds=59), "3 phút trước"),
        (timedelta(hours=23, minutes=59), "23 giờ trước"),
        (timedelta(days=2, hours=5), "2 ngày trước"),
        (timedelta(days=40), "24/01/2019"),
        (-timedelta(days=2, hours=1), "còn 2 ngày"),
        (-timedelta(seconds=30), "còn chưa đến 1 phút"),
    ],
)
def test_relative_time_names_the_widest_unit_and_turns_into_a_date_when_far(ago, written):
    assert filters.relative_time(NOW - ago, NOW) == written


@pytest.mark.parametrize(
    ("left", "written"),
    [
        (timedelta(days=12, hours=6, minutes=28), "còn 12 ngày 6 giờ"),
        (timedelta(days=1, minutes=5), "còn 1 ngày"),
        (timedelta(hours=3, minutes=5), "còn 3 giờ 5 phút"),
        (timedelta(minutes=4), "còn 4 phút"),
        (timedelta(seconds=59), "còn chưa đến 1 phút"),
    ],
)
def test_the_time_left_is_said_in_two_neighbouring_units(left, written):
    assert filters.time_left(NOW + left, NOW) == written


@pytest.mark.parametrize(
    ("number", "places", "written"),
    [
        (Decimal("8.50"), None, "8,50"),
        (Decimal("1234567.5"), None, "1.234.567,5"),
        (1286, None, "1.286"),
        (Decimal("77.755"), 2, "77,76"),
        (Decimal("1E+3"), None, "1.000"),
        (0, None, "0"),
        (Decimal("-0.25"), None, "−0,25"),
    ],
)
def test_numbers_have_a_decimal_comma_and_keep_their_scale(number, places, written):
    assert filters.vn_number(number, places) == written


@given(st.decimals(allow_nan=False, allow_infinity=False, places=4))
def test_a_written_number_reads_back_as_the_same_number(number):
    back = filters.vn_number(number).replace(".", "").replace(",", ".").replace("−", "-")
    assert Decimal(back) == number


def test_file_sizes_are_rounded_as_people_say_them():
    assert filters.file_size(512) == "512 B"
    assert filters.file_size(20 * 1024 * 1024) == "20 MB"


@given(st.datetimes(min_value=datetime(1990, 1, 1), max_value=datetime(2100, 1, 1)))  # noqa: DTZ001 - made aware below
def test_a_datetime_field_reads_back_the_minute_that_it_showed(moment):
    instant = moment.replace(second=0, microsecond=0, tzinfo=UTC)
    assert filters.read_hanoi_input(filters.hanoi_input(instant)) == instant


def test_an_instant_that_was_typed_keeps_its_own_zone_and_is_of_our_time():
    assert filters.typed_instant("2026-11-20T03:00Z") == filters.typed_instant("2026-11-20T10:00")
    for typed in ("0001-01-01T00:00", "9999-12-31T23:59-07:00"):
        with pytest.raises(ValueError, match="Năm phải từ 1900"):
            filters.typed_instant(typed)
    assert filters.typed_instant("hôm qua") == "hôm qua"


@pytest.mark.parametrize(
    ("kept", "written"),
    [
        ("+84912345678", "0912 345 678"),
        ("+842438253453", "024 3825 3453"),
        ("+447911123456", "+44 7911 123456"),
        ("", ""),
        ("+84*****678", "+84*****678"),
        ("7", "7"),
    ],
)
def test_a_telephone_number_is_written_as_people_here_read_it_out(kept, written):
    assert filters.vn_phone(kept) == written


def test_words_inside_a_sentence_lose_only_their_first_capital():
    assert [filters.inside(words) for words in ("Qua UBND xã, phường", "")] == ["qua UBND xã, phường", ""]


def test_an_address_may_break_after_its_sign_and_stays_harmless():
    assert filters.breakable("a<b@thu.example") == "a&lt;b@<wbr>thu.example"
