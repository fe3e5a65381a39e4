"""The panel of a round, conflicts of interest on the dated unit tree, and the lot. Pure: the seed is passed in."""

import hashlib
from collections import Counter, deque
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from shared.dated_tree import AnyNode, DatedTree
from shared.errors import Refusal
from shared.events.envelope import Body
from shared.events.judging import Load, ScriptsAssigned, ThirdReaderCalled

Pair = tuple[str, str]
"""Entry id and judge id."""


class JudgesMissing(Refusal):
    """Some scripts cannot get their readers."""

    code = "judges_missing"

    def __init__(self, scripts: int, readers: int) -> None:
        """`scripts`: how many lack judges without a conflict of interest."""
        message = (
            f"{scripts} bài không đủ {readers} giám khảo không vướng xung đột lợi ích. "
            "Hãy bổ sung giám khảo cho cuộc thi rồi rút thăm lại; chưa bài nào được phân công."
        )
        super().__init__(message, scripts=scripts, readers=readers)


class NothingToAssign(Refusal):
    """Every script has its readers."""

    code = "nothing_to_assign"
    message = "Mọi bài đã có đủ người chấm. Khi có bài mới được tiếp nhận, hãy rút thăm tiếp."


class NotOnPanel(Refusal):
    """The person is no judge of this contest."""

    code = "not_on_panel"
    message = "Người này không thuộc Ban Giám khảo của cuộc thi."


class Reason(StrEnum):
    """Why a judge may not read a script."""

    SAME_PERSON = "same_person"
    SAME_UNIT = "same_unit"
    DECLARED = "declared"


class Judge(BaseModel):
    """A judge as the conflict rules need to know one."""

    model_config = ConfigDict(frozen=True)

    id: str
    unit_id: str | None = None


class Authors(BaseModel):
    """Who stands behind a script: owner and authors, and their units on the day it was handed in."""

    people: set[str]
    units: set[str] = set()


class Assignment(BaseModel):
    """A script in a judge's hands. Its id is the sheet's, random so that nobody can work back to the entry."""

    id: str
    contest_id: str
    round: str
    entry_id: str
    judge_id: str
    third: bool = False
    recused: bool = False
    held: bool = False
    """In conflict since it was given: nothing is written on its sheet until the chair has decided."""
    draw: int
    """Which draw gave it."""


class Drawn(Body):
    """A draw as it is kept: whoever knows the seed and the inputs draws the same again."""

    seed: str
    scripts: int
    at: datetime


@dataclass(slots=True)
class Panel:
    """The panel of one round: its draws and its published facts."""

    contest_id: str
    round: str
    draws: list[Drawn] = field(default_factory=list)
    version: int = 0
    facts: int = 0

    @property
    def id(self) -> str:
        """The key of its facts."""
        return f"{self.contest_id}:{self.round}"

    def draw(self, pairs: Sequence[Pair], seed: str, at: datetime) -> ScriptsAssigned:
        """Scripts were given out, and each judge is told how many."""
        self.facts += 1
        self.draws.append(Drawn(seed=seed, scripts=len({entry for entry, _ in pairs}), at=at))
        counts = Counter(judge for _, judge in pairs)
        loads = [Load(judge_id=judge, scripts=count) for judge, count in sorted(counts.items())]
        return ScriptsAssigned(contest_id=self.contest_id, round=self.round, loads=loads, seed=seed, assigned_at=at)

    def call_third(self, called: ThirdReaderCalled) -> ThirdReaderCalled:
        """A third reader was drawn."""
        self.facts += 1
        return called

    def seed_for(self, entry_id: str, why: str) -> str:
        """The lot of a single script follows from the last recorded draw, so that it can be checked as well."""
        return f"{self.draws[-1].seed if self.draws else self.id}:{why}:{entry_id}"


