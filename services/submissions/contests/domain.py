"""A contest: its rules, when they are complete, what may still change, when it is open. No storage, no pages."""

import re
from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Literal, Self, get_args

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from shared.errors import Invalid, Refusal
from shared.events import submissions as events
from shared.text import Line, Text, folded

_STRICT = ConfigDict(extra="forbid", frozen=True)
_MEGABYTE = 1024 * 1024
Error = dict[str, str]


class NothingNew(Refusal):
    """The rules in force are the ones to be published."""

    code = "nothing_new"
    message = "Thể lệ không có gì thay đổi so với bản đã công bố."


class SlugTaken(Refusal):
    """Another contest has this address."""

    code = "slug_taken"
    status = 422
    message = "Đường dẫn này đã thuộc về một cuộc thi khác. Hãy chọn đường dẫn khác."


class RulesFrozen(Refusal):
    """Entries already refer to what would be taken away."""

    code = "rules_frozen"
    message = "Thể lệ đã công bố: nhóm, lĩnh vực, phần bài viết và đường dẫn đã có thì không bỏ hay đổi mã được, chỉ sửa chữ hoặc thêm mới."


class NotOpen(Refusal):
    """Only a published contest can be closed."""

    code = "contest_not_published"
    message = "Cuộc thi chưa được công bố hoặc đã đóng."


class State(StrEnum):
    """Where the organiser has brought it; whether it takes entries now also depends on its timetable."""

    DRAFT = "draft"
    PUBLISHED = "published"
    CLOSED = "closed"


class Phase(StrEnum):
    """What the public sees."""

    DRAFT = "draft"
    PLANNED = "planned"
    OPEN = "open"
    CLOSED = "closed"


