"""Vietnamese text: NFC at every edge, the folded search key, words as people count them, diacritics."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from itertools import filterfalse
from typing import Annotated, TypeVar

from pydantic import BeforeValidator

T = TypeVar("T")
_BLANK, _BREAK, _NOTHING = " ", "\n", None
_TAGS = range(0xE0000, 0xE0080)
# Signs that nobody sees. They would let two texts that read alike be different (words that no search finds, a limit
# that counts what is not there) or, with the directions, let a title read differently from what is stored.
_INVISIBLE: dict[int, str | None] = {0x00A0: _BLANK, 0x200B: _NOTHING}
_INVISIBLE |= dict.fromkeys((0x0B, 0x0C, 0x85, 0x2028, 0x2029), _BREAK)
_INVISIBLE |= dict.fromkeys(
    (code for code in (*range(32), *range(0x7F, 0xA0)) if code not in (9, 10, *_INVISIBLE)), None
)
_INVISIBLE |= dict.fromkeys((0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)), _NOTHING)
_INVISIBLE |= dict.fromkeys((0xAD, 0x034F, 0x180E, 0x200C, 0x200D, *range(0x2060, 0x2065), 0xFEFF), _NOTHING)
_INVISIBLE |= dict.fromkeys((*range(0x206A, 0x2070), *range(0xFFF9, 0xFFFC), *_TAGS), _NOTHING)
_INVISIBLE |= dict.fromkeys((0x115F, 0x1160, 0x17B4, 0x17B5, 0x3164, 0xFFA0), _NOTHING)
# The tags as one range: sign by sign, those beyond the first plane make the search 70 times slower.
_UNSEEN = re.compile(
    "[" + "".join(re.escape(chr(code)) for code in sorted({*_INVISIBLE} - {*_TAGS})) + "\U000e0000-\U000e007f]"
)
_SYLLABLE = re.compile(r"[^\W\d_]+")
_TONES = {"\u0300", "\u0301", "\u0303", "\u0309", "\u0323"}
_TONED = frozenset(
    letter for letter in map(chr, range(0xC0, 0x1EFA)) if not _TONES.isdisjoint(unicodedata.normalize("NFD", letter))
)
# Ð and ð are what some keyboards send for Đ and đ.
_OURS = frozenset("abcdefghijklmnopqrstuvwxyzđð") | {
    unicodedata.normalize("NFC", base + tone) for base in "aăâeêioôơuưy" for tone in ("", *_TONES)
}
OTHER_LETTER = re.compile("[^\\W\\d_" + "".join(sorted({*_OURS, *map(str.upper, _OURS)})) + "]")
"""A letter that Vietnamese is not written with: of Arabic, Greek, or ü."""
_ALPHABET = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
_TONE_ORDER = ("", "\u0300", "\u0309", "\u0303", "\u0301", "\u0323")
_FIRST_LETTER, _BEFORE_ALL = 0x100, "\x01"
"""Behind every sign of ASCII; before every one."""
_ACRONYM_LENGTH = 6
_LONGEST = 7
"""Letters of the longest Vietnamese syllable, nghiêng."""
_WORDS_KEPT = 1 << 14
"""Vietnamese has some seven thousand syllables, so what was found out about a word is worth remembering."""
_LONGEST_KEPT = 64
_BITS = 24
_ONES = (1 << _BITS) - 1


def nfc(text: str) -> str:
    """`text` in NFC, with single line feeds and without invisible signs.

    The rule: a sign that only breaks a line becomes a line feed (carriage return, vertical tab, form feed, next line,
    line and paragraph separator), a no-break space a space; what nobody sees is taken out, never refused: zero width,
    joiners, direction marks, embeddings, overrides and isolates, fillers, tags, controls, soft hyphens. Half a
    surrogate pair is no text and is refused where text comes in (pydantic). No letter is ever changed.
    """
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if _UNSEEN.search(text):
        text = text.translate(_INVISIBLE)
    return text if unicodedata.is_normalized("NFC", text) else unicodedata.normalize("NFC", text)


def one_line(text: str) -> str:
    """`text` in NFC on one line with single blanks."""
    return " ".join(nfc(text).split())


def folded(text: str) -> str:
    """The search key: no marks, đ as d, lower case. Tone placement (hòa, hoà) folds with the marks.

    Nothing invisible is left in it either: no text has such a sign, and MongoDB takes no pattern with a NUL.
    """
    return " ".join(filter(None, map(_folded.__getitem__, text.split())))


class _Remembered(dict[str, T]):
    """What was found out about each word, looked up as in a dict: half as dear as a cache that also counts its hits.

    Long ones are not remembered: thousands of invented words of 100 KB would fill the memory.
    """

    def __init__(self, what: Callable[[str], T]) -> None:
        super().__init__()
        self._what = what

    def __missing__(self, word: str) -> T:
        found = self._what(word)
        if len(word) <= _LONGEST_KEPT:
            if len(self) >= _WORDS_KEPT:
                self.clear()
            self[word] = found
        return found


@_Remembered
def _folded(word: str) -> str:
    bare = unicodedata.normalize("NFD", unicodedata.normalize("NFKC", nfc(word)))
    bare = "".join(filterfalse(unicodedata.combining, bare))
    return " ".join(bare.replace("đ", "d").replace("Đ", "D").casefold().split())


def word_count(text: str) -> int:
    """Words as Word counts them: runs between blanks that hold a letter or a digit."""
    runs = nfc(text).split()
    odd = [run for run in runs if not run.isalnum()]
    return len(runs) - len(odd) + sum(1 for run in odd if any(map(str.isalnum, run)))


@dataclass(frozen=True, slots=True)
class Tally:
    """What a text is made of. Tallies of pieces add up."""

    packed: int = 0
    """Every number below in its own bits, so that one addition adds them all."""

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(self.packed + other.packed)

    def _number(self, place: int) -> int:
        return self.packed >> place * _BITS & _ONES

    @property
    def counted(self) -> int:
        """Syllables that should look Vietnamese."""
        return self._number(0)

    @property
    def marked(self) -> int:
        """Those of them with a Vietnamese mark."""
        return self._number(1)

    @property
    def shares(self) -> tuple[float, float]:
        """The share of them with a mark and the share with a tone, 0 to 1."""
        return self.marked / max(1, self.counted), self._number(2) / max(1, self.counted)

    @property
    def words(self) -> int:
        """As `word_count`."""
        return self._number(3)

    @property
    def letters(self) -> int:
        """Of any script."""
        return self._number(4)

    @property
    def foreign(self) -> int:
        """Letters that Vietnamese is not written with."""
        return self._number(5)


def tally(text: str) -> Tally:
    """Addresses, numbers and short acronyms are no syllables, because official texts are full of them."""
    return Tally(sum(map(_weight.__getitem__, nfc(text).split())))


@_Remembered
def _weight(run: str) -> int:
    """The packed tally of what stands between two blanks."""
    syllables = [] if "@" in run or "://" in run else _SYLLABLE.findall(run)
    short = [one for one in syllables if one.isascii() and one.isupper() and len(one) <= _ACRONYM_LENGTH]
    ours = [one for one in syllables if not one.isascii() and len(one) <= _LONGEST and not OTHER_LETTER.search(one)]
    numbers = (
        len(syllables) - len(short),
        len(ours),
        sum(not _TONED.isdisjoint(one) for one in ours),
        word_count(run),
        sum(map(str.isalpha, run)),
        len(OTHER_LETTER.findall(run)),
    )
    return sum(number << place * _BITS for place, number in enumerate(numbers))


def vietnamese_order(text: str) -> str:
    """A key that sorts as Vietnamese dictionaries do wherever strings are compared sign by sign, as in an index.

    Letters first (a ă â … d đ e ê …), then tones (none, huyền, hỏi, ngã, sắc, nặng); capitals make no difference.
    """
    letters, tones = [], []
    for sign in unicodedata.normalize("NFC", text).lower():
        parts = unicodedata.normalize("NFD", sign)
        tone = next((part for part in parts if part in _TONES), "")
        letter = unicodedata.normalize("NFC", parts.replace(tone, "")) if tone else sign
        letters.append(chr(_FIRST_LETTER + _ALPHABET.index(letter)) if letter in _ALPHABET else letter)
        tones.append(str(_TONE_ORDER.index(tone)))
    return "".join(letters) + _BEFORE_ALL + "".join(tones)


def name_key(full_name: str) -> str:
    """Sort key of a person's name: given name, then family, then middle names."""
    words = full_name.split()
    return " ".join([*words[-1:], *words[:1], *words[1:-1]])


Text = Annotated[str, BeforeValidator(lambda value: nfc(value) if isinstance(value, str) else value)]
"""A pydantic field for running text: NFC, no invisible signs."""

Line = Annotated[str, BeforeValidator(lambda value: one_line(value) if isinstance(value, str) else value)]
"""A pydantic field for one line of text; blanks alone are an empty line."""