def conflicts(
    judges: Iterable[Judge],
    authors: Mapping[str, Authors],
    tree: DatedTree[AnyNode],
    declared: Collection[Pair],
    *,
    day: date,
) -> dict[Pair, Reason]:
    """Every (entry, judge) that must not meet on `day`, with its first reason (vietnam.md B5: cùng đơn vị, đồng tác giả).

    Units are compared as they are on `day`: a merger makes two units one from its first day on, not before.
    """
    units = {unit for behind in authors.values() for unit in behind.units}
    found: dict[Pair, Reason] = {}
    for judge in judges:
        own = {unit for unit in units if judge.unit_id and tree.is_one(judge.unit_id, unit, day)}
        for entry, behind in authors.items():
            reason = _reason(judge, own, behind)
            if reason is None and (entry, judge.id) in declared:
                reason = Reason.DECLARED
            if reason is not None:
                found[entry, judge.id] = reason
    return found


def _reason(judge: Judge, own: Collection[str], behind: Authors) -> Reason | None:
    if judge.id in behind.people:
        return Reason.SAME_PERSON
    return Reason.SAME_UNIT if any(unit in own for unit in behind.units) else None


def _lot(*parts: str) -> str:
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()


@dataclass(slots=True)
class Table:
    """The state of a lot: which judges may read which script, what each judge holds, here and from before."""

    eligible: dict[str, list[str]]
    loads: dict[str, int]
    held: dict[str, set[str]]

    def free(self, entry: str) -> list[str]:
        """Who could still read the script."""
        return [judge for judge in self.eligible[entry] if entry not in self.held[judge]]

    def give(self, entry: str, seed: str) -> None:
        """Add a reader: by lot among those who have least."""
        free = self.free(entry)
        least = min(self.loads[judge] for judge in free)
        judge = min((judge for judge in free if self.loads[judge] == least), key=lambda one: _lot(seed, entry, one))
        self.held[judge].add(entry)
        self.loads[judge] += 1

    def even_out(self) -> None:
        """Hand scripts on until nobody can: then the loads are as even as the conflicts allow."""
        moved = True
        while moved:
            moved, settled = False, set[str]()
            for judge in sorted(self.held, key=lambda one: -self.loads[one]):
                if judge not in settled and not moved:
                    moved, reached = self._lighten(judge)
                    # Whoever was reached in vain has no more than `judge` and reaches no further.
                    settled |= reached

    def _lighten(self, judge: str) -> tuple[bool, set[str]]:
        """Hand a script on to someone with at least two fewer, over others in between if it must be."""
        came: dict[str, Pair] = {}
        waiting, seen = deque([judge]), {judge}
        while waiting:
            giver = waiting.popleft()
            if self.loads[giver] <= self.loads[judge] - 2:
                self._shift(judge, giver, came)
                return True, set()
            for entry in sorted(self.held[giver]):
                for taker in self.free(entry):
                    if taker not in seen:
                        seen.add(taker)
                        came[taker] = (entry, giver)
                        waiting.append(taker)
        return False, seen

    def _shift(self, first: str, last: str, came: Mapping[str, Pair]) -> None:
        taker = last
        while taker != first:
            entry, giver = came[taker]
            self.held[giver].discard(entry)
            self.held[taker].add(entry)
            taker = giver
        self.loads[first] -= 1
        self.loads[last] += 1


def assign(
    scripts: Mapping[str, int], judges: Iterable[str], forbidden: Collection[Pair], seed: str, loads: Mapping[str, int]
) -> list[Pair]:
    """Give each script as many further readers as `scripts` says, by lot from `seed`, as evenly as conflicts allow.

    `forbidden`: conflicts, and readers a script has or had. `loads`: what judges hold already. The same inputs give
    the same pairs in whatever order they come. Raises JudgesMissing, and then nothing is given out.
    """
    everybody = sorted(set(judges), key=lambda judge: _lot(seed, judge))
    table = Table(
        eligible={entry: [judge for judge in everybody if (entry, judge) not in forbidden] for entry in scripts},
        loads={judge: loads.get(judge, 0) for judge in everybody},
        held={judge: set() for judge in everybody},
    )
    lacking = [entry for entry, wanted in scripts.items() if len(table.eligible[entry]) < wanted]
    if lacking:
        raise JudgesMissing(len(lacking), max(scripts[entry] for entry in lacking))
    for entry in sorted(scripts, key=lambda entry: _lot(seed, entry)):
        for _ in range(scripts[entry]):
            table.give(entry, seed)
    table.even_out()
    return sorted((entry, judge) for judge, held in table.held.items() for entry in held)