Id = Annotated[str, Field(min_length=1, max_length=60, pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]*$")]
Title = Annotated[Line, Field(min_length=1, max_length=300)]
Track = Literal["individual", "collective"]
MediaType = Literal["application/pdf", "image/jpeg", "image/png"]


class EntrantGroup(events.EntrantGroup):
    """Who may enter, and for which prizes."""

    model_config = _STRICT

    id: Id
    title: Title
    track: Track
    description: Line = ""


class Choice(events.Choice):
    """A content group or a goal."""

    model_config = _STRICT

    id: Id
    title: Title
    description: Line = ""


class Part(events.Part):
    """A section of every entry; `hint` says what belongs there."""

    model_config = _STRICT

    id: Id
    title: Title
    max_words: int = Field(ge=1, le=20_000)
    hint: Line = ""


class Prize(events.Prize):
    """`count` equal prizes of one track."""

    model_config = _STRICT

    id: Id
    title: Title
    track: Track
    rank: int = Field(ge=1, le=99)
    count: int = Field(ge=1, le=999)


class Timetable(events.Timetable):
    """When entries are taken. Without an own instant an entry may be changed until the contest closes."""

    model_config = _STRICT

    edit_until: AwareDatetime = Field(default_factory=lambda data: data.get("closes_at"))

    def errors(self) -> Iterator[Error]:
        """What contradicts itself."""
        if self.closes_at <= self.opens_at:
            yield {"field": "timetable.closes_at", "text": "Hạn nộp bài phải sau lúc mở nhận bài."}
        elif not self.opens_at < self.edit_until <= self.closes_at:
            text = "Hạn sửa bài phải nằm giữa lúc mở nhận bài và hạn nộp bài."
            yield {"field": "timetable.edit_until", "text": text}
        if self.final_at is not None and self.final_at <= self.closes_at:
            yield {"field": "timetable.final_at", "text": "Chung khảo phải sau hạn nộp bài."}


class Plan(events.Plan):
    """The plan behind the contest (number unique only within issuer and year)."""

    model_config = _STRICT

    issuer: Title
    number: Annotated[Line, Field(min_length=1, max_length=60)]


class FormRules(BaseModel):
    """What an entry may weigh."""

    model_config = _STRICT

    title_max_words: int = Field(default=40, ge=5, le=200)
    max_files: int = Field(default=5, ge=0, le=20)
    max_bytes: int = Field(default=10 * _MEGABYTE, ge=1, le=20 * _MEGABYTE)
    """Of one file."""
    media_types: list[MediaType] = list(get_args(MediaType))


def slug_of(text: str) -> str:
    """An address without marks made from `text`."""
    return re.sub(r"[^a-z0-9]+", "-", folded(text)).strip("-")[:80].strip("-")


def _usable(slug: str) -> str:
    if slug == "quan-ly":  # a page of its own under /cuoc-thi
        raise ValueError("Đường dẫn này dành cho trang khác. Hãy chọn đường dẫn khác.")
    return slug


Slug = Annotated[str, Field(max_length=80, pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$"), AfterValidator(_usable)]


class Rules(BaseModel):
    """Everything a contest lays down. What the plan leaves open is set here by the organiser, never in code."""

    slug: Slug
    name: Title
    short_name: Annotated[Line, Field(min_length=1, max_length=80)]
    year: int = Field(ge=1990, le=2100)
    summary: Annotated[Text, Field(max_length=3000)] = ""
    plan: Plan | None = None
    entrant_groups: list[EntrantGroup] = []
    content_groups: list[Choice] = []
    goals: list[Choice] = []
    parts: list[Part] = []
    form_rules: FormRules = FormRules()
    timetable: Timetable
    finalists: int = Field(default=6, ge=1, le=200)
    presentation_minutes: int = Field(default=10, ge=1, le=240)
    question_minutes: int = Field(default=5, ge=0, le=240)
    prizes: list[Prize] = []

    @model_validator(mode="after")
    def _ids_are_single(self) -> Self:
        for name in ("entrant_groups", "content_groups", "goals", "parts", "prizes"):
            ids = [one.id for one in getattr(self, name)]
            if len(set(ids)) < len(ids):
                raise ValueError(f"Có hai mục trùng mã trong {name}.")
        return self

    def rules(self) -> "Rules":
        """Only the rules."""
        return Rules.model_validate(self.model_dump(include=set(Rules.model_fields)))

    def problems(self) -> list[Error]:
        """What keeps these rules from being published."""
        found = list(self.timetable.errors())
        needed = {
            "entrant_groups": "Cần ít nhất một nhóm đối tượng dự thi.",
            "content_groups": "Cần ít nhất một lĩnh vực nội dung.",
            "parts": "Cần ít nhất một phần của bài viết.",
        }
        found += [{"field": field, "text": text} for field, text in needed.items() if not getattr(self, field)]
        tracks = {group.track for group in self.entrant_groups}
        idle = [prize.title for prize in self.prizes if prize.track not in tracks]
        return found + [
            {"field": "prizes", "text": f"{one}: không nhóm dự thi nào thuộc bảng giải này."} for one in idle
        ]


class Contest(Rules):
    """A contest. Its own fields are the rules in force (of a draft: the rules so far)."""

    id: str
    version: int = 0
    """Counts every save: the optimistic lock."""
    facts: int = 0
    edition: int = 0
    """How many times it was published; the `version` that other services see."""
    state: State = State.DRAFT
    pending: Rules | None = None
    """Changes to a published contest that are not published yet."""
    published_at: AwareDatetime | None = None
    created_at: AwareDatetime

    @property
    def working(self) -> Rules:
        """The rules as the organiser last left them."""
        return self.pending or self.rules()

    def phase(self, now: datetime) -> Phase:
        """What the public sees at `now`."""
        if self.state is State.DRAFT:
            return Phase.DRAFT
        if now < self.timetable.opens_at:
            return Phase.PLANNED
        closed = self.state is State.CLOSED or now >= self.timetable.closes_at
        return Phase.CLOSED if closed else Phase.OPEN

    def is_open(self, now: datetime) -> bool:
        """Whether entries are taken at `now`; the closing instant itself is too late."""
        return self.phase(now) is Phase.OPEN

    def revise(self, rules: Rules) -> None:
        """Change the rules; those of a published contest come into force when published. Raises RulesFrozen, Invalid."""
        if errors := list(rules.timetable.errors()):
            raise Invalid(errors)
        if self.state is State.DRAFT:
            self._take(rules)
            return
        self._check_frozen(rules)
        self.pending = rules if rules != self.rules() else None

    def _check_frozen(self, rules: Rules) -> None:
        if rules.slug != self.slug:
            raise RulesFrozen(field="slug")
        for name in ("entrant_groups", "content_groups", "parts"):
            if {one.id for one in getattr(self, name)} - {one.id for one in getattr(rules, name)}:
                raise RulesFrozen(field=name)

    def _take(self, rules: Rules) -> None:
        for name in Rules.model_fields:
            setattr(self, name, getattr(rules, name))

    def publish(self, at: datetime) -> events.ContestPublished:
        """Bring the working rules into force. Raises Invalid with everything that is missing, NothingNew."""
        if self.state is not State.DRAFT and self.pending is None:
            raise NothingNew
        working = self.working
        errors = working.problems()
        if working.timetable.closes_at <= at:
            errors.append({"field": "timetable.closes_at", "text": "Hạn nộp bài đã qua."})
        if errors:
            raise Invalid(errors)
        self._take(working)
        self.pending, self.state, self.published_at = None, State.PUBLISHED, at
        return self._told()

    def close(self, at: datetime) -> events.ContestPublished:
        """Take no more entries from now on; every service learns the new closing time. Raises NotOpen."""
        if self.state is not State.PUBLISHED or at >= self.timetable.closes_at or at <= self.timetable.opens_at:
            raise NotOpen
        times = {"closes_at": at, "edit_until": min(self.timetable.edit_until, at)}
        self.timetable = self.timetable.model_copy(update=times)
        self.pending, self.state = None, State.CLOSED
        return self._told()

    def _told(self) -> events.ContestPublished:
        self.edition += 1
        self.facts += 1
        known: dict[str, Any] = self.model_dump(include=set(events.ContestPublished.model_fields) - {"version"})
        return events.ContestPublished(contest_id=self.id, version=self.edition, **known)
