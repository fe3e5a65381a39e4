"""Two texts compared by words: what stayed, what went, what came. Pure."""

import re
from collections.abc import Iterable, Iterator
from enum import StrEnum
from itertools import groupby, zip_longest

from pydantic import AwareDatetime, BaseModel
from rapidfuzz.distance import Indel

from services.submissions.texts.domain import Words
from services.submissions.versions.domain import How

_TOKEN = re.compile(r"\n|[^\S\n]+|\w+|[^\w\s]")
_ISLAND = 3
"""So few pieces that stayed between two changes are read as changed too: "một [cửa] điểm" is easier as one change."""
_MOST_WORK = 400_000_000
"""Pairs of pieces; beyond that whole lines are compared."""
HOW = {How.TYPED: "Soạn", How.RESTORED: "Khôi phục bản cũ", How.CONVERTED: "Chuyển bảng mã"}


class Change(StrEnum):
    """What became of a piece of text."""

    SAME = "same"
    GONE = "gone"
    NEW = "new"


class Piece(BaseModel):
    """A stretch of text."""

    change: Change
    text: str


class Difference(BaseModel):
    """A field that differs, with its text in pieces."""

    field: str
    pieces: list[Piece]


class Line(BaseModel):
    """One line of the history. `key` is a version's number, or `nop-N` for what was handed in."""

    key: str
    words: Words
    by: str
    at: AwareDatetime
    about: str
    handed_in: bool = False


def compare(old: str, new: str) -> list[Piece]:
    """`old` and `new` as one text."""
    if old == new:
        return [Piece(change=Change.SAME, text=new)] if new else []
    one, other = _TOKEN.findall(old), _TOKEN.findall(new)
    if len(one) * len(other) > _MOST_WORK:
        one, other = old.splitlines(keepends=True), new.splitlines(keepends=True)
    runs = [(step.tag == "equal", one[step.src_start : step.src_end], other[step.dest_start : step.dest_end])
            for step in Indel.opcodes(one, other)]  # fmt: skip
    return list(_joined(_pieces(runs)))


def _pieces(runs: list[tuple[bool, list[str], list[str]]]) -> Iterator[Piece]:
    """Changes that lie so close that only an island is between them become one."""
    flat = [
        (same and not (0 < place < len(runs) - 1 and len(new) <= _ISLAND and "\n" not in new), old, new)
        for place, (same, old, new) in enumerate(runs)
    ]
    for same, group in groupby(flat, key=lambda run: run[0]):
        stretch = list(group)
        gone = "".join(text for _, old, _ in stretch for text in old)
        new = "".join(text for _, _, came in stretch for text in came)
        if same:
            yield Piece(change=Change.SAME, text=new)
        else:
            yield Piece(change=Change.GONE, text=gone)
            yield Piece(change=Change.NEW, text=new)


def _joined(pieces: Iterable[Piece]) -> Iterator[Piece]:
    return (piece for piece in pieces if piece.text)


def differences(old: Words, new: Words) -> list[Difference]:
    """Every field whose text is not the same."""
    before, after = old.fields(), new.fields()
    return [
        Difference(field=name, pieces=_whole(before.get(name, ""), after.get(name, "")) if _chosen(name) else
                   compare(before.get(name, ""), after.get(name, "")))
        for name in dict.fromkeys([*after, *before])
        if before.get(name, "") != after.get(name, "")
    ]  # fmt: skip


def _chosen(name: str) -> bool:
    return name in ("entrant_group", "content_group") or name.endswith(".what")


def _whole(old: str, new: str) -> list[Piece]:
    pieces = zip_longest([Change.GONE, Change.NEW], [old, new])
    return [Piece(change=change, text=text) for change, text in pieces if change and text]
