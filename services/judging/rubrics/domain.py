"""A rubric, what makes one valid, and what makes marks fit one. Pure decimals: a mark is never a binary fraction."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from shared.errors import Invalid, Refusal
from shared.text import Line, Text

_LARGEST = Decimal(1000)
_ZERO = Decimal(0)


def written(value: object) -> object:
    """A number as people here write it: `7,5`. Anything else is left for pydantic to judge."""
    return value.strip().replace(",", ".") if isinstance(value, str) else value


Mark = Annotated[Decimal, BeforeValidator(written), Field(max_digits=12)]
"""A decimal field that also reads a decimal comma."""
Count = Annotated[int, Field(ge=1, le=100)]


class Round(StrEnum):
    """The written round (sơ khảo) and the final (chung khảo)."""

    PRELIMINARY = "preliminary"
    FINAL = "final"


class RubricInvalid(Invalid):
    """The rules contradict one another."""

    code = "rubric_invalid"
    message = "Bộ tiêu chí chưa hợp lệ. Hãy sửa các mục được nêu."


class RubricFrozen(Refusal):
    """Somebody has already been marked by this version."""

    code = "rubric_frozen"
    message = (
        "Bộ tiêu chí đã được dùng để chấm nên không đổi được nữa: điểm đã cho phải giữ nguyên cách tính. "
        "Nếu cần chấm theo tiêu chí khác, hãy mở một vòng chấm mới."
    )


class RubricMissing(Refusal):
    """Nobody has said yet what this round is marked on."""

    code = "rubric_missing"
    message = "Vòng này chưa có bộ tiêu chí. Ban Tổ chức hoặc Trưởng ban Giám khảo cần đặt tiêu chí trước."


class MarksInvalid(Invalid):
    """Marks that do not fit the rubric; `errors` name each criterion and why."""

    code = "marks_invalid"
    message = "Có điểm chưa hợp lệ. Hãy sửa các mục được đánh dấu."

    def __init__(self, errors: list[dict[str, str]]) -> None:
        """The message says the same as the errors, for programs and for the line under an autosaved form."""
        super().__init__(errors)
        self.message = " ".join(error["text"] for error in errors) or type(self).message


class Criterion(BaseModel):
    """One thing to mark, from 0 to `max`. `source` is the sentence of the plan it comes from, `goal` the plan's goal."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,40}$")]
    title: Annotated[Line, Field(min_length=1, max_length=200)]
    description: Annotated[Text, Field(max_length=2000)] = ""
    max: Mark
    source: Annotated[Line, Field(max_length=300)] = ""
    goal: Annotated[Line, Field(max_length=80)] = ""


class Rules(BaseModel):
    """What the organiser or the chair decides about a round."""

    model_config = ConfigDict(extra="forbid")

    criteria: Annotated[list[Criterion], Field(max_length=30)]
    step: Mark
    readers: Count
    """How many judges read each script; in the final the whole panel marks, and this is not used."""
    gap_limit: Mark | None = None
    """Readers further apart than this call a third one; exactly this far they do not (vietnam.md B4)."""
    third_reader: bool = False
    quorum: Count
    """With fewer marks than this an entry has no rank."""
    comment_required: bool = False

    @property
    def scale(self) -> Decimal:
        """The highest total."""
        return sum((criterion.max for criterion in self.criteria), _ZERO)

    def examine(self, round_: Round) -> None:
        """Raises RubricInvalid with everything that is wrong."""
        errors = [*self._faulty_criteria(), *self._faulty_rules(round_)]
        if errors:
            raise RubricInvalid(errors)

    def _faulty_criteria(self) -> Iterable[dict[str, str]]:
        ids = [criterion.id for criterion in self.criteria]
        if not ids:
            yield _error("criteria", "Cần ít nhất một tiêu chí.")
        if len(set(ids)) < len(ids):
            yield _error("criteria", "Hai tiêu chí không được trùng mã.")
        if not _ZERO < self.step <= _LARGEST:
            yield _error("step", "Bước điểm phải lớn hơn 0.")
            return
        for place, criterion in enumerate(self.criteria):
            field = f"criteria.{place}.max"
            if not _ZERO < criterion.max <= _LARGEST:
                yield _error(field, f"{criterion.title}: điểm tối đa phải lớn hơn 0 và không quá {_LARGEST}.")
            elif criterion.max % self.step:
                yield _error(field, f"{criterion.title}: điểm tối đa phải chia hết cho bước điểm {_shown(self.step)}.")

    def _faulty_rules(self, round_: Round) -> Iterable[dict[str, str]]:
        if self.gap_limit is not None and not _ZERO < self.gap_limit <= self.scale:
            yield _error("gap_limit", f"Mức chênh lệch phải lớn hơn 0 và không quá tổng điểm {_shown(self.scale)}.")
        if self.third_reader and (self.gap_limit is None or self.readers < 2):  # noqa: PLR2004 - a gap takes two
            yield _error(
                "third_reader", "Muốn có người chấm thứ ba thì phải có ít nhất hai người chấm và mức chênh lệch."
            )
        if round_ is Round.PRELIMINARY and self.quorum > self.readers:
            yield _error("quorum", "Số phiếu tối thiểu để xếp hạng không được nhiều hơn số người chấm mỗi bài.")


