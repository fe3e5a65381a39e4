"""Old and mistaken encodings in typed text: what was found, with numbers, and what the text would be. Pure.

A legacy font stores other signs than it shows, so the proof is Vietnamese itself: a line is taken for encoded when its
odd words are hardly ever Vietnamese syllables as they stand, and nearly always are after conversion.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator
from enum import StrEnum

from pydantic import BaseModel

from shared.text import nfc

RULE = "enc-2026.1"
"""Names the thresholds below; a suspicion keeps it, so that an old verdict can still be explained."""
_ENOUGH_AFTER, _AT_MOST_BEFORE, _LEAST_WORDS = 0.8, 0.5, 2
_TURNS = 3
_ODD = re.compile(
    "[\x80-\xbf\xc4-\xc7\xcb\xce-\xd1\xd6-\xd8\xdb\xdc\xde\xdf\xe4-\xe7\xeb\xee-\xf1\xf6-\xf8\xfb\xfc\xfe\xff]"
)
"""Signs of Latin-1 that Vietnamese is not written with; without any of them nothing more is looked at."""
_HIGH = re.compile("[^\x00-\x7f]+")
_BLANKS = re.compile(r"([ \t\n]+)")
_KEPT = {code: 0x10FF00 + code for code in (*range(0x80, 0xA1), 0xAD)}
"""Stand-ins for signs that are letters here and nothing anywhere else."""
_BACK = {there: here for here, there in _KEPT.items()}
_ACUTE, _GRAVE, _HOOK, _TILDE, _DOT = "\u0301", "\u0300", "\u0309", "\u0303", "\u0323"


class Kind(StrEnum):
    """How the text was written or read."""

    TCVN3 = "tcvn3"
    VNI = "vni"
    MISREAD = "misread"


WORDS = {
    Kind.TCVN3: "phông chữ cũ TCVN3 (ABC, .VnTime)",
    Kind.VNI: "phông chữ cũ VNI",
    Kind.MISREAD: "chữ Unicode bị đọc sai bảng mã",
}


class Suspicion(BaseModel):
    """Odd words of a text, and the shares of them that are Vietnamese as they stand and after conversion (0 to 1)."""

    rule: str = RULE
    kind: Kind
    lines: list[int]
    """Numbers, from 1, of the paragraphs that are not empty."""
    words: int
    before: float
    after: float

    @property
    def in_words(self) -> str:
        """The verdict for people."""
        return WORDS[self.kind]


class Offer(BaseModel):
    """What the text would be."""

    suspicion: Suspicion
    text: str


def tidy(text: str) -> str:
    """`shared.text.nfc`, except that encoded text keeps the signs that stand for letters: U+00AD is ư in TCVN3."""
    if _ODD.search(text) and offer(kept := nfc(text.translate(_KEPT)).translate(_BACK)):
        return kept
    return nfc(text)


def tidy_line(text: str) -> str:
    """`tidy` on one line with single blanks."""
    return _BLANKS.sub(" ", tidy(text)).strip(" ")


def detect(text: str) -> Suspicion | None:
    """What speaks for an old or mistaken encoding. None for ordinary text."""
    found = offer(text)
    return found.suspicion if found else None


def offer(text: str) -> Offer | None:
    """The text as it was meant, when it is in an old or mistaken encoding. Only the lines concerned are changed."""
    if not _ODD.search(text):
        return None
    lines = text.split("\n")
    tried = [one for kind in Kind if (one := _try(kind, lines))]
    return max(tried, key=lambda one: one.suspicion.words * (one.suspicion.after - one.suspicion.before), default=None)


def _try(kind: Kind, lines: list[str]) -> Offer | None:
    converted = [_CONVERT[kind](line) if _ODD.search(line) else line for line in lines]
    scores = [_score(*both) for both in zip(lines, converted, strict=True)]
    sure = [score for score in scores if score.sure(kind)]
    if not sure:
        return None
    # Beside a line that is sure, a short heading in the same font is taken on less proof.
    taken = [score.sure(kind) or score.better for score in scores]
    chosen = [score for score, take in zip(scores, taken, strict=True) if take]
    words = sum(score.words for score in chosen)
    numbers = [number for number, take in _numbered(lines, taken) if take]
    suspicion = Suspicion(
        kind=kind,
        lines=numbers,
        words=words,
        before=round(sum(score.before for score in chosen) / words, 3),
        after=round(sum(score.after for score in chosen) / words, 3),
    )
    text = "\n".join(there if take else here for here, there, take in zip(lines, converted, taken, strict=True))
    return Offer(suspicion=suspicion, text=nfc(text))


def _numbered(lines: list[str], taken: list[bool]) -> Iterator[tuple[int, bool]]:
    return enumerate((take for line, take in zip(lines, taken, strict=True) if line.strip()), 1)


class _Score(BaseModel):
    """How many words a conversion changes, and how many of these are Vietnamese before and after."""

    words: int = 0
    before: int = 0
    after: int = 0

    @property
    def better(self) -> bool:
        return self.after > self.before and self.after >= self.words * _ENOUGH_AFTER

    def sure(self, kind: Kind) -> bool:
        least = 1 if kind is Kind.MISREAD else _LEAST_WORDS
        return self.words >= least and self.better and self.before <= self.words * _AT_MOST_BEFORE


def _score(line: str, converted: str) -> _Score:
    score = _Score()
    if line == converted:
        return score
    pairs = zip(_BLANKS.split(line), _BLANKS.split(converted), strict=True)
    for one, other in {(one, other) for one, other in pairs if one != other}:
        score.words += 1
        score.before += is_vietnamese(one)
        score.after += is_vietnamese(other)
    return score


def _from_tcvn3(line: str) -> str:
    """Capitals of this font lie in another font with the same codes: a line of capitals is known by its ASCII words."""
    made = line.translate(_TCVN3)
    bare = [re.sub("[^A-Za-z]", "", word) for word in line.split()]
    telling = [word for word in bare if len(word) > 1]
    return made.upper() if telling and all(map(str.isupper, telling)) else made


def _from_vni(line: str) -> str:
    def letter(found: re.Match[str]) -> str:
        made = _VNI[found[0].lower()]
        return made.upper() if found[0][0].isupper() else made

    return _VNI_SIGNS.sub(letter, line)


def _from_misread(line: str) -> str:
    """Bytes read as cp1252, Latin-1 or cp1258, perhaps more than once."""
    for _ in range(_TURNS):
        again = _HIGH.sub(_decoded, line)
        if again == line:
            break
        line = again
    return line


def _decoded(found: re.Match[str]) -> str:
    """A run of signs as UTF-8, where all of it is; what cannot be a byte stands between such runs."""
    return "".join(map(_as_utf8, _BYTE_RUNS.split(found[0])))


def _as_utf8(signs: str) -> str:
    try:
        return bytes(_BYTES[sign] for sign in signs).decode() if signs else ""
    except (KeyError, UnicodeDecodeError):
        return signs


# TCVN 5712:1993, VN3 (the small letters with tones and Ă Â Ê Ô Ơ Ư Đ), as cp1252 shows its codes.
_TCVN3 = str.maketrans(
    "\xa1\xa2\xa3\xa4\xa5\xa6\xa7\xa8\xa9\xaa\xab\xac\xad\xae\xb5\xb6\xb7\xb8\xb9\xbb\xbc\xbd\xbe\xc6\xc7\xc8\xc9\xca\xcb\xcc\xce\xcf\xd0\xd1\xd2\xd3\xd4"
    "\xd5\xd6\xd7\xd8\xdc\xdd\xde\xdf\xe1\xe2\xe3\xe4\xe5\xe6\xe7\xe8\xe9\xea\xeb\xec\xed\xee\xef\xf1\xf2\xf3\xf4\xf5\xf6\xf7\xf8\xf9\xfa\xfb\xfc\xfd\xfe",
    "ĂÂÊÔƠƯĐăâêôơưđàảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵ",
)


def _vni() -> Iterator[tuple[str, str]]:
    """VNI for Windows: a letter and a sign after it; ơ ư đ ỵ and the i with tones are one sign."""
    tones = {"ù": _ACUTE, "ø": _GRAVE, "û": _HOOK, "õ": _TILDE, "ï": _DOT}
    hats = {"â": "", "á": _ACUTE, "à": _GRAVE, "å": _HOOK, "ã": _TILDE, "ä": _DOT}
    bows = {"ê": "", "é": _ACUTE, "è": _GRAVE, "ú": _HOOK, "ü": _TILDE, "ë": _DOT}
    alone = dict(zip("ôöíìæóòîñ", "ơưíìỉĩịỵđ", strict=True))
    yield from alone.items()
    for letters, mark, signs in (("aeouyôö", "", tones), ("aeo", "\u0302", hats), ("a", "\u0306", bows)):
        for letter in letters:
            for sign, tone in signs.items():
                yield letter + sign, unicodedata.normalize("NFC", alone.get(letter, letter) + mark + tone)


_VNI = dict(_vni())
_VNI_SIGNS = re.compile("|".join(sorted(_VNI, key=len, reverse=True)), re.IGNORECASE)
_BYTES = {chr(code): code for code in range(0x80, 0x100)} | {
    bytes([code]).decode(table, "ignore"): code for table in ("cp1252", "cp1258") for code in range(0x80, 0x100)
}
_BYTES.pop("", None)
_BYTE_RUNS = re.compile(f"([{re.escape(''.join(_BYTES))}]+)")
_CONVERT: dict[Kind, Callable[[str], str]] = {
    Kind.TCVN3: _from_tcvn3,
    Kind.VNI: _from_vni,
    Kind.MISREAD: _from_misread,
}

_TONE = re.compile("[\u0300\u0301\u0303\u0309\u0323]")
_ONSET = "(?:ngh?|nh|gh|gi|g|kh|k|ch|c|ph|p|qu|th|tr|t|[bdđhlmnrsvx])?"
_OPEN = (
    "iêu|yêu|oai|oao|oay|oeo|uây|uôi|ươi|ươu|uya|uyu|ai|ao|au|ay|âu|ây|eo|êu|ia|iu|ya|oa|oe|oi|ôi|ơi|ua|ui|uê|uơ|uy|"
    "ưa|ưi|ưu|[aeêioôơuưyâă]"
)
_CLOSED = "uyê|iê|yê|oa|oă|oe|oo|uâ|uê|uô|uy|ươ|[aăâeêioôơuưy]"
_SYLLABLE = re.compile(f"{_ONSET}(?:(?:{_OPEN})|(?:{_CLOSED})(?P<coda>ch|nh|ng|[cmnpt]))")
_EDGES = " .,;:!?…()[]{}\"'“”‘’«»–—-/%*+=&#@<>|•·\u00a0"
_PARTS = re.compile(r"[-/.,–—()+&]+")


def is_vietnamese(run: str) -> bool:
    """Whether a run between blanks is made of Vietnamese syllables, ASCII words and numbers."""
    return all(_plausible(part) for part in _PARTS.split(run.strip(_EDGES)))


def _plausible(word: str) -> bool:
    if word.isascii():
        return True
    if not (word.islower() or word.isupper() or (word[0].isupper() and word[1:].islower())):
        return False
    parts = unicodedata.normalize("NFD", word.lower())
    tones = _TONE.findall(parts)
    found = _SYLLABLE.fullmatch(unicodedata.normalize("NFC", _TONE.sub("", parts)))
    if found is None or len(tones) > 1:
        return False
    stopped = found["coda"] in ("c", "ch", "p", "t")
    return not stopped or tones in (["\u0301"], ["\u0323"])
