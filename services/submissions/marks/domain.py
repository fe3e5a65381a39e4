"""The share of marked and of toned syllables, and the verdict. The thresholds were measured on real plans (five seeds)."""

from collections.abc import Iterator, Sequence
from enum import StrEnum

from pydantic import BaseModel

from services.submissions.encodings import domain as encodings
from shared.text import Tally, folded, tally

RULE = "vi-2026.2"
"""Names the thresholds below; a reading keeps it, so that an old verdict can still be explained."""
_WHOLE_TEXT, _PARAGRAPH, _SHORTEST, _TITLE = 100, 30, 20, 5
_STRIPPED, _PARTIAL, _PARTIAL_SHORT = 0.30, 0.65, 0.55
_MARKED_ENOUGH, _TONED_ENOUGH, _TONED_OF_MARKED = 0.45, 0.35, 0.6
_FOREIGN_SHARE, _FOREIGN_LETTERS = 0.04, 0.3
_LONGEST_SYLLABLE = 7
_OURS = frozenset(["va", "cua", "cac", "cho", "duoc", "khong", "mot", "nguoi", "trong", "voi"])
_THEIRS = frozenset(["the", "of", "and", "to", "in", "is", "for", "that", "with", "are"])


class Verdict(StrEnum):
    """What the numbers say."""

    FINE = "fine"
    SHORT = "short"
    STRIPPED = "stripped"
    PARTIAL = "partial"
    TONELESS = "toneless"
    FOREIGN = "foreign"
    ENCODED = "encoded"


WORDS = {
    Verdict.FINE: "Có dấu đầy đủ",
    Verdict.SHORT: "Quá ngắn để kết luận",
    Verdict.STRIPPED: "Viết không dấu",
    Verdict.PARTIAL: "Một phần không dấu",
    Verdict.TONELESS: "Thiếu dấu thanh",
    Verdict.FOREIGN: "Có thể không phải tiếng Việt",
    Verdict.ENCODED: "Chữ ở bảng mã cũ hoặc bị đọc sai",
}


class Reading(BaseModel):
    """The numbers of one text: words, syllables counted, the shares with a mark and with a tone (0 to 1)."""

    rule: str = RULE
    words: int
    counted: int
    marked: float
    toned: float
    verdict: Verdict

    @property
    def doubtful(self) -> bool:
        """Whether a person should look."""
        return self.verdict not in (Verdict.FINE, Verdict.SHORT)

    @property
    def in_words(self) -> str:
        """The verdict for people."""
        return WORDS[self.verdict]


def read(text: str) -> Reading:
    """The reading of running text (Kế hoạch 34/KH-UBND 2019, III.2: "tiếng Việt có dấu")."""
    return running(text, tally(text), encoded=encodings.detect(text) is not None)


def read_title(text: str) -> Reading:
    """The reading of a title: only one without any mark is doubtful, because titles are short."""
    return title(text, encoded=encodings.detect(text) is not None)


def title(text: str, *, encoded: bool) -> Reading:
    """`read_title` where the encoding is known."""
    found = tally(text)
    if encoded:
        verdict = Verdict.ENCODED
    elif _foreign_letters(found):
        verdict = Verdict.FOREIGN
    else:
        verdict = Verdict.SHORT if found.counted < _TITLE else Verdict.FINE if found.marked else Verdict.STRIPPED
    return _reading(found, verdict)


def paragraphs(text: str) -> list[str]:
    """The lines that say something."""
    return [line for line in text.split("\n") if line.strip()]


def doubtful(paragraphs: Sequence[Tally]) -> Iterator[int]:
    """Numbers, from 1, of those long enough and with too few marks: they look pasted from elsewhere."""
    for number, found in enumerate(paragraphs, 1):
        if found.counted >= _PARAGRAPH and found.shares[0] < _PARTIAL_SHORT:
            yield number


def running(text: str, found: Tally, *, encoded: bool) -> Reading:
    """`read` where tally and encoding are known."""
    if encoded:
        verdict = Verdict.ENCODED
    elif found.counted < _SHORTEST and found.letters <= _SHORTEST * _LONGEST_SYLLABLE:
        verdict = Verdict.SHORT
    else:
        verdict = _verdict(text, found)
    return _reading(found, verdict)


def _verdict(text: str, found: Tally) -> Verdict:
    marked, toned = found.shares
    if _foreign_letters(found):
        return Verdict.FOREIGN
    if marked >= _MARKED_ENOUGH and toned < min(_TONED_ENOUGH, marked * _TONED_OF_MARKED):
        return Verdict.TONELESS
    if marked >= (_PARTIAL if found.counted >= _WHOLE_TEXT else _PARTIAL_SHORT):
        return Verdict.FINE
    if _looks_foreign(text):
        return Verdict.FOREIGN
    return Verdict.STRIPPED if marked < _STRIPPED else Verdict.PARTIAL


def _foreign_letters(found: Tally) -> bool:
    """Another script, whatever stands between its words."""
    return bool(found.foreign) and found.foreign >= found.letters * _FOREIGN_LETTERS


def _looks_foreign(text: str) -> bool:
    words = folded(text).split()
    theirs = sum(word in _THEIRS for word in words)
    return theirs > sum(word in _OURS for word in words) and theirs / max(1, len(words)) >= _FOREIGN_SHARE


def _reading(found: Tally, verdict: Verdict) -> Reading:
    marked, toned = found.shares
    return Reading(
        words=found.words, counted=found.counted, marked=round(marked, 3), toned=round(toned, 3), verdict=verdict
    )