class Rubric(Rules):
    """The rules of one round in one version."""

    contest_id: str
    round: Round
    version: int = 0
    frozen_at: datetime | None = None

    @classmethod
    def following(cls, known: Self | None, contest_id: str, round_: Round, rules: Rules) -> Self:
        """The version after `known`, not yet saved. Raises RubricFrozen, RubricInvalid."""
        if known is not None and known.frozen_at is not None:
            raise RubricFrozen(frozen_at=known.frozen_at)
        rules.examine(round_)
        place = {"contest_id": contest_id, "round": round_, "version": known.version if known else 0}
        return cls.model_validate({**rules.model_dump(include=set(Rules.model_fields)), **place})

    def check(self, marks: Mapping[str, Decimal]) -> Decimal:
        """The total of complete marks. Raises MarksInvalid, naming each criterion at fault and why."""
        missing = [one for one in self.criteria if one.id not in marks]
        errors = [_error(field_of(one.id), f"{one.title}: chưa có điểm.") for one in missing]
        errors += self._misfits(marks)
        if errors:
            raise MarksInvalid(errors)
        return sum((self._scaled(mark) for mark in marks.values()), _ZERO)

    def fitted(self, marks: Mapping[str, Decimal]) -> dict[str, Decimal]:
        """Marks of a draft, written with the decimals of the step; criteria may be missing. Raises MarksInvalid."""
        errors = self._misfits(marks)
        if errors:
            raise MarksInvalid(errors)
        return {one.id: self._scaled(marks[one.id]) for one in self.criteria if one.id in marks}

    def subtotal(self, marks: Mapping[str, Decimal]) -> Decimal | None:
        """The sum of what a draft has, or None when it has nothing yet: not marked is not zero."""
        return sum((self._scaled(mark) for mark in marks.values()), _ZERO) if marks else None

    def _scaled(self, mark: Decimal) -> Decimal:
        # 7, 7.5 and 7.50 are one mark, and so are 0 and -0: otherwise the same marks would give other bytes.
        exponent = min(int(self.step.normalize().as_tuple().exponent), 0)
        return (mark + _ZERO).quantize(Decimal(1).scaleb(exponent))

    def _misfits(self, marks: Mapping[str, Decimal]) -> list[dict[str, str]]:
        known = {criterion.id: criterion for criterion in self.criteria}
        errors = [
            _error(field_of(name), f"Không có tiêu chí “{name}” trong bộ tiêu chí này.")
            for name in marks
            if name not in known
        ]
        for name, criterion in known.items():
            why = self._why_not(criterion, marks[name]) if name in marks else ""
            if why:
                errors.append(_error(field_of(name), f"{criterion.title}: {why}"))
        return errors

    def _why_not(self, criterion: Criterion, mark: Decimal) -> str:
        if not mark.is_finite() or mark < 0:
            return "điểm không được âm."
        if mark > criterion.max:
            return f"điểm {_shown(mark)} vượt mức tối đa {_shown(criterion.max)}."
        if mark % self.step:
            return f"điểm {_shown(mark)} không đúng bước {_shown(self.step)}."
        return ""

    def logged(self) -> dict[str, Any]:
        """What the score log keeps of a frozen rubric: everything that decides a result."""
        criteria = [{"id": one.id, "title": one.title, "max": one.max} for one in self.criteria]
        names = ("version", "step", "readers", "gap_limit", "third_reader", "quorum", "comment_required")
        return {"criteria": criteria, **{name: getattr(self, name) for name in names}}


def field_of(criterion_id: str) -> str:
    """The form field of a criterion's mark."""
    return f"marks.{criterion_id}"


def _error(field: str, text: str) -> dict[str, str]:
    return {"field": field, "text": text}


def _shown(number: Decimal) -> str:
    return f"{number.normalize():f}".replace(".", ",")
