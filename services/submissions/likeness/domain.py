"""Fingerprints of texts and how alike two texts are: MinHash over shingles of three syllables. Pure; nothing is stored.

Vietnamese is written syllable by syllable, so shingles need no word segmentation; folding takes marks, case and the
placement of tones away, so a text copied without its marks is still the same text. Signatures are those of datasketch
2.0 (`MinHash(scheme="affine32")`), number for number; the library itself would bring scipy: 113 MB and 1.2 s for each
process (decision 0008).
"""

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from functools import cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from rapidfuzz.distance import Indel

from shared.text import folded

SHINGLE = 3
"""Syllables in a shingle."""
BANDS, ROWS = 42, 3
"""Two texts that share a quarter of their shingles meet in a band with 48 %, two fifths with 94 %, three fifths with 99.99 %."""
MADE_AS = 1
"""To be raised with every change of what a fingerprint is made of or how: older ones are then made anew (`originality`)."""
_PERMUTATIONS = BANDS * ROWS
_RUN_OF = 8
"""Syllables of a run: so many in a row are two people's words by chance only in a stock phrase."""
_ONE_RUN_IN = 8
"""Of all runs of a text the eighth is kept, the same ones in whatever text they stand."""
_MOST_RUNS = 400
_PASSAGE = 5
"""Syllables that must agree in a row before a passage is marked."""
MARKED_FROM = 0.35
"""Share of a text that another one covers from which a person is asked to look (own tests on rewritten entries)."""
_SEED, _AT_ONCE = 1, 4096
_Words = npt.NDArray[np.uint32]
_FEWEST = 12
"""Syllables below which a text says too little to be anybody's copy."""
_SYLLABLE = re.compile(r"\w+")
_RUN = re.compile(r"\S+")


class Kind(StrEnum):
    """What a fingerprint is of."""

    ENTRY = "entry"
    WORK = "work"
    """A published initiative that the organiser imported."""


class Item(BaseModel):
    """A text that can be resembled."""

    model_config = ConfigDict(extra="ignore")

    id: str
    kind: Kind
    title: str
    text: str = Field(repr=False)
    contest_id: str = ""
    year: int
    source: str = ""
    """Where a published initiative was read."""
    owner_ids: list[str] = []
    at: AwareDatetime | None = None
    """When it was handed in first; of a published initiative only the year is known."""
    flat: str = Field("", repr=False)
    """Its syllables as they were kept with the fingerprint."""

    @property
    def words(self) -> list[str]:
        """Its syllables."""
        return self.flat.split() or syllables(self.text)

    @property
    def age(self) -> tuple[bool, datetime]:
        """Sorts the older before the younger; a published initiative is older than any entry."""
        return self.kind is Kind.ENTRY, self.at or datetime(self.year, 1, 1, tzinfo=UTC)


class Match(BaseModel):
    """A text that resembles the one that was asked about."""

    item: Item
    covered: float
    """Share of the shingles of the text asked about that occur in the other one, 0 to 1."""
    ratio: float
    """Share of syllables that stay when one text is edited into the other, 0 to 1."""


class Piece(BaseModel):
    """A piece of a text, and whether the other text has it too."""

    text: str
    shared: bool


class Fingerprint(NamedTuple):
    """What a text is found again by, and what it is then compared by."""

    signature: bytes
    bands: list[int]
    runs: list[int]
    flat: str


def fingerprint(text: str) -> Fingerprint:
    """Of a text as it was written."""
    words = syllables(text)
    mark = _signature(words)
    return Fingerprint(mark, bands(mark), runs(words), " ".join(words))


def syllables(text: str) -> list[str]:
    """The syllables of `text`, folded."""
    return _SYLLABLE.findall(folded(text))


def shingles(words: Sequence[str]) -> set[tuple[str, ...]]:
    """Every run of three syllables; a shorter text is one shingle."""
    if len(words) < SHINGLE:
        return {tuple(words)} if words else set()
    return set(zip(words, words[1:], words[2:], strict=False))


def signature(text: str) -> bytes:
    """The MinHash of `text`; empty for a text without words."""
    return _signature(syllables(text))


def _signature(words: Sequence[str]) -> bytes:
    parts = shingles(words)
    if not parts:
        return b""
    factors, terms = _permutations()
    smallest = np.full(_PERMUTATIONS, 0xFFFFFFFF, dtype=np.uint32)
    hashes = _mixed(np.array([_hash(" ".join(part)) for part in parts], dtype=np.uint32))
    for start in range(0, len(hashes), _AT_ONCE):
        permuted = factors * hashes[start : start + _AT_ONCE, None] + terms
        smallest = np.minimum(smallest, permuted.min(axis=0))
    return smallest.astype("<u4").tobytes()


