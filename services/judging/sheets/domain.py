"""A score sheet and its states, and the gap between readers. Pure: the rubric is passed in and checks the marks."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, Field

from services.judging.juries.domain import Assignment
from services.judging.rubrics.domain import Mark, MarksInvalid, Rubric
from shared.errors import Refusal, Stale
from shared.events.judging import SheetSealed
from shared.text import Text


def _given(marks: object) -> object:
    if isinstance(marks, Mapping):
        return {name: mark for name, mark in marks.items() if mark is not None and str(mark).strip()}
    return marks


Marks = Annotated[dict[str, Mark], BeforeValidator(_given)]
"""Marks by criterion, without the fields left empty: not marked is not zero."""
Comment = Annotated[Text, Field(max_length=5000)]


class AlreadySealed(Refusal):
    """A sealed sheet stays as it is."""

    code = "already_sealed"
    message = "Phiếu này đã niêm phong nên không sửa được nữa. Điểm đã niêm phong vẫn được giữ nguyên."


class ReadBackOutdated(Stale):
    """The marks that were read back are no longer those on the sheet."""

    message = (
        "Phiếu này vừa được lưu lại ở thẻ hoặc thiết bị khác nên chưa niêm phong. "
        "Hãy đọc lại điểm đang lưu, đúng thì bấm niêm phong lần nữa."
    )


class SheetGivenBack(Refusal):
    """The judge stepped back from this script."""

    code = "sheet_given_back"
    message = "Bạn đã xin không chấm bài này."


class ScriptWithdrawn(Refusal):
    """The entrant took the entry back."""

    code = "script_withdrawn"
    message = "Bài này đã được tác giả rút khỏi cuộc thi nên không chấm nữa."


class SheetHeld(Refusal):
    """The chair has to decide about it first. Why is not told: it would lead to the author."""

    code = "sheet_held"
    message = (
        "Phiếu này tạm dừng, chờ Trưởng ban Giám khảo quyết định. "
        "Những gì đã lưu vẫn còn; nội dung vừa gửi chưa được ghi."
    )


class ReasonNeeded(Refusal):
    """Stepping back needs a word of why."""

    code = "reason_needed"
    status = 422
    message = "Hãy nêu lý do xin không chấm bài này."


class SheetState(StrEnum):
    """How far a sheet is. Not marked, and given back, are no marks of zero."""

    ASSIGNED = "assigned"
    MARKING = "marking"
    SEALED = "sealed"
    RECUSED = "recused"
    WITHDRAWN = "withdrawn"
    """Shown when the script left the contest; not a state of its own in the database."""
    HELD = "held"
    """Shown while the chair has to decide; not a state of its own in the database."""


class Sheet(BaseModel):
    """One judge's marks of one script."""

    id: str
    contest_id: str
    round: str
    entry_id: str
    judge_id: str
    third: bool = False
    state: SheetState = SheetState.ASSIGNED
    marks: dict[str, Decimal] = {}
    comment: str = ""
    saved_at: datetime | None = None
    sealed_at: datetime | None = None
    total: Decimal | None = None
    rubric_version: int = 0
    hash: str = ""
    """The hash of its line in the score log: the judge's own proof."""
    version: int = 0
    facts: int = 0

    @classmethod
    def blank(cls, given: Assignment) -> "Sheet":
        """The sheet of an assignment before anything was written on it."""
        names = ("id", "contest_id", "round", "entry_id", "judge_id", "third")
        return cls.model_validate({name: getattr(given, name) for name in names})

    def open(self) -> None:
        """Raises AlreadySealed or SheetGivenBack when nothing may be written any more."""
        if self.state is SheetState.SEALED:
            raise AlreadySealed(hash=self.hash)
        if self.state is SheetState.RECUSED:
            raise SheetGivenBack

    def holds(self, marks: Mapping[str, Decimal], comment: str) -> bool:
        """Whether exactly this is written on the sheet already."""
        return self.saved_at is not None and self.marks == dict(marks) and self.comment == comment

    def write(self, rubric: Rubric, marks: Mapping[str, Decimal], comment: str, at: datetime) -> None:
        """Keep a draft; marks may be missing, but none may be off its scale. Raises MarksInvalid, AlreadySealed."""
        self.open()
        self.marks = rubric.fitted(marks)
        self.comment = comment
        self.saved_at = at
        self.state = SheetState.MARKING

    def seal(self, rubric: Rubric, at: datetime) -> SheetSealed:
        """Close the sheet for good. Raises MarksInvalid when it is not complete, AlreadySealed."""
        self.open()
        self.total = self.complete(rubric)
        self.state = SheetState.SEALED
        self.sealed_at = at
        self.rubric_version = rubric.version
        self.facts += 1
        return SheetSealed(
            sheet_id=self.id,
            contest_id=self.contest_id,
            round=self.round,
            entry_id=self.entry_id,
            judge_id=self.judge_id,
            total=self.total,
            sealed_at=at,
        )

    def complete(self, rubric: Rubric) -> Decimal:
        """The total when nothing is missing. Raises MarksInvalid with everything that is."""
        errors: list[dict[str, str]] = []
        total = Decimal(0)
        try:
            total = rubric.check(self.marks)
        except MarksInvalid as refusal:
            errors = refusal.errors
        if rubric.comment_required and not self.comment.strip():
            errors = [*errors, {"field": "comment", "text": "Bộ tiêu chí yêu cầu có nhận xét trước khi niêm phong."}]
        if errors:
            raise MarksInvalid(errors)
        return total

    def give_back(self, reason: str) -> None:
        """Step back; the draft is voided. Raises AlreadySealed, SheetGivenBack, ReasonNeeded."""
        self.open()
        if not reason:
            raise ReasonNeeded(field="reason")
        self.marks, self.comment = {}, ""
        self.state = SheetState.RECUSED

    def logged(self) -> dict[str, Any]:
        """What the score log keeps of a sealed sheet. The comment is private: only its digest goes there."""
        return {
            "sheet_id": self.id,
            "entry_id": self.entry_id,
            "judge_id": self.judge_id,
            "marks": self.marks,
            "total": self.total,
            "comment_sha256": hashlib.sha256(self.comment.encode()).hexdigest(),
            "third": self.third,
            "rubric_version": self.rubric_version,
        }


@dataclass(frozen=True, slots=True)
class Gap:
    """How far the readers of one script are apart, and what followed."""

    entry_id: str
    totals: list[Decimal]
    size: Decimal
    too_wide: bool
    third: str | None
    """The third reader's person id."""


def gap_of(given: Sequence[Assignment], sheets: Iterable[Sheet], rubric: Rubric) -> Gap | None:
    """The gap of a script once all its readers have sealed; None before that, and with fewer than two readers.

    Exactly the limit is not too wide: only a gap above it calls a third reader (vietnam.md B4).
    """
    readers = [one for one in given if not one.recused and not one.third]
    done = {one.id: one.total for one in sheets if one.state is SheetState.SEALED and one.total is not None}
    totals = [done[one.id] for one in readers if one.id in done]
    if len(totals) < max(2, rubric.readers) or len(totals) < len(readers):
        return None
    size = max(totals) - min(totals)
    limit = rubric.gap_limit
    third = next((one.judge_id for one in given if one.third and not one.recused), None)
    return Gap(given[0].entry_id, sorted(totals), size, limit is not None and size > limit, third)
