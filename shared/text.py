"""Vietnamese text: NFC at every edge, the folded search key, words as people count them, diacritics."""

import re
import unicodedata
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator

_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad"))
_INVISIBLE[ord("\u00a0")] = ord(" ")
_INVISIBLE |= dict.fromkeys((code for code in range(32) if code not in (9, 10)), None)
# Right-to-left overrides can make a title read differently from what is stored.
_INVISIBLE |= dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)], None)
_RUN = re.compile(r"\S+")
_SYLLABLE = re.compile(r"[^\W\d_]+")
_ADDRESS = re.compile(r"https?://\S+|\S+@\S+")
_TONES = {"\u0300", "\u0301", "\u0303", "\u0309", "\u0323"}
_ACRONYM_LENGTH = 6


def nfc(text: str) -> str:
    """`text` in NFC, with single line feeds and without invisible signs (stack notes, part 5)."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return unicodedata.normalize("NFC", text.translate(_INVISIBLE))


def one_line(text: str) -> str:
    """`text` in NFC on one line with single blanks."""
    return " ".join(nfc(text).split())


def folded(text: str) -> str:
    """The search key: no marks, đ as d, lower case. Tone placement (hòa, hoà) folds with the marks."""
    bare = unicodedata.normalize("NFD", unicodedata.normalize("NFKC", text))
    bare = "".join(sign for sign in bare if not unicodedata.combining(sign))
    return " ".join(bare.replace("đ", "d").replace("Đ", "D").casefold().split())


def word_count(text: str) -> int:
    """Words as Word counts them: runs between blanks that hold a letter or a digit."""
    return sum(1 for run in _RUN.findall(nfc(text)) if any(sign.isalnum() for sign in run))


def _marked(syllable: str) -> bool:
    return any(not sign.isascii() for sign in syllable)


def _toned(syllable: str) -> bool:
    return any(sign in _TONES for sign in unicodedata.normalize("NFD", syllable))


def diacritics(text: str) -> tuple[int, float, float]:
    """Counted syllables, the share that carries a Vietnamese mark and the share that carries a tone.

    Addresses, numbers and short acronyms are left out, because official texts are full of them.
    """
    syllables = [
        syllable
        for syllable in _SYLLABLE.findall(_ADDRESS.sub(" ", nfc(text)))
        if not (syllable.isascii() and syllable.isupper() and len(syllable) <= _ACRONYM_LENGTH)
    ]
    if not syllables:
        return 0, 0.0, 0.0
    total = len(syllables)
    return total, sum(map(_marked, syllables)) / total, sum(map(_toned, syllables)) / total


def name_key(full_name: str) -> str:
    """Sort key of a person's name: given name, then family, then middle names."""
    words = full_name.split()
    return " ".join([*words[-1:], *words[:1], *words[1:-1]])


Text = Annotated[str, BeforeValidator(lambda value: nfc(value) if isinstance(value, str) else value)]
"""A pydantic field for running text: NFC, no invisible signs."""

Line = Annotated[str, AfterValidator(one_line)]
"""A pydantic field for one line of text."""
