"""A contest as typed data: what its plan or its reports say, and what was chosen where they are silent."""

from datetime import date, datetime
from typing import Any, Literal, Self

from pydantic import AwareDatetime, ConfigDict, Field, model_validator

from deploy.demo.blocks import Block, Offset, Stated
from deploy.demo.marking_rules import Judging, Rubrics, Ties
from shared.text import Line

_INSTANTS = {
    "opens": "opens_at",
    "closes": "closes_at",
    "edit_until": "edit_until",
    "postmark_until": "postmark_until",
    "received_until": "received_until",
    "final": "final_at",
}


class Named(Stated):
    """Something the contest has, by its name."""

    id: str
    title: Line


class Described(Named):
    """With an explanation in our own words."""

    description: Line


class EntrantGroup(Described):
    """Who may enter, and in which prize track; empty lists ask for nothing."""

    track: Literal["individual", "collective"]
    kinds: list[Literal["resident", "organisation", "official"]] = Field(default=[])
    unit_levels: list[str] = Field(default=[])
    max_authors: int = 5


class Round(Named):
    """A round and the forms of entry it asks for."""

    forms: list[Line]
    note: Line = ""


class Plan(Block):
    """The plan behind the contest; its number is unique only for issuer and year."""

    issuer: Line
    number: Line
    date: date


class Summary(Stated):
    """The opening paragraph of the call."""

    text: Line


class Frame(Block):
    """The plan's own time frame, in quarters."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    start: Line = Field(alias="from")
    end: Line = Field(alias="to")
    final: Line
    source: Line


class Calendar(Stated):
    """The timetable as it could have run in its year."""

    opens_at: AwareDatetime
    closes_at: AwareDatetime
    edit_until: AwareDatetime
    final_at: AwareDatetime | None = None


class Offsets(Stated):
    """The timetable as spans from the moment the data are loaded."""

    opens: Offset
    closes: Offset
    edit_until: Offset
    postmark_until: Offset | None = None
    received_until: Offset | None = None
    final: Offset | None = None

    def starting(self, now: datetime) -> dict[str, datetime]:
        """The timetable of a contest loaded at `now`; what has no span is left out."""
        spans = {instant: getattr(self, name) for name, instant in _INSTANTS.items()}
        return {instant: now + span for instant, span in spans.items() if span is not None}


class Moved(Stated):
    """The final was put off after it had been announced: to `final_at` in its year, by `final` when loaded."""

    announced: Line
    final_at: AwareDatetime
    final: Offset
    words: Line
    """What those concerned are told."""


class Times(Block):
    """The frame of the plan, two ways to fill it, and what was moved afterwards."""

    frame: Frame | None = None
    calendar: Calendar
    demo: Offsets
    moved: Moved | None = None


class Part(Block):
    """A section of an entry."""

    id: str
    title: Line
    max_words: int = Field(gt=0)
    hint: Line
    required: bool = True


class Parts(Stated):
    """The form of an entry in the written round."""

    title_max_words: int = Field(gt=0)
    items: list[Part]


class Files(Stated):
    """What may be attached."""

    max_files: int
    max_file_megabytes: int
    media_types: list[str]


class Excluded(Stated):
    """Whose roles in this contest keep them from entering."""

    roles: list[str]
    note: Line = ""


class Quota(Block):
    """How many entries the units of a level should hand in."""

    id: str
    title: Line
    unit_level: str
    minimum: int
    compulsory: bool
    count_subunits: bool


class Quotas(Stated):
    """All quotas."""

    items: list[Quota]


class Final(Stated):
    """The final: how many entries, how long, in which order."""

    finalists: int
    presentation_minutes: int
    question_minutes: int
    order: str


class Prize(Block):
    """`count` equal prizes of a track."""

    id: str
    title: Line
    track: Literal["individual", "collective"]
    rank: int
    count: int


class Prizes(Stated):
    """All prizes."""

    items: list[Prize]


class Contest(Block):
    """The whole of a file under `contests`."""

    id: str
    slug: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")
    name: Line
    short_name: Line
    year: int
    source: Line
    plan: Plan | None = None
    summary: Summary
    entrant_groups: list[EntrantGroup]
    content_groups: list[Described]
    goals: list[Named] = Field(default=[])
    rounds: list[Round]
    timetable: Times
    parts: Parts
    files: Files
    excluded: Excluded
    quotas: Quotas | None = None
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


def listed(items: list[Any]) -> list[dict[str, Any]]:
    """Items as the site takes them: without what only says where they come from."""
    ground = set(Stated.model_fields)
    return [one.model_dump(mode="json", exclude=ground) for one in items]
