"""How a search reads Vietnamese: without marks, case, form or place of the tone; and what is shown around a find."""

import unicodedata
from datetime import UTC, datetime
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.submissions.gallery import domain
from services.submissions.people.domain import Account, Kind

Form = Literal["NFC", "NFD", "NFKC", "NFKD"]
_FORMS: list[Form] = ["NFC", "NFD", "NFKC", "NFKD"]
_ONSETS = st.sampled_from(["", "b", "đ", "Đ", "th", "ngh", "H", "qu", "gi", "kh", "TR"])
_TONES = ["", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323"]
_PAIRS = [("o", "a"), ("o", "e"), ("u", "y"), ("u", "ê"), ("i", "a"), ("ư", "a"), ("ơ", "i"), ("â", "u")]


@st.composite
def _placed_twice(draw: st.DrawFn) -> tuple[str, str]:
    """A syllable with its tone on the first and on the second vowel: hòa, hoà."""
    onset, (first, second), tone = draw(_ONSETS), draw(st.sampled_from(_PAIRS)), draw(st.sampled_from(_TONES))
    old, new = f"{onset}{first}{tone}{second}", f"{onset}{first}{second}{tone}"
    return unicodedata.normalize("NFC", old), unicodedata.normalize("NFC", new)


@given(st.lists(_placed_twice(), min_size=1, max_size=6), st.sampled_from(_FORMS))
def test_both_places_of_the_tone_in_any_form_and_case_are_the_same_words(pairs: list[tuple[str, str]], form: Form):
    old, new = " ".join(one for one, _ in pairs), " ".join(other for _, other in pairs)
    decomposed = unicodedata.normalize(form, new)
    assert domain.words(old) == domain.words(decomposed) == domain.words(decomposed.upper())
    bare = "".join(sign for sign in unicodedata.normalize("NFD", old) if not unicodedata.combining(sign))
    assert domain.words(old) == domain.words(bare.replace("đ", "d").replace("Đ", "D"))


@given(st.text(max_size=200))
def test_whatever_is_typed_becomes_words_that_find_the_text_they_came_from(text: str):
    found = domain.sought(text)
    assert set(found.words) <= set(domain.words(text))
    assert all(word in domain.key(text).split() for word in found.words)
    assert "".join(piece for piece, _ in domain.excerpt(text, found)).count("…") <= 2 + text.count("…")
    assert domain.words(" ".join(domain.words(text))) == domain.words(text)


@pytest.mark.parametrize(
    ("typed", "words", "phrases"),
    [
        ("Một Cửa", ["mot", "cua"], []),
        ("“một cửa” Đất", ["mot", "cua", "dat"], [" mot cua "]),
        ('"hộ  tịch" "…"', ["ho", "tich"], [" ho tich "]),
        ("cửa cửa", ["cua"], []),
        ("  –  ", [], []),
    ],
)
def test_quotation_marks_keep_words_together(typed: str, words: list[str], phrases: list[str]):
    assert domain.sought(typed) == domain.Sought(words, phrases)


def test_an_excerpt_begins_near_the_first_find_and_marks_what_was_sought():
    text = " ".join(f"chữ{number}" for number in range(60)) + " Thủ tục hộ tịch, " + "và " * 60
    pieces = domain.excerpt(text, domain.sought("ho tich"))
    shown = "".join(piece for piece, _ in pieces)
    assert shown.startswith("… ")
    assert "Thủ tục hộ tịch, và" in shown
    assert [piece for piece, marked in pieces if marked] == ["hộ", "tịch"]
    assert len(shown) < 400


def _account(*consents: str, **changes: bool) -> Account:
    known = {"id": "a", "name": "A", "name_key": "a", "email": "", "password": "", "kind": Kind.RESIDENT}
    return Account(**known, created_at=datetime(2026, 1, 1, tzinfo=UTC), consents=list(consents), **changes)


def test_everybody_must_agree_to_the_gallery_itself_and_nobody_is_no_agreement():
    yes, other, erased = _account("gallery"), _account("publicity", "news"), _account("gallery", erased=True)
    assert domain.agreed([yes, yes])
    assert not domain.agreed([yes, other])
    assert not domain.agreed([yes, erased])
    assert not domain.agreed([])
