"""Vietnamese text: NFC at every edge, the folded search key, words as people count them, diacritics."""

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from itertools import filterfalse
from typing import Annotated

from pydantic import BeforeValidator

_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad"))
_INVISIBLE[ord("\u00a0")] = ord(" ")
_INVISIBLE |= dict.fromkeys((code for code in range(32) if code not in (9, 10)), None)
# Right-to-left overrides can make a title read differently from what is stored.
_INVISIBLE |= dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)], None)
_UNSEEN = re.compile("[" + "".join(map(re.escape, map(chr, sorted(_INVISIBLE)))) + "]")
_SYLLABLE = re.compile(r"[^\W\d_]+")
_ADDRESS = re.compile(r"https?://\S+|\S+@\S+")
_TONES = {"\u0300", "\u0301", "\u0303", "\u0309", "\u0323"}
_TONED = frozenset(
    letter for letter in map(chr, range(0xC0, 0x1EFA)) if not _TONES.isdisjoint(unicodedata.normalize("NFD", letter))
)
_ACRONYM_LENGTH = 6


def nfc(text: str) -> str:
    """`text` in NFC, with single line feeds and without invisible signs (stack notes, part 5)."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if _UNSEEN.search(text):
        text = text.translate(_INVISIBLE)
    return text if unicodedata.is_normalized("NFC", text) else unicodedata.normalize("NFC", text)


def one_line(text: str) -> str:
    """`text` in NFC on one line with single blanks."""
    return " ".join(nfc(text).split())


def folded(text: str) -> str:
    """The search key: no marks, đ as d, lower case. Tone placement (hòa, hoà) folds with the marks."""
    bare = unicodedata.normalize("NFD", unicodedata.normalize("NFKC", text))
    bare = "".join(filterfalse(unicodedata.combining, bare))
    return " ".join(bare.replace("đ", "d").replace("Đ", "D").casefold().split())


def word_count(text: str) -> int:
    """Words as Word counts them: runs between blanks that hold a letter or a digit."""
    return sum(1 for run in nfc(text).split() if run[0].isalnum() or any(map(str.isalnum, run)))


@dataclass(frozen=True, slots=True)
class Tally:
    """Syllables of a text, how many of them carry a Vietnamese mark, how many a tone. Tallies of pieces add up."""

    counted: int = 0
    marked: int = 0
    toned: int = 0

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(self.counted + other.counted, self.marked + other.marked, self.toned + other.toned)

    @property
    def shares(self) -> tuple[float, float]:
        """The share with a mark and the share with a tone, 0 to 1."""
        return self.marked / max(1, self.counted), self.toned / max(1, self.counted)


def tally(text: str) -> Tally:
    """Addresses, numbers and short acronyms are left out, because official texts are full of them."""
    text = nfc(text)
    if "@" in text or "://" in text:
        text = _ADDRESS.sub(" ", text)
    counted = marked = toned = 0
    for syllable, times in Counter(_SYLLABLE.findall(text)).items():
        if not syllable.isascii():
            marked += times
            toned += 0 if _TONED.isdisjoint(syllable) else times
        elif syllable.isupper() and len(syllable) <= _ACRONYM_LENGTH:
            continue
        counted += times
    return Tally(counted, marked, toned)


def name_key(full_name: str) -> str:
    """Sort key of a person's name: given name, then family, then middle names."""
    words = full_name.split()
    return " ".join([*words[-1:], *words[:1], *words[1:-1]])


Text = Annotated[str, BeforeValidator(lambda value: nfc(value) if isinstance(value, str) else value)]
"""A pydantic field for running text: NFC, no invisible signs."""

Line = Annotated[str, BeforeValidator(lambda value: one_line(value) if isinstance(value, str) else value)]
"""A pydantic field for one line of text; blanks alone are an empty line."""
