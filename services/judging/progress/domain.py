"""What the chair is told of a round: judges and gaps. Which gap is too wide is decided in `sheets`."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from services.judging.juries.domain import Assignment
from services.judging.sheets.domain import Gap


@dataclass(frozen=True, slots=True)
class JudgeProgress:
    """How far one judge is."""

    judge_id: str
    name: str
    assigned: int
    sealed: int


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a round is."""

    judges: list[JudgeProgress]
    gaps: list[tuple[str, Gap]]
    """Code and gap of every script whose readers are too far apart."""

    @property
    def assigned(self) -> int:
        """Sheets given out."""
        return sum(one.assigned for one in self.judges)

    @property
    def sealed(self) -> int:
        """Sheets sealed."""
        return sum(one.sealed for one in self.judges)

    @property
    def waiting_for_third(self) -> int:
        """Gaps for which no third reader could be drawn yet."""
        return sum(gap.third is None for _, gap in self.gaps)


def by_judge(given: Iterable[Assignment], sealed: Mapping[str, int], names: Mapping[str, str]) -> list[JudgeProgress]:
    """In the order of `names`, then those who are no longer on the panel."""
    assigned = Counter(one.judge_id for one in given if not one.recused)
    judges = [*names, *sorted(set(assigned) - set(names))]
    return [
        JudgeProgress(one, names.get(one, "(không còn trong ban)"), assigned[one], sealed.get(one, 0)) for one in judges
    ]
