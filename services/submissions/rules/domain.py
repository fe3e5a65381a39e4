"""The rules of a contest as values, and whether they are complete. What the plans leave open is data here, never code."""

import re
from collections.abc import Iterator
from typing import Annotated, Any, Literal, Self, get_args

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from shared.events import submissions as events
from shared.text import Line, Text, folded

_STRICT = ConfigDict(extra="forbid", frozen=True)
_MEGABYTE = 1024 * 1024
Error = dict[str, str]
Id = Annotated[str, Field(min_length=1, max_length=60, pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]*$")]
Title = Annotated[Line, Field(min_length=1, max_length=300)]
Note = Annotated[Line, Field(max_length=1000)]
Track = Literal["individual", "collective"]
MediaType = Literal["application/pdf", "image/jpeg", "image/png"]
KIND_WORDS: dict[str, str] = {"application/pdf": "PDF", "image/jpeg": "ảnh JPEG", "image/png": "ảnh PNG"}
EntrantKind = Literal["resident", "organisation", "official"]
"""The words of `people.domain.Kind`."""
Staff = Literal["organiser", "chair", "judge", "secretary"]
Months = Annotated[int, Field(ge=1, le=600)]
Days = Annotated[int, Field(ge=1, le=365)]
NoneIfEmpty = AfterValidator(lambda value: value or None)


class EntrantGroup(events.EntrantGroup):
    """Who may enter, and for which prizes. Empty lists ask for nothing."""

    model_config = _STRICT

    id: Id
    title: Title
    track: Track
    description: Line = ""
    kinds: list[EntrantKind] = Field(default=[])
    unit_levels: list[Annotated[Line, Field(max_length=40)]] = Field(default=[])
    """Levels of the dated tree: the entrant's unit must have one of them on the day the entry is handed in."""
    max_authors: int = Field(default=5, ge=1, le=50)
    needs_mandate: bool = False
    """Whether a paper naming the representative comes with every entry, as organisations bring one."""


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
    required: bool = True


class Prize(events.Prize):
    """`count` equal prizes of one track."""

    model_config = _STRICT

    id: Id
    title: Title
    track: Track
    rank: int = Field(ge=1, le=99)
    count: int = Field(ge=1, le=999)


class RoundRules(BaseModel):
    """What a round asks for, in words (Kế hoạch 34/KH-UBND 2019, III.2)."""

    model_config = _STRICT

    id: Literal["preliminary", "final"]
    title: Title
    forms: list[Title] = []
    note: Note = ""


class Exclusions(BaseModel):
    """Who may not enter: whoever runs or judges this contest, and whom the organiser names."""

    model_config = _STRICT

    roles: list[Staff] = list(get_args(Staff))
    person_ids: list[Annotated[str, Field(max_length=60)]] = []
    unit_ids: list[Annotated[str, Field(max_length=100)]] = []
    note: Note = ""


class Quota(BaseModel):
    """How many entries every unit of a level should hand in; `compulsory` or merely encouraged."""

    model_config = _STRICT

    id: Id
    title: Title
    unit_level: Annotated[Line, Field(min_length=1, max_length=40)]
    minimum: int = Field(ge=1, le=9999)
    compulsory: bool = True
    count_subunits: bool = False
    """Whether entries of units below count for the unit above."""


class PublicDocument(BaseModel):
    """A document that is published with the call."""

    model_config = _STRICT

    id: Id
    title: Title
    file_id: Annotated[str, Field(max_length=60)]
    media_type: str = Field(max_length=120)
    size: int = Field(ge=0)


class Timetable(events.Timetable):
    """When entries are taken. Without an own instant an entry may be changed until the contest closes.

    Paper counts by its postmark until `postmark_until` when it has arrived by `received_until`.
    """

    model_config = _STRICT

    edit_until: AwareDatetime = Field(default_factory=lambda data: data.get("closes_at"))
    postmark_until: AwareDatetime | None = None
    received_until: AwareDatetime | None = None

    def errors(self) -> Iterator[Error]:
        """What contradicts itself."""
        if self.closes_at <= self.opens_at:
            yield {"field": "timetable.closes_at", "text": "Hạn nộp bài phải sau lúc mở nhận bài."}
        elif not self.opens_at < self.edit_until <= self.closes_at:
            text = "Hạn sửa bài phải nằm giữa lúc mở nhận bài và hạn nộp bài."
            yield {"field": "timetable.edit_until", "text": text}
        if self.final_at is not None and self.final_at <= self.closes_at:
            yield {"field": "timetable.final_at", "text": "Chung khảo phải sau hạn nộp bài."}
        yield from self._errors_of_paper()

    def _errors_of_paper(self) -> Iterator[Error]:
        posted, received = self.postmark_until, self.received_until
        if posted is not None and posted <= self.opens_at:
            yield {"field": "timetable.postmark_until", "text": "Hạn theo dấu bưu điện phải sau lúc mở nhận bài."}
        if received is not None and received < (posted or self.closes_at):
            text = "Hạn bài giấy đến nơi không được trước hạn theo dấu bưu điện hay hạn nộp bài."
            yield {"field": "timetable.received_until", "text": text}
        if received is not None and self.final_at is not None and received >= self.final_at:
            yield {"field": "timetable.received_until", "text": "Hạn bài giấy đến nơi phải trước chung khảo."}


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
    effects_required: bool = False
    """Whether at least one effect must be given as a number."""

    @property
    def kinds_in_words(self) -> str:
        """The kinds of files that are taken, as a sentence lists them."""
        *more, last = (KIND_WORDS[one] for one in self.media_types)
        return f"{', '.join(more)} hoặc {last}" if more else last


def slug_of(text: str) -> str:
    """An address without marks made from `text`."""
    return re.sub(r"[^a-z0-9]+", "-", folded(text)).strip("-")[:80].strip("-")


def _usable(slug: str) -> str:
    if slug == "quan-ly":  # a page of its own under /cuoc-thi
        raise ValueError("Đường dẫn này dành cho trang khác. Hãy chọn đường dẫn khác.")
    return slug


Slug = Annotated[str, Field(max_length=80, pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$"), AfterValidator(_usable)]
_LISTS = ("entrant_groups", "content_groups", "goals", "parts", "prizes", "rounds", "quotas", "documents")


class Rules(BaseModel):
    """Everything a contest lays down. What the plan leaves open is set here by the organiser, never in code."""

    slug: Slug
    name: Title
    short_name: Annotated[Line, Field(min_length=1, max_length=80)]
    year: int = Field(ge=1990, le=2100)
    summary: Annotated[Text, Field(max_length=3000)] = ""
    plan: Plan | None = None
    entrant_groups: list[EntrantGroup] = []
    excluded: Exclusions = Exclusions()
    quotas: list[Quota] = []
    content_groups: list[Choice] = []
    goals: list[Choice] = []
    parts: list[Part] = []
    form_rules: FormRules = FormRules()
    asks_id_number: bool = False
    rounds: list[RoundRules] = []
    timetable: Timetable
    finalists: int = Field(default=6, ge=1, le=200)
    presentation_minutes: int = Field(default=10, ge=1, le=240)
    question_minutes: int = Field(default=5, ge=0, le=240)
    prizes: list[Prize] = []
    complaint_days: Days | None = None
    """Working days after the publication of the result in which complaints are taken; None: no window."""
    retention_months: Months | None = None
    """How long personal data of this contest is kept after its result; None: not decided."""
    documents: list[PublicDocument] = []

    @model_validator(mode="after")
    def _ids_are_single(self) -> Self:
        for name in _LISTS:
            ids = [one.id for one in getattr(self, name)]
            if len(set(ids)) < len(ids):
                raise ValueError(f"Có hai mục trùng mã trong {name}.")
        return self

    def rules(self) -> "Rules":
        """Only the rules."""
        return Rules.model_validate(self.model_dump(include=set(Rules.model_fields)))

    def with_changes(self, changes: dict[str, Any]) -> "Rules":
        """The rules with some fields replaced. Raises pydantic.ValidationError."""
        return Rules.model_validate({**self.rules().model_dump(), **changes})

    def problems(self) -> list[Error]:
        """What keeps these rules from being published."""
        found = list(self.timetable.errors())
        needed = {
            "entrant_groups": "Cần ít nhất một nhóm đối tượng dự thi.",
            "content_groups": "Cần ít nhất một lĩnh vực nội dung.",
            "parts": "Cần ít nhất một phần của bài viết.",
        }
        found += [{"field": field, "text": text} for field, text in needed.items() if not getattr(self, field)]
        if self.parts and not any(part.required for part in self.parts):
            found.append({"field": "parts", "text": "Cần ít nhất một phần bắt buộc của bài viết."})
        tracks = {group.track for group in self.entrant_groups}
        idle = [prize.title for prize in self.prizes if prize.track not in tracks]
        return found + [
            {"field": "prizes", "text": f"{one}: không nhóm dự thi nào thuộc bảng giải này."} for one in idle
        ]
