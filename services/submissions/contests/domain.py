"""The life of a contest: draft, published in editions, closed, archived; what may still change. No storage, no pages."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from pydantic import AwareDatetime, BaseModel, Field

from services.submissions.rules.domain import Rules, Timetable
from shared.clock import local
from shared.errors import Invalid, Refusal
from shared.events import submissions as events


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


class NotOver(Refusal):
    """Only a contest that takes no more entries goes into the archive."""

    code = "contest_not_over"
    message = "Cuộc thi còn nhận bài. Chỉ lưu trữ được cuộc thi đã đóng nhận bài."


class RoundFrozen(Refusal):
    """A judge has already marked under these rules."""

    code = "round_frozen"


class NotPostponed(Refusal):
    """A postponement moves something to later, and not into the past."""

    code = "not_postponed"
    status = 422
    message = "Hãy chọn một mốc mới muộn hơn mốc cũ và chưa qua."


class State(StrEnum):
    """Where the organiser has brought it; whether it takes entries now also depends on its timetable."""

    DRAFT = "draft"
    PUBLISHED = "published"
    CLOSED = "closed"
    ARCHIVED = "archived"


class Phase(StrEnum):
    """What the public sees."""

    DRAFT = "draft"
    PLANNED = "planned"
    OPEN = "open"
    CLOSED = "closed"


ROUNDS = {"preliminary": "Sơ khảo", "final": "Chung khảo"}
FROZEN_BY = {
    "preliminary": (
        "entrant_groups", "content_groups", "goals", "parts", "form_rules", "excluded", "asks_id_number", "finalists", "prizes"
    ),
    "final": ("presentation_minutes", "question_minutes", "finalists", "prizes", "rounds"),
}  # fmt: skip
"""What the first score of a round settles: entries were written, and are marked, under exactly these rules."""
POSTPONABLE = ("closes_at", "edit_until", "postmark_until", "received_until", "final_at")


class Named(BaseModel):
    """Something of a contest that has a name."""

    id: str
    title: str


class Heading(BaseModel):
    """What lists of many contests' things say of each: so much is read, not its forty fields."""

    id: str
    short_name: str
    entrant_groups: list[Named] = []
    content_groups: list[Named] = []
    has_quotas: bool = False


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
    first_scores: dict[str, AwareDatetime] = Field(default={})
    """When the first score of a round was given, by round: from then on its rules are frozen."""
    cloned_from: str = ""
    """The contest whose rules were taken over; its dates want a look."""
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
        closed = self.state in (State.CLOSED, State.ARCHIVED) or now >= self.timetable.closes_at
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
        self._check_rounds(rules)
        for name in ("entrant_groups", "content_groups", "parts"):
            if {one.id for one in getattr(self, name)} - {one.id for one in getattr(rules, name)}:
                raise RulesFrozen(field=name)

    def _check_rounds(self, rules: Rules) -> None:
        for round_, at in self.first_scores.items():
            changed = [name for name in FROZEN_BY[round_] if getattr(self, name) != getattr(rules, name)]
            if changed:
                since = f"{local(at):%H:%M ngày %d/%m/%Y}"
                text = f"{ROUNDS[round_]} đã có điểm từ {since}: phần này của thể lệ không đổi được nữa."
                raise RoundFrozen(text, field=changed[0])

    def note_score(self, round_: str, at: datetime) -> bool:
        """The first score of a round freezes its rules; whether this was the first."""
        first = round_ in ROUNDS and round_ not in self.first_scores
        if first:
            self.first_scores = {**self.first_scores, round_: at}
        return first

    def _take(self, rules: Rules) -> None:
        for name in Rules.model_fields:
            setattr(self, name, getattr(rules, name))

    def publish(self, at: datetime) -> events.ContestPublished:
        """Bring the working rules into force. Raises Invalid with everything that is missing, NothingNew, RoundFrozen."""
        if self.state is not State.DRAFT and self.pending is None:
            raise NothingNew
        working = self.working
        if self.state is not State.DRAFT:
            self._check_frozen(working)  # a score may have come since the change was saved
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

    def postpone(
        self, moves: Mapping[str, datetime], reason: str, at: datetime
    ) -> tuple[events.ContestPublished, events.ContestRescheduled]:
        """Move instants of the timetable to later. Changes that wait for publication go on waiting.

        Raises NotOpen, NotPostponed, Invalid for a timetable that would contradict itself.
        """
        if self.state not in (State.PUBLISHED, State.CLOSED):
            raise NotOpen
        told = [
            events.Move(what=what, before=getattr(self.timetable, what), after=after)
            for what, after in moves.items()
            if what in POSTPONABLE and after != getattr(self.timetable, what)
        ]
        if not told or any(
            move.after is None or move.after <= (move.before or at) or move.after <= at for move in told
        ):
            raise NotPostponed(field=f"timetable.{told[0].what}" if told else None)
        timetable = self._later(told)
        if errors := list(timetable.errors()):
            raise Invalid(errors)
        self.timetable = timetable
        if self.pending is not None:
            self.pending = self.pending.with_changes({"timetable": timetable.model_dump()})
        if self.state is State.CLOSED and timetable.closes_at > at:
            self.state = State.PUBLISHED
        published = self._told()
        self.facts += 1
        moved = events.ContestRescheduled(
            contest_id=self.id, version=self.edition, changes=told, reason=reason, rescheduled_at=at
        )
        return published, moved

    def _later(self, moves: list[events.Move]) -> Timetable:
        times = {move.what: move.after for move in moves}
        # Whoever could change an entry until the deadline can do so until the new one.
        if "closes_at" in times and "edit_until" not in times and self.timetable.edit_until == self.timetable.closes_at:
            times["edit_until"] = times["closes_at"]
        return self.timetable.model_copy(update=times)

    def archive(self, at: datetime) -> events.ContestPublished:
        """Out of the lists; its pages stay. Raises NotOver."""
        if (
            self.state is State.ARCHIVED
            or self.state is State.DRAFT
            or self.is_open(at)
            or at < self.timetable.opens_at
        ):
            raise NotOver
        self.pending, self.state = None, State.ARCHIVED
        return self._told()

    def _told(self) -> events.ContestPublished:
        self.edition += 1
        self.facts += 1
        known: dict[str, Any] = self.model_dump(
            include=set(events.ContestPublished.model_fields) - {"version", "state"}
        )
        return events.ContestPublished(contest_id=self.id, version=self.edition, state=self.state, **known)


def next_year(contest: Contest) -> Rules:
    """The rules of `contest` for the year after: dates a year later, names with the new year, no documents."""
    year = contest.year + 1
    times = {name: instant and _a_year_later(instant) for name, instant in contest.timetable.model_dump().items()}
    known: dict[str, Any] = {"year": year, "timetable": times, "documents": []}
    for name in ("name", "short_name", "slug"):
        known[name] = getattr(contest, name).replace(str(contest.year), str(year))
    if known["slug"] == contest.slug:
        known["slug"] = f"{contest.slug[:75]}-{year}"
    return contest.with_changes(known)


def _a_year_later(instant: datetime) -> datetime:
    there = local(instant)
    leap_day = (there.month, there.day) == (2, 29)
    return there.replace(year=there.year + 1, day=28 if leap_day else there.day)
