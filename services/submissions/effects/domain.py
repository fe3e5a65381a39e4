"""What an initiative saves, as typed and as a number. Pure."""

import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from services.submissions.encodings import domain as encodings
from shared.events import submissions as events
from shared.ui.filters import vn_number

MOST = 10
_GROUPED = re.compile(r"\d{1,3}(\.\d{3})+")
_PLAIN = re.compile(r"\d+(\.\d+)?")
_LARGEST = Decimal(10) ** 15
_PLACES = 6
_OF_AN_EFFECT = {"what": "tiết kiệm gì", "amount": "con số", "unit": "đơn vị", "basis": "cách tính"}
# What an old font wrote keeps its signs until its author has seen what it would be, as in the parts of an entry.
_tidied = BeforeValidator(lambda value: encodings.tidy(value) if isinstance(value, str) else value)
_tidied_line = BeforeValidator(lambda value: encodings.tidy_line(value) if isinstance(value, str) else value)
Line = Annotated[str, _tidied_line]
Fault = tuple[str, str, str]
"""The code of its rule, the field, what to do."""


class What(StrEnum):
    """What is saved."""

    TIME = "time"
    COST = "cost"
    OTHER = "other"


IN_WORDS = {What.TIME: "Tiết kiệm thời gian", What.COST: "Tiết kiệm chi phí", What.OTHER: "Hiệu quả khác"}


def read_number(typed: str) -> Decimal | None:
    """A positive or zero number as Vietnamese write it: `1.234,5`, `12,5`, `1.200`; also `7.5`. None when it is none."""
    bare = "".join(typed.split())
    if "," in bare or _GROUPED.fullmatch(bare):
        whole, comma, rest = bare.partition(",")
        if "." in whole and not _GROUPED.fullmatch(whole):
            return None
        bare = whole.replace(".", "") + ("." + rest if comma else "")
    return Decimal(bare) if _PLAIN.fullmatch(bare) and bare.isascii() else None


