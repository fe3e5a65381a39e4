"""Counting a result again from the lines of a score log: pure, standard library only, the same for us and for anyone.

Kept apart from the services so that `python -m deploy verify` needs none of them. Texts for people live elsewhere.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from itertools import groupby
from typing import Any

FIRST = "0" * 64
"""What stands in place of the hash before the first line."""
_HASHED = ("n", "prev", "contest_id", "round", "kind", "data", "by", "at")
_CENT = Decimal("0.01")
_WITHOUT_SCORE = {"slot.absent": "absent", "slot.withdrawn": "withdrawn"}
_SIGNED_OFF = {"preliminary": "finalists.named", "final": "result.signed"}


class ChainBroken(ValueError):
    """Line `n` of a log is not what was written there."""

    def __init__(self, n: int) -> None:
        super().__init__(f"line {n} of the log was altered")
        self.n = n


class TieAcrossPrizes(ValueError):
    """Entries with equal marks would get different prizes: somebody must decide first."""

    def __init__(self, entries: Sequence[str]) -> None:
        super().__init__(f"equal marks across prizes: {', '.join(entries)}")
        self.entries = tuple(entries)


def plain(value: Any) -> Any:
    """`value` as JSON can carry it: decimals as digits with their scale, instants in UTC to the millisecond.

    Raises TypeError for floats, because a mark is never a binary fraction.
    """
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    if isinstance(value, Mapping):
        return {str(name): plain(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [plain(inner) for inner in value]
    if value is None or isinstance(value, str | int):
        return value
    raise TypeError(f"a {type(value).__name__} has no canonical form")


def canonical(value: Any) -> bytes:
    """The one way to write `value`: sorted keys, no blanks, UTF-8."""
    return json.dumps(plain(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def digest(value: Any) -> str:
    """SHA-256 of the canonical form."""
    return hashlib.sha256(canonical(value)).hexdigest()


def line_hash(line: Mapping[str, Any]) -> str:
    """The hash of a log line; it covers the hash of the line before."""
    return digest({name: line[name] for name in _HASHED})


def check_chain(lines: Iterable[Mapping[str, Any]]) -> str:
    """The head of an unbroken chain, `FIRST` for none. Raises ChainBroken with the number of the first bad line."""
    head, place = FIRST, 0
    for place, line in enumerate(lines, start=1):
        try:
            whole = line["n"] == place and line["prev"] == head and line["hash"] == line_hash(line)
        except (KeyError, TypeError):
            whole = False
        if not whole:
            raise ChainBroken(place)
        head = line["hash"]
    return head


def running_order(seed: str, entries: Iterable[str]) -> list[str]:
    """The order of the final by lot: whoever knows the seed draws the same again."""
    return sorted(entries, key=lambda entry: (hashlib.sha256(f"{seed}:{entry}".encode()).hexdigest(), entry))


def mean(totals: Iterable[Decimal]) -> Decimal:
    """The mean to two places, half up. Raises ZeroDivisionError without any total."""
    marks = list(totals)
    return (sum(marks, Decimal(0)) / len(marks)).quantize(_CENT, ROUND_HALF_UP)


@dataclass(frozen=True, slots=True)
class Rules:
    """What decides a round: how many marks it takes, and when a third reader is called."""

    quorum: int
    third_reader: bool = False
    gap_limit: Decimal | None = None

    @classmethod
    def frozen(cls, lines: Iterable[Mapping[str, Any]], round_: str) -> "Rules":
        """The rules that were in force from the first mark of a round on. Raises KeyError when none were frozen."""
        found = [line["data"] for line in lines if line["kind"] == "rubric.frozen" and line["round"] == round_]
        if not found:
            raise KeyError(round_)
        kept = found[-1]
        limit = kept["gap_limit"]
        return cls(kept["quorum"], kept["third_reader"], None if limit is None else Decimal(limit))


@dataclass(slots=True)
class Marks:
    """What the log says of one entry in one round."""

    readers: dict[str, Decimal] = field(default_factory=dict)
    third: dict[str, Decimal] = field(default_factory=dict)
    state: str = ""

    @property
    def gap(self) -> Decimal | None:
        """Between the highest and the lowest reader, from two readers on."""
        totals = self.readers.values()
        return max(totals) - min(totals) if len(totals) > 1 else None

    def outcome(self, rules: Rules) -> tuple[str, Decimal | None]:
        """State and official score: the third reader's mark where there is one, else the mean of the readers."""
        if self.state:
            return self.state, None
        if self.third:
            return "ranked", mean(self.third.values())
        if len(self.readers) < max(1, rules.quorum):
            return ("below_quorum" if self.readers else "unmarked"), None
        if rules.third_reader and rules.gap_limit is not None and (self.gap or 0) > rules.gap_limit:
            return "third_pending", None
        return "ranked", mean(self.readers.values())


@dataclass(frozen=True, slots=True)
class Placed:
    """An entry in a ranking. `rank` and `score` are None when `state` is not "ranked"; equal marks share a rank."""

    entry_id: str
    state: str
    rank: int | None
    score: Decimal | None
    readers: Mapping[str, Decimal]
    third: Decimal | None
    gap: Decimal | None


