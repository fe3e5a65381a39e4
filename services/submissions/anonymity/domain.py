"""Finding an author in a text and saying exactly which words must go. Pure."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum
from functools import lru_cache
from itertools import count, pairwise

from pydantic import BaseModel

from services.submissions.eligibility.domain import Entrant
from services.submissions.people.domain import Account
from services.submissions.rules.domain import Rules
from services.submissions.texts.domain import Words
from shared.errors import Invalid
from shared.text import folded

_WORD = re.compile(r"\w+")
_WITHIN_A_NAME = re.compile(r"[\s_-]+")
_NUMBER = re.compile(r"(?<![\w+])(?:\+?84|0)(?:[ .-]?\d){9,10}(?![\w])")
_TONES = frozenset("\u0300\u0301\u0303\u0309\u0323")
_OF_EFFECTS = ("amount", "unit", "basis")
_SURE_WITHOUT_MARKS = 3
"""A name of so many words is recognised without its marks; a shorter one is also an ordinary phrase."""


class Kind(StrEnum):
    """What of an author was found."""

    NAME = "name"
    EMAIL = "email"
    PHONE = "phone"
    UNIT = "unit"


IN_WORDS = {
    Kind.NAME: "tên tác giả",
    Kind.EMAIL: "địa chỉ thư của tác giả",
    Kind.PHONE: "số điện thoại của tác giả",
    Kind.UNIT: "tên đơn vị của tác giả",
}


class GivesAway(Invalid):
    """The text names its author; each error says which words must go. A unit alone is no reason."""

    code = "author_named"
    message = (
        "Bài chưa nộp được vì có chỗ cho biết ai là tác giả. Hãy bỏ những chữ được nêu; nội dung đã lưu còn nguyên."
    )


class Trace(BaseModel):
    """`words` as they stand in the text of `field`, from `start` up to `end`."""

    field: str
    kind: Kind
    words: str
    start: int
    end: int

    @property
    def forbidden(self) -> bool:
        """Whether it keeps the entry from being handed in."""
        return self.kind is not Kind.UNIT

    @property
    def in_words(self) -> str:
        """What it is."""
        return IN_WORDS[self.kind]


class Piece(BaseModel):
    """A stretch of a text; with `trace` it is to be shown as a finding."""

    text: str
    trace: Trace | None = None


class Reading(BaseModel):
    """What was found in an entry, and its texts cut up for showing it."""

    traces: list[Trace] = []
    pieces: dict[str, list[Piece]] = {}

    @property
    def forbidden(self) -> list[Trace]:
        """What must go."""
        return [trace for trace in self.traces if trace.forbidden]

    @property
    def units(self) -> list[Trace]:
        """What may be left in, and is told to the author and the secretary."""
        return [trace for trace in self.traces if not trace.forbidden]

    def paragraphs(self, field: str) -> list[tuple[int, list[Piece]]]:
        """The pieces of a field line by line, with the numbers from 1 of those lines that are not empty, else 0."""
        lines: list[list[Piece]] = [[]]
        for piece in self.pieces[field]:
            first, *more = piece.text.split("\n")
            lines[-1].append(piece.model_copy(update={"text": first}))
            lines += [[piece.model_copy(update={"text": text})] for text in more]
        counted = count(1)
        return [(next(counted) if any(piece.text.strip() for piece in line) else 0, line) for line in lines]


def read(words: Words, authors: Sequence[Entrant]) -> Reading:
    """Everything in title, parts and effects that points at an author."""
    texts = words.prose()
    found = {field: _apart(_traces(field, text, authors)) for field, text in texts.items()}
    pieces = {field: list(_pieces(text, found[field])) for field, text in texts.items()}
    return Reading(traces=[trace for traces in found.values() for trace in traces], pieces=pieces)


def check(words: Words, rules: Rules, authors: Sequence[Entrant]) -> None:
    """Raises GivesAway with every place."""
    titles = {"title": "Tên sáng kiến"} | {f"parts.{part.id}": part.title for part in rules.parts}
    titles |= {f"effects.{at}.{name}": f"Hiệu quả {at + 1}" for at in range(len(words.effects)) for name in _OF_EFFECTS}
    errors = [
        {
            "code": f"{trace.kind.value}_in_text",
            "field": trace.field,
            "text": f"Hãy bỏ “{trace.words}” khỏi mục “{titles.get(trace.field, trace.field)}”: đó là {trace.in_words}, "
            "giám khảo chấm kín không được biết.",
        }
        for trace in read(words, authors).forbidden
    ]
    if errors:
        raise GivesAway(errors)


def _traces(field: str, text: str, authors: Iterable[Entrant]) -> Iterator[Trace]:
    bare = folded(text)
    for entrant in authors:
        author = entrant.account
        places = [(Kind.NAME, place) for name in _names(author) for place in _phrases(text, bare, name)]
        places += [(Kind.EMAIL, place) for place in _addresses(text, author.email)]
        places += [(Kind.PHONE, place) for place in _numbers(text, author.phone)]
        places += [(Kind.UNIT, place) for unit in _units(entrant) for place in _phrases(text, bare, unit)]
        for kind, (start, end) in places:
            yield Trace(field=field, kind=kind, words=text[start:end], start=start, end=end)


def _names(author: Account) -> list[str]:
    return [name for name in (author.name, author.representative) if name]


def _units(entrant: Entrant) -> set[str]:
    """As they are called now and were called then. An organisation's own name is a name already."""
    known = {unit.name for unit in (*entrant.standing, *([entrant.unit] if entrant.unit else []))}
    return known - {entrant.account.name}


