"""How a contest is marked, as typed data: rubrics, gap procedure, quorums, ties."""

from decimal import Decimal
from typing import Literal, Self

from pydantic import Field, model_validator

from deploy.demo.blocks import Block, Stated
from shared.text import Line

_FULL_MARKS = Decimal(100)


class Judging(Stated):
    """Readers, the gap procedure and quorums."""

    readers: int
    gap_percent: int
    gap_rule: str
    written_quorum: int
    final_quorum: int
    mean_decimals: int


class Criterion(Block):
    """What is marked, up to `max`, and the goals of the contest it serves."""

    id: str
    title: Line
    max: Decimal = Field(gt=0)
    goals: list[str] = Field(default=[])


class Rubric(Stated):
    """Criteria that add up to 100, marked in steps."""

    step: Decimal
    comment: Literal["required", "optional"]
    criteria: list[Criterion]

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        total = sum(criterion.max for criterion in self.criteria)
        if total != _FULL_MARKS:
            raise ValueError(f"the criteria add up to {total}, not to {_FULL_MARKS}")
        if any(criterion.max % self.step for criterion in self.criteria):
            raise ValueError(f"a maximum is not reached in steps of {self.step}")
        return self


class Rubrics(Block):
    """One rubric a round."""

    preliminary: Rubric
    final: Rubric


class Ties(Stated):
    """Criteria compared one after the other when totals are equal, and what comes after them."""

    preliminary: list[str]
    final: list[str]
    then: str
