"""Vietnamese text: normal form, the search key, words, Tally, tally, names."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared import text
from shared.text import Tally, folded, name_key, nfc, one_line, tally, vietnamese_order, word_count

SENTENCE = "Rút ngắn thời gian giải quyết thủ tục đăng ký khai sinh tại bộ phận một cửa của phường"


@given(st.text())
def test_normalising_twice_changes_nothing_more(text: str) -> None:
    assert nfc(nfc(text)) == nfc(text)


def test_decomposed_input_becomes_the_composed_text() -> None:
    assert nfc(unicodedata.normalize("NFD", SENTENCE)) == SENTENCE


@pytest.mark.parametrize("hidden", ["\u200b", "\u00ad", "\ufeff", "\u202e", "\u2066", "\x00", "\x1b"])
def test_signs_that_nobody_sees_are_taken_out(hidden: str) -> None:
    assert nfc(f"sáng{hidden} kiến") == "sáng kiến"


def test_line_ends_are_kept_and_alike() -> None:
    assert nfc("một\r\nhai\rba") == "một\nhai\nba"
    assert one_line("  một \n hai\u00a0 ba ") == "một hai ba"


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("dat dai", "đất đai"),
        ("DUONG DEN", "Đường đến"),
        ("thuy", "thuỷ"),
        ("hoa", "hòa"),
        ("ha noi", unicodedata.normalize("NFD", "Hà Nội")),
    ],
)
def test_search_finds_text_without_its_marks_whatever_their_form(typed: str, stored: str) -> None:
    assert folded(typed) == folded(stored)


def test_both_tone_placements_have_one_key() -> None:
    assert folded("hòa thủy") == folded("hoà thuỷ")
    assert folded("một\x00 c\u200bửa") == "mot cua"


def test_words_are_runs_that_hold_a_letter_or_a_digit() -> None:
    assert word_count("Một cửa – 24/7, “nhanh” … 100 %") == 5
    assert word_count(unicodedata.normalize("NFD", SENTENCE)) == word_count(SENTENCE) == 19
    assert word_count(" \n ") == 0


def test_marked_and_toned_shares_tell_full_stripped_and_half_written_text_apart() -> None:
    stripped = "".join(sign for sign in unicodedata.normalize("NFD", SENTENCE) if not unicodedata.combining(sign))
    marked, toned = tally(SENTENCE).shares
    assert tally(SENTENCE).counted == 19
    assert marked > 0.8
    assert toned > 0.6
    assert tally(stripped.replace("đ", "d")).shares == (0.0, 0.0)


def test_acronyms_addresses_and_numbers_do_not_count_as_unmarked_words() -> None:
    assert tally("UBND TTHC https://dichvucong.example a@b.example 2019").counted == 0
    assert tally("").shares == (0.0, 0.0)


@given(st.lists(st.sampled_from([SENTENCE, "khong dau", "UBND", "https://a.example/x", "", "a@b.example"])))
def test_tallies_of_paragraphs_add_up_to_that_of_the_text(paragraphs: list[str]) -> None:
    assert sum(map(tally, paragraphs), Tally()) == tally("\n".join(paragraphs))


def test_people_sort_by_given_name_then_family_then_middle() -> None:
    names = ["Lê Hồng Sơn", "Nguyễn Văn An", "Bùi Thị An"]
    assert sorted(names, key=name_key) == ["Bùi Thị An", "Nguyễn Văn An", "Lê Hồng Sơn"]


def test_letters_sort_as_in_a_dictionary_and_tones_after_them():
    words = [
        "an",
        "àn",
        "ản",
        "ãn",
        "án",
        "ạn",
        "an-bình",
        "ánh",
        "ăn",
        "ân",
        "da",
        "đa",
        "ổi",
        "ôn",
        "ơn",
        "ưu",
        "ý",
        "z",
    ]
    assert sorted(sorted(words), key=vietnamese_order) == words
    assert vietnamese_order("ĐÁ") == vietnamese_order("đá")


def test_no_more_words_are_remembered_than_a_language_has() -> None:
    many = " ".join(f"Đ{number}" for number in range(text._WORDS_KEPT + 10))
    assert folded(many) == many.lower().replace("đ", "d")
    assert tally(many).words == text._WORDS_KEPT + 10
    assert 0 < len(text._folded) <= text._WORDS_KEPT
    assert 0 < len(text._weight) <= text._WORDS_KEPT


def test_an_endless_word_is_read_and_not_remembered():
    kept = len(text._folded), len(text._weight)
    endless = "Đ" * 100_000
    assert (folded(endless), tally(endless).counted) == ("d" * 100_000, 1)
    assert (len(text._folded), len(text._weight)) == kept
