"""What the gallery shows and how a search reads text: words without marks, case and signs. Pure."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pydantic import AwareDatetime, BaseModel

from services.submissions.people.domain import Account
from shared.text import folded, nfc

PURPOSE = "gallery"
SIZE = 20
_MOST_WORDS = 20
_WORD = re.compile(r"[^\W_]+")
_QUOTED = re.compile(r"[\"“”„«»]([^\"“”„«»]+)[\"“”„«»]")
_EXCERPT = 40
"""Words of an excerpt."""
_BEFORE = 8
"""Words of it before the first that was found."""


class Shown(BaseModel):
    """A part of an entry as it is read."""

    title: str
    text: str


class Prize(BaseModel):
    """The line of the published result that an entry has; rank and prize may be missing."""

    rank: int | None = None
    title: str = ""


class Item(BaseModel):
    """An entry in the gallery."""

    id: str
    contest_id: str
    year: int
    title: str
    group: str
    field: str
    units: list[str] = []
    """As they were called on the day the entry was handed in."""
    parts: list[Shown]
    prize: str = ""
    rank: int | None = None
    author_ids: list[str]
    published_at: AwareDatetime

    @property
    def text(self) -> str:
        """All parts."""
        return "\n".join(part.text for part in self.parts)


class Query(BaseModel):
    """What a visitor looks for."""

    search: str = ""
    year: int | None = None
    contest_id: str = ""
    field: str = ""
    prize: str = ""
    page: int = 1


@dataclass(frozen=True, slots=True)
class Sought:
    """A search as it is carried out: all of `words` must be there, and each of `phrases` as it stands."""

    words: list[str]
    phrases: list[str]

    @property
    def whole(self) -> str:
        """The words in their order, as a phrase: who has it is ranked higher."""
        return f" {' '.join(self.words)} "


def words(text: str) -> list[str]:
    """The words of a text as they are searched for: no marks, no case, no signs between."""
    return _WORD.findall(folded(nfc(text)))


def key(text: str) -> str:
    """The words in a line with blanks around each, so that a phrase is found as whole words."""
    return f" {' '.join(words(text))} "


def sought(search: str) -> Sought:
    """What somebody typed: words, and phrases in quotation marks."""
    phrases = [key(one) for one in _QUOTED.findall(search) if words(one)]
    return Sought(list(dict.fromkeys(words(search)))[:_MOST_WORDS], phrases)


def excerpt(text: str, found: Sought) -> list[tuple[str, bool]]:
    """Some words of `text` around the first that was found, in pieces: what stands there, and whether it was sought."""
    wanted, places = set(found.words), list(_WORD.finditer(nfc(text)))
    hits = [number for number, place in enumerate(places) if folded(place[0]) in wanted]
    first = max(0, (hits[0] if hits else 0) - _BEFORE)
    chosen = places[first : first + _EXCERPT]
    if not chosen:
        return []
    pieces = list(_pieces(nfc(text), chosen, wanted))
    ahead, behind = first > 0, first + _EXCERPT < len(places)
    return [*([("… ", False)] if ahead else []), *pieces, *([(" …", False)] if behind else [])]


def _pieces(text: str, chosen: list[re.Match[str]], wanted: set[str]) -> Iterator[tuple[str, bool]]:
    at = chosen[0].start()
    for place in chosen:
        if folded(place[0]) in wanted:
            yield text[at : place.start()], False
            yield place[0], True
            at = place.end()
    yield text[at : chosen[-1].end()], False


def agreed(authors: Iterable[Account]) -> bool:
    """Whether every author lets everybody read it; without an author nobody is asked, so nobody agreed."""
    known = list(authors)
    return bool(known) and all(PURPOSE in one.consents and not one.erased for one in known)