def withdrawn(lines: Iterable[Mapping[str, Any]], round_: str) -> set[str]:
    """The entries that were taken back before a round was signed off; what is signed stays as it was signed."""
    gone: set[str] = set()
    for line in sorted(lines, key=lambda line: int(line["n"])):
        if line["kind"] == _SIGNED_OFF.get(round_):
            break
        if line["kind"] == "script.withdrawn":
            gone.add(line["data"]["entry_id"])
    return gone


def _collect(
    lines: Sequence[Mapping[str, Any]], round_: str
) -> tuple[dict[str, Marks], dict[frozenset[str], list[str]]]:
    marks: dict[str, Marks] = {}
    decided: dict[frozenset[str], list[str]] = {}
    for line in sorted((line for line in lines if line["round"] == round_), key=lambda line: int(line["n"])):
        kind, data = line["kind"], line["data"]
        if kind in ("sheet.sealed", "score.given"):
            entry = marks.setdefault(data["entry_id"], Marks())
            side = entry.third if data.get("third") else entry.readers
            side[data["judge_id"]] = Decimal(data["total"])
        elif kind == "judge.recused":
            entry = marks.setdefault(data["entry_id"], Marks())
            entry.readers.pop(data["judge_id"], None)
            entry.third.pop(data["judge_id"], None)
        elif kind in _WITHOUT_SCORE:
            marks.setdefault(data["entry_id"], Marks()).state = _WITHOUT_SCORE[kind]
        elif kind in ("order.drawn", "scripts.assigned"):
            for entry_id in _taking_part(data):
                marks.setdefault(entry_id, Marks())
        elif kind == "tie.decided":
            decided[frozenset(data["order"])] = list(data["order"])
    return _without(withdrawn(lines, round_), marks, decided, _finalists(lines) if round_ == "final" else set())


def _without(
    gone: set[str], marks: dict[str, Marks], decided: dict[frozenset[str], list[str]], named: set[str]
) -> tuple[dict[str, Marks], dict[frozenset[str], list[str]]]:
    """Whoever takes part and left has no score, and the decided orders hold for those who stay."""
    for entry in gone & (named | set(marks)):
        marks.setdefault(entry, Marks()).state = "withdrawn"
    for order in list(decided.values()):
        staying = [entry for entry in order if entry not in gone]
        decided.setdefault(frozenset(staying), staying)
    return marks, decided


def _finalists(lines: Iterable[Mapping[str, Any]]) -> set[str]:
    return {one["entry_id"] for line in lines if line["kind"] == "finalists.named" for one in line["data"]["entries"]}


def _taking_part(data: Mapping[str, Any]) -> list[str]:
    return [slot["entry_id"] for slot in data.get("slots", [])] + [pair[0] for pair in data.get("pairs", [])]


def ranking(lines: Iterable[Mapping[str, Any]], round_: str, rules: Rules) -> list[Placed]:
    """Every entry that the log knows in a round, best first, then those without a rank.

    Equal scores share a rank (1, 2, 2, 4) until a logged decision names exactly these entries in order.
    """
    marks, decided = _collect(list(lines), round_)
    ranked: list[tuple[Decimal, str]] = []
    rest: list[tuple[str, str]] = []
    for entry, found in marks.items():
        state, score = found.outcome(rules)
        if score is None:
            rest.append((entry, state))
        else:
            ranked.append((score, entry))
    ranked.sort(key=lambda pair: (-pair[0], pair[1]))
    places: list[Placed] = []
    for score, group in groupby(ranked, key=lambda pair: pair[0]):
        tied = [entry for _, entry in group]
        order = decided.get(frozenset(tied))
        first = len(places) + 1
        for step, entry in enumerate(order or tied):
            places.append(_placed(entry, marks[entry], "ranked", first + step if order else first, score))
    return places + [_placed(entry, marks[entry], state, None, None) for entry, state in sorted(rest)]


def _placed(entry: str, found: Marks, state: str, rank: int | None, score: Decimal | None) -> Placed:
    third = mean(found.third.values()) if found.third else None
    return Placed(entry, state, rank, score, dict(found.readers), third, found.gap)


def ties(places: Sequence[Placed]) -> list[list[str]]:
    """Groups of entries that still share a rank."""
    ranked = [place for place in places if place.rank is not None]
    groups = [[place.entry_id for place in group] for _, group in groupby(ranked, key=lambda place: place.rank)]
    return [group for group in groups if len(group) > 1]


def prizes(places: Sequence[Placed], tracks: Mapping[str, str], offered: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Entry id -> prize id: in each track the best ranked get the prizes of the lowest rank first.

    Raises TieAcrossPrizes when entries that share a rank would part over a prize.
    """
    won: dict[str, str] = {}
    for track in sorted({prize["track"] for prize in offered}):
        mine = sorted(
            (prize for prize in offered if prize["track"] == track), key=lambda prize: (prize["rank"], prize["id"])
        )
        places_of_track = [place for place in places if place.rank is not None and tracks.get(place.entry_id) == track]
        kept = [prize for prize in mine for _ in range(prize["count"])]
        padded = [*kept, *[None] * len(places_of_track)]
        pairs = list(zip(places_of_track, padded, strict=False))
        for _, group in groupby(pairs, key=lambda pair: pair[0].rank):
            shared = list(group)
            if len({(prize or {"rank": None})["rank"] for _, prize in shared}) > 1:
                raise TieAcrossPrizes([place.entry_id for place, _ in shared])
            won.update({place.entry_id: prize["id"] for place, prize in shared if prize is not None})
    return won
