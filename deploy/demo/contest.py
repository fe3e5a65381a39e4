"""The demo contest as typed data: what the plan says, and what was chosen where the plan is silent."""

import re
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from shared.events.submissions import Timetable
from shared.text import Line

_OFFSET = re.compile(r"([+-]\d+)([dh])")
_FULL_MARKS = Decimal(100)


def _offset(value: object) -> object:
    found = _OFFSET.fullmatch(value) if isinstance(value, str) else None
    if not found:
        return value
    amount = int(found[1])
    return timedelta(days=amount) if found[2] == "d" else timedelta(hours=amount)


Offset = Annotated[timedelta, BeforeValidator(_offset)]
"""A span such as `+21d` or `-1h`, counted from the moment the demo is loaded."""


class Block(BaseModel):
    """A part of the data files; a field nobody knows is a typing mistake and is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Fact(Block):
    """Something a plan says, with the place where it says it."""

    id: str
    title: Line
    source: Line


class Described(Fact):
    """A fact with an explanation in our own words."""

    description: Line


class EntrantGroup(Described):
    """Who may enter, and in which prize track."""

    track: Literal["individual", "collective"]


class Round(Fact):
    """A round and the form of entry it asks for."""

    form: Line
    language: Line


class Plan(Block):
    """The plan behind the contest; its number is unique only for issuer and year."""

    issuer: Line
    number: Line
    date: date


class Chosen(Block):
    """Something the plan leaves open: why it was set so, and whose practice it follows."""

    chosen: Literal[True]
    reason: Line
    practice: Line


class Summary(Chosen):
    """The opening paragraph of the call."""

    text: Line


class Frame(Block):
    """The plan's own time frame, in quarters."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    start: Line = Field(alias="from")
    end: Line = Field(alias="to")
    final: Line
    source: Line


class Calendar(Chosen):
    """The timetable as it could have run in 2019."""

    opens_at: AwareDatetime
    closes_at: AwareDatetime
    edit_until: AwareDatetime
    final_at: AwareDatetime


class Offsets(Chosen):
    """The timetable as spans from the moment the demo is loaded."""

    opens: Offset
    closes: Offset
    edit_until: Offset
    final: Offset

    def starting(self, now: datetime) -> Timetable:
        """The timetable of a contest loaded at `now`."""
        return Timetable(
            opens_at=now + self.opens,
            closes_at=now + self.closes,
            edit_until=now + self.edit_until,
            final_at=now + self.final,
        )


class Times(Block):
    """The frame of the plan and two ways to fill it."""

    frame: Frame
    calendar: Calendar
    demo: Offsets


class Part(Block):
    """A section that every entry has."""

    id: str
    title: Line
    max_words: int = Field(gt=0)
    hint: Line


class Parts(Chosen):
    """The form of an entry in the written round."""

    title_max_words: int = Field(gt=0)
    items: list[Part]


class Files(Chosen):
    """What may be attached."""

    max_files: int
    max_file_megabytes: int
    media_types: list[str]


class Judging(Chosen):
    """Readers, the gap procedure, who may not enter, and quorums."""

    readers: int
    gap_percent: int
    gap_rule: str
    excluded_roles: list[str]
    written_quorum: int
    final_quorum: int
    mean_decimals: int


class Criterion(Block):
    """What is marked, up to `max`, and the goals of the plan it serves."""

    id: str
    title: Line
    max: Decimal = Field(gt=0)
    goals: list[str] = Field(min_length=1)


class Rubric(Chosen):
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


class Final(Chosen):
    """The final: how many entries, how long, in which order."""

    finalists: int
    presentation_minutes: int
    question_minutes: int
    order: str


class Ties(Chosen):
    """Criteria compared one after the other when totals are equal, and what comes after them."""

    preliminary: list[str]
    final: list[str]
    then: str


class Prize(Block):
    """`count` equal prizes of a track."""

    id: str
    title: Line
    track: Literal["individual", "collective"]
    rank: int
    count: int


class Prizes(Chosen):
    """All prizes."""

    items: list[Prize]


class Contest(Block):
    """The whole of `contest.yaml`."""

    id: str
    slug: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")
    name: Line
    short_name: Line
    year: int
    source: Line
    plan: Plan
    summary: Summary
    entrant_groups: list[EntrantGroup]
    content_groups: list[Described]
    goals: list[Fact]
    rounds: list[Round]
    timetable: Times
    parts: Parts
    files: Files
    judging: Judging
    rubrics: Rubrics
    final: Final
    ties: Ties
    prizes: Prizes

    @model_validator(mode="after")
    def _names_what_exists(self) -> Self:
        goals = {goal.id for goal in self.goals}
        for name, rubric in (("preliminary", self.rubrics.preliminary), ("final", self.rubrics.final)):
            unknown = {goal for criterion in rubric.criteria for goal in criterion.goals} - goals
            untied = set(getattr(self.ties, name)) - {criterion.id for criterion in rubric.criteria}
            if unknown or untied:
                raise ValueError(f"{name}: unknown goals {sorted(unknown)}, unknown tie criteria {sorted(untied)}")
        return self