def _hash(part: str) -> int:
    return int.from_bytes(hashlib.sha1(part.encode(), usedforsecurity=False).digest()[:4], "little")


def _mixed(hashes: _Words) -> _Words:
    """The finaliser of MurmurHash3, which spreads every bit over all 32; overflow is the modulus that is meant."""
    hashes = (hashes ^ (hashes >> np.uint32(16))) * np.uint32(0x85EBCA6B)
    hashes = (hashes ^ (hashes >> np.uint32(13))) * np.uint32(0xC2B2AE35)
    return hashes ^ (hashes >> np.uint32(16))


@cache
def _permutations() -> tuple[_Words, _Words]:
    """Factor (odd, so that nothing collides) and term of each; the same on every machine for ever."""
    source = np.random.RandomState(_SEED)  # its sequence is frozen, that of newer generators is not
    factors = source.randint(0, 1 << 31, _PERMUTATIONS, dtype=np.uint32) * np.uint32(2) + np.uint32(1)
    return factors, source.randint(0, 1 << 32, _PERMUTATIONS, dtype=np.uint32)


def bands(mark: bytes) -> list[int]:
    """The buckets of a signature: two texts are compared when they share one. Whole numbers of 63 bits."""
    width = 4 * ROWS
    return [_number(mark[at : at + width], at.to_bytes(2)) for at in range(0, len(mark), width)]


def runs(words: Sequence[str]) -> list[int]:
    """Some runs of syllables as numbers of 63 bits: a passage that was taken over whole brings its runs along.

    They find what bands do not: a third of a text, or a paragraph in a text ten times as long.
    """
    every = {_number(" ".join(words[at : at + _RUN_OF]).encode()) for at in range(len(words) - _RUN_OF + 1)}
    return sorted(one for one in every if one % _ONE_RUN_IN == 0)[:_MOST_RUNS]


def _number(part: bytes, salt: bytes = b"") -> int:
    return int.from_bytes(hashlib.blake2b(part, digest_size=8, salt=salt).digest()) >> 1


def estimate(mark: bytes, other: bytes) -> float:
    """The share of shingles that two signatures have in common, about; 0 when one has none, or was made another way."""
    if not mark or len(mark) != len(other):
        return 0.0
    return float(np.mean(np.frombuffer(mark, "<u4") == np.frombuffer(other, "<u4")))


def overlap(text: str, other: str) -> float:
    """The larger of the shares of one text that the other one covers; 0 for a text that says too little."""
    one, two = syllables(text), syllables(other)
    if min(len(one), len(two)) < _FEWEST:
        return 0.0
    ours, theirs = shingles(one), shingles(two)
    return len(ours & theirs) / min(len(ours), len(theirs))


def match(text: str, other: Item) -> Match:
    """How alike they really are."""
    return matches(text, [other], at_least=0.0)[0]


def matches(text: str, others: Iterable[Item], *, at_least: float) -> list[Match]:
    """How alike they really are, without those that cover less than a share of `text`."""
    ours = syllables(text)
    parts, found = shingles(ours), []
    for other in others:
        theirs = other.words
        covered = len(parts & shingles(theirs)) / len(parts) if parts else 0.0
        if covered >= at_least:
            found.append(Match(item=other, covered=covered, ratio=Indel.normalized_similarity(ours, theirs)))
    return found


def pieces(text: str, other: str) -> list[Piece]:
    """`text` as it was written, cut where agreement with `other` begins and ends."""
    there = set(_runs(syllables(other)))
    words = [(found.start(), found.end(), syllables(found[0])) for found in _RUN.finditer(text)]
    flat = [(place, one) for place, (_, _, inside) in enumerate(words) for one in inside]
    shared: set[int] = set()
    for start in range(len(flat) - _PASSAGE + 1):
        window = flat[start : start + _PASSAGE]
        if tuple(one for _, one in window) in there:
            shared |= {place for place, _ in window}
    return list(_cut(text, [(begin, end) for begin, end, _ in words], shared))


def _runs(words: Sequence[str]) -> Iterator[tuple[str, ...]]:
    return (tuple(words[start : start + _PASSAGE]) for start in range(len(words) - _PASSAGE + 1))


def _cut(text: str, words: Sequence[tuple[int, int]], shared: set[int]) -> Iterator[Piece]:
    if text and not words:
        yield Piece(text=text, shared=False)
    begin = 0
    for place, (_, end) in enumerate(words):
        last = place == len(words) - 1
        if last or (place in shared) != (place + 1 in shared):
            until = len(text) if last else end
            yield Piece(text=text[begin:until], shared=place in shared)
            begin = until


def whole(title: str, parts: Iterable[str]) -> str:
    """A title and its parts as one text."""
    return "\n\n".join([title, *(part for part in parts if part)])