def _written(value: Any) -> Any:
    """A number of a program as people here would write it: `1.234` is a thousand to a reader, not to JSON."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return value
    return f"{Decimal(str(value)):f}".replace(".", ",")


class Effect(BaseModel):
    """One line as it was typed; kept however incomplete it is."""

    model_config = ConfigDict(extra="forbid")

    what: Annotated[Line, Field(max_length=20)] = ""
    amount: Annotated[Line, BeforeValidator(_written), Field(max_length=40)] = ""
    unit: Annotated[str, StringConstraints(max_length=80), _tidied_line] = ""
    basis: Annotated[str, StringConstraints(max_length=2000), _tidied] = ""
    """How it was computed."""

    @property
    def blank(self) -> bool:
        """Whether the line says nothing."""
        return not (self.what or self.amount or self.unit or self.basis.strip())

    @property
    def number(self) -> Decimal | None:
        """What was typed, when it is a number greater than nothing and not absurd."""
        found = read_number(self.amount)
        fits = found is not None and 0 < found < _LARGEST and -int(found.as_tuple().exponent) <= _PLACES
        return found if fits else None

    @property
    def complete(self) -> bool:
        """Whether it can be handed in."""
        return not list(self.faults(""))

    @property
    def in_words(self) -> str:
        """`Tiết kiệm thời gian: 2,5 giờ/hồ sơ`, for whoever reads the entry."""
        what = IN_WORDS[What(self.what)] if self.what in list(What) else "(chưa chọn loại hiệu quả)"
        amount = self.amount if self.number is None else vn_number(self.number)
        return f"{what}: {amount or '(chưa có số)'} {self.unit}".rstrip()

    def faults(self, field: str) -> Iterator[Fault]:
        """What keeps it from being handed in; `field` is its name in the form."""
        if self.what not in list(What):
            yield "effect_incomplete", f"{field}.what", "Hãy chọn tiết kiệm gì: thời gian, chi phí hay hiệu quả khác."
        if self.number is None:
            yield "effect_not_a_number", f"{field}.amount", "Hãy ghi một số lớn hơn 0, ví dụ 2,5 hoặc 1.234,5."
        if not self.unit:
            yield "effect_incomplete", f"{field}.unit", "Hãy ghi đơn vị tính, ví dụ giờ/hồ sơ, triệu đồng/năm."
        if not self.basis.strip():
            yield "effect_incomplete", f"{field}.basis", "Hãy nói con số này được tính thế nào."

    def told(self) -> events.Effect:
        """As judging hears of it. Only for a complete one."""
        return events.Effect(what=self.what, amount=self.number or Decimal(0), unit=self.unit, basis=self.basis)


def _lines(value: Any) -> Any:
    """The lines of a form (`effects.0.what` …) or of a program, in their order, without the blank ones."""
    if isinstance(value, Mapping):
        value = [value[key] for key in sorted(value, key=lambda key: int(key) if str(key).isdecimal() else MOST)]
    if not isinstance(value, list):
        return value
    return [one for one in value if not isinstance(one, Mapping) or any(str(said).strip() for said in one.values())]


Effects = Annotated[list[Effect], BeforeValidator(_lines), Field(max_length=MOST)]


def typed_lines(value: Any) -> list[dict[str, str]]:
    """What was typed, line by line as `Effects` counts them: for showing a refused form again."""
    lines = _lines(value)
    kept = [one for one in lines if isinstance(one, Mapping)] if isinstance(lines, list) else []
    return [{str(name): str(said) for name, said in one.items()} for one in kept]


def laid_over(saved: Sequence[Effect], sent: Any, shown: int | None) -> dict[str, Any]:
    """The lines of a form over those that are saved, by their places: what did not come is unchanged.

    `shown`: how many lines the form has. It is sent after them: without it the form did not come whole, and no line
    is taken away, neither one that is missing nor one that is empty.
    """
    sent = sent if isinstance(sent, Mapping) else {}
    lines = {}
    for number in range(MOST if shown is None else min(shown, MOST)):
        before: dict[str, Any] = saved[number].model_dump() if number < len(saved) else {}
        line = sent.get(str(number))
        said = {**before, **line} if isinstance(line, Mapping) else before
        empty = not any(str(one).strip() for one in said.values())
        lines[str(number)] = before if shown is None and empty else said
    return lines


def without(value: Any, number: int) -> Any:
    """The lines of a form but the one at place `number`."""
    return {key: line for key, line in value.items() if key != str(number)} if isinstance(value, Mapping) else value


def fields(effects: Sequence[Effect]) -> dict[str, str]:
    """By the names of the form's fields."""
    lines = [(f"effects.{at}", one.model_dump()) for at, one in enumerate(effects)]
    return {f"{field}.{name}": said for field, line in lines for name, said in line.items()}


LABELS = {
    f"effects.{number}.{name}": f"Hiệu quả {number + 1}: {label}"
    for number in range(MOST)
    for name, label in _OF_AN_EFFECT.items()
}
"""What the fields are called, by their names in the form."""


def saying(effects: Sequence[Effect], texts: Mapping[str, str]) -> list[Effect]:
    """The same with other texts in the fields that `texts` names."""
    return [
        one.model_copy(
            update={name: texts[f"effects.{at}.{name}"] for name in _OF_AN_EFFECT if f"effects.{at}.{name}" in texts}
        )
        for at, one in enumerate(effects)
    ]


def faults(effects: Sequence[Effect], *, required: bool) -> Iterator[Fault]:
    """What keeps an entry with these effects from being handed in."""
    if required and not effects:
        yield "effect_missing", "effects.0.what", "Cuộc thi yêu cầu nêu ít nhất một hiệu quả bằng số."
    for at, one in enumerate(effects):
        yield from one.faults(f"effects.{at}")
