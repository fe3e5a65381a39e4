"""The line of the score log and its chain. The arithmetic over the lines is `shared.recount`."""

import hashlib
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from shared import recount
from shared.recount import ChainBroken

__all__ = ["ChainBroken", "Head", "Line", "closed_text", "following", "start", "verify"]

_PRIVATE = {"judge.recused": ("reason",), "conflict.decided": ("reason",)}


@dataclass(frozen=True, slots=True)
class Head:
    """Where a chain stands: number and hash of its last line."""

    contest_id: str
    n: int
    hash: str


@dataclass(frozen=True, slots=True)
class Line:
    """One line. `hash` covers everything here, `prev` the line before."""

    n: int
    prev: str
    contest_id: str
    round: str
    kind: str
    data: dict[str, Any]
    by: str
    at: datetime
    hash: str

    def published(self) -> dict[str, Any]:
        """The line as the published file carries it: the same bytes the hash was taken of."""
        public: dict[str, Any] = recount.plain(asdict(self))
        return public


def start(contest_id: str) -> Head:
    """A chain without any line."""
    return Head(contest_id, 0, recount.FIRST)


def following(head: Head, *, round_: str, kind: str, data: dict[str, Any], by: str, at: datetime) -> Line:
    """The line after `head`. Raises TypeError when `data` holds what canonical JSON cannot carry (floats)."""
    body = {
        "n": head.n + 1,
        "prev": head.hash,
        "contest_id": head.contest_id,
        "round": round_,
        "kind": kind,
        "data": recount.plain(data),
        "by": by,
        "at": at,
    }
    return Line(**body, hash=recount.line_hash(body))


def closed_text(kind: str, data: dict[str, Any], salt: str) -> tuple[dict[str, Any], dict[str, str]]:
    """`data` with its private texts as salted digests, and those texts.

    Lines are published, and why a judge stepped back may tell of a family: the chain holds only a digest of it.
    """
    private = {name: str(data[name]) for name in _PRIVATE.get(kind, ()) if name in data}
    shown = {name: value for name, value in data.items() if name not in private}
    for name, text in private.items():
        shown[f"{name}_sha256"] = hashlib.sha256(f"{salt}:{text}".encode()).hexdigest()
    return shown, ({**private, "salt": salt} if private else {})


def verify(lines: Iterable[Line]) -> None:
    """Raises ChainBroken with the number of the first line that is not what was written."""
    recount.check_chain(asdict(line) for line in lines)
