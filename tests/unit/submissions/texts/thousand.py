"""A thousand texts as people, programs and mischief send them, each with what the gate must say of it."""

import random
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import filterfalse

from deploy.demo import load
from services.submissions.marks.domain import Verdict
from shared.text import folded
from tests.unit.submissions.encodings.writing import misread, tcvn3, vni

_MARKS = "\u0300\u0301\u0303\u0309\u0323"
_UNSEEN = "\u200b\u200c\u200d\u2060\ufeff\u00ad\u034f\u180e\u2063\U000e0061\u3164"
_DIRECTIONS = "\u202a\u202b\u202d\u202e\u202c\u2066\u2067\u2068\u2069\u200e\u200f\u061c"
_CONTROLS = "\x00\x01\x07\x08\x1b\x7f\x84\x9f"
_ARABIC = "يجب على المواطنين إحضار جميع الوثائق المطلوبة إلى المكتب قبل الموعد المحدد حتى يتم فحصها"
_HEBREW = "על האזרחים להביא את כל המסמכים הנדרשים למשרד לפני המועד שנקבע כדי שייבדקו"
_ENGLISH = "the office is open to the public and the forms that are needed for the permit can be found in the hall"
_CHINESE = "市民在前往办事处之前应准备好所有必需的文件以便工作人员进行检查"


@dataclass(frozen=True)
class Case:
    """What is sent; the verdict, or None when it is refused where it comes in; what is kept, when that is known."""

    kind: str
    sent: str
    verdict: Verdict | None
    kept: str | None = None
    converted: str | None = None


def _toneless(text: str) -> str:
    signs = filterfalse(_MARKS.__contains__, unicodedata.normalize("NFD", text))
    return unicodedata.normalize("NFC", "".join(signs))


def _every_second(text: str) -> str:
    return " ".join(folded(word) if place % 2 else word for place, word in enumerate(text.split()))


def _sprinkled(chance: random.Random, text: str, signs: str) -> str:
    return "".join(sign + (chance.choice(signs) if chance.random() < 0.3 else "") for sign in text)


def _sentences() -> list[str]:
    texts = [text for entry in load.load().clean_entries for text in entry.parts.values()]
    return [one.strip() + "." for text in texts for one in text.replace("\n", " ").split(". ") if len(one.split()) > 8]


def cases() -> Iterator[Case]:
    """Always the same thousand."""
    chance, sentences = random.Random(34), _sentences()
    for kind, times, make in _kinds(chance):
        for _ in range(times):
            yield make(kind, unicodedata.normalize("NFC", " ".join(chance.sample(sentences, 6))))


def _kinds(chance: random.Random) -> list[tuple[str, int, Callable[[str, str], Case]]]:
    def unharmed(send: Callable[[str], str]) -> Callable[[str, str], Case]:
        return lambda kind, text: Case(kind, send(text), Verdict.FINE, kept=text)

    def called(verdict: Verdict | None, send: Callable[[str], str]) -> Callable[[str, str], Case]:
        return lambda kind, text: Case(kind, send(text), verdict)

    def encoded(send: Callable[[str], str]) -> Callable[[str, str], Case]:
        return lambda kind, text: Case(kind, send(text.lower()), Verdict.ENCODED, converted=text.lower())

    def shuffled(text: str) -> Callable[[str], str]:
        return lambda _: " ".join(chance.sample(text.split() * 3, 3 * len(text.split())))

    return [
        ("nfc", 90, unharmed(str)),
        ("nfd", 90, unharmed(lambda text: unicodedata.normalize("NFD", text))),
        ("unseen", 90, unharmed(lambda text: _sprinkled(chance, text, _UNSEEN))),
        ("directions", 90, unharmed(lambda text: _sprinkled(chance, text, _DIRECTIONS))),
        ("controls", 70, unharmed(lambda text: _sprinkled(chance, text, _CONTROLS))),
        ("stripped", 100, called(Verdict.STRIPPED, folded)),
        ("half", 50, called(Verdict.PARTIAL, _every_second)),
        ("toneless", 50, called(Verdict.TONELESS, _toneless)),
        ("arabic", 40, called(Verdict.FOREIGN, shuffled(_ARABIC))),
        ("hebrew", 30, called(Verdict.FOREIGN, shuffled(_HEBREW))),
        ("english", 30, called(Verdict.FOREIGN, shuffled(_ENGLISH))),
        ("chinese", 20, called(Verdict.FOREIGN, lambda _: _CHINESE * chance.randint(8, 30))),
        ("tcvn3", 80, encoded(tcvn3)),
        ("vni", 60, encoded(vni)),
        ("misread", 60, encoded(lambda text: misread(text, chance.choice(("cp1252", "latin-1", "cp1258"))))),
        ("misread twice", 20, encoded(lambda text: misread(misread(text)))),
        ("half a pair", 20, called(None, lambda text: text + chr(chance.randint(0xD800, 0xDFFF)))),
        ("1 MB word", 10, called(None, lambda _: chance.choice("ngườiéñđaTỷ") * 1_000_000)),
    ]