def _phrases(text: str, bare: str, phrase: str) -> Iterator[tuple[int, int]]:
    """Where all words of `phrase` follow one another, whatever their capitals and the place of a tone.

    `bare` is the folded text: most texts name nobody, and it shows that at a glance.
    """
    wanted = _WORD.findall(phrase)
    if len(wanted) < 2 or not _glance(phrase).search(bare):  # noqa: PLR2004 - one word alone is an ordinary word too
        return
    key = folded if len(wanted) >= _SURE_WITHOUT_MARKS else _marked
    keys, words = [key(word) for word in wanted], list(_WORD.finditer(text))
    known = [key(word[0]) for word in words]
    for first in range(len(words) - len(keys) + 1):
        last = first + len(keys) - 1
        if known[first : last + 1] == keys and _together(text, words[first : last + 1]):
            yield words[first].start(), words[last].end()


@lru_cache(maxsize=1024)
def _glance(phrase: str) -> re.Pattern[str]:
    """Finds wherever the phrase stands in a folded text, and now and then where it does not."""
    return re.compile(r"[\s_-]+".join(re.escape(folded(word)) for word in _WORD.findall(phrase)))


def _together(text: str, words: Sequence[re.Match[str]]) -> bool:
    gaps = (text[one.end() : other.start()] for one, other in pairwise(words))
    return all(_WITHIN_A_NAME.fullmatch(gap) for gap in gaps)


@lru_cache(maxsize=1 << 14)
def _marked(word: str) -> str:
    """The word with its marks, but the tone at its end: hòa and hoà are one."""
    signs = unicodedata.normalize("NFD", word.casefold())
    return "".join(sorted(signs, key=lambda sign: sign in _TONES))


def _addresses(text: str, email: str) -> Iterator[tuple[int, int]]:
    if email and "@" in text:
        for found in re.finditer(rf"(?<![\w.+-]){re.escape(email)}(?![\w-])", text, re.IGNORECASE):
            yield found.span()


def _numbers(text: str, phone: str) -> Iterator[tuple[int, int]]:
    """`phone` in E.164; in the text with 0, 84 or +84, with blanks, dots and dashes."""
    for found in _NUMBER.finditer(text) if phone else ():
        digits = re.sub(r"\D", "", found[0])
        if "+84" + (digits[1:] if digits.startswith("0") else digits[2:]) == phone:
            yield found.span()


def _apart(traces: Iterable[Trace]) -> list[Trace]:
    """In the order of the text; of two that overlap the longer one, which is what must go."""
    kept: list[Trace] = []
    for trace in sorted(traces, key=lambda one: (one.start, -one.end, one.kind is Kind.UNIT)):
        if not kept or trace.start >= kept[-1].end:
            kept.append(trace)
        elif trace.forbidden and not kept[-1].forbidden:
            kept[-1] = trace
    return kept


def _pieces(text: str, traces: Sequence[Trace]) -> Iterator[Piece]:
    at = 0
    for trace in traces:
        if trace.start > at:
            yield Piece(text=text[at : trace.start])
        yield Piece(text=trace.words, trace=trace)
        at = trace.end
    if at < len(text) or not text:
        yield Piece(text=text[at:])
