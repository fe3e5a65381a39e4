"""Units of the dated tree and what holds between them. No storage, no files."""

from collections.abc import Iterable
from datetime import date
from typing import Annotated

from pydantic import BaseModel, Field

from shared.errors import Refusal
from shared.events import submissions as events
from shared.text import Line, folded


class TreeBroken(Refusal):
    """A unit names a parent or successor that is not there, or its dates contradict themselves."""

    code = "unit_tree_broken"
    status = 422
    message = "Cây đơn vị có mâu thuẫn."


class Unit(BaseModel):
    """A unit of the city as it was from `valid_from` to `valid_to`, both days counted; None is open."""

    id: str = Field(min_length=1, max_length=100)
    version: int = 0
    facts: int = 0
    name: Annotated[Line, Field(min_length=1, max_length=200)]
    level: str
    parent_id: str | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    successors: list[str] = []

    def valid_on(self, day: date) -> bool:
        """Whether it exists on `day`."""
        return (self.valid_from or date.min) <= day <= (self.valid_to or date.max)

    @property
    def search_key(self) -> str:
        """Its name as people without a Vietnamese keyboard type it."""
        return folded(self.name)

    def updated(self) -> events.UnitUpdated:
        """The next fact about it: its full state."""
        self.facts += 1
        return events.UnitUpdated(unit_id=self.id, **self.model_dump(exclude={"id", "version", "facts"}))


def check_tree(units: Iterable[Unit]) -> None:
    """Raises TreeBroken at the first contradiction."""
    by_id = {unit.id: unit for unit in units}
    for unit in by_id.values():
        for other in [unit.parent_id, *unit.successors]:
            if other is not None and other not in by_id:
                raise TreeBroken(f"Đơn vị {unit.name} nhắc đến đơn vị không có trong cây: {other}.")
        if unit.valid_from and unit.valid_to and unit.valid_from > unit.valid_to:
            raise TreeBroken(f"Đơn vị {unit.name} kết thúc trước khi bắt đầu.")
        if unit.successors and not unit.valid_to:
            raise TreeBroken(f"Đơn vị {unit.name} có đơn vị kế tục nhưng chưa có ngày kết thúc.")
        _check_above(unit, by_id)


def _check_above(unit: Unit, by_id: dict[str, Unit]) -> None:
    met, parent_id = {unit.id}, unit.parent_id
    while parent_id is not None and parent_id in by_id:
        if parent_id in met:
            raise TreeBroken(f"Đơn vị {unit.name} nằm dưới chính nó.")
        met.add(parent_id)
        parent_id = by_id[parent_id].parent_id


def standing_for(unit_id: str, units: Iterable[Unit], day: date) -> list[Unit]:
    """The unit itself when it exists on `day`, else those that took over from it and exist then; may be empty."""
    by_id = {unit.id: unit for unit in units}
    found, waiting, met = [], [unit_id], set[str]()
    while waiting:
        unit = by_id.get(waiting.pop(0))
        if unit is None or unit.id in met:
            continue
        met.add(unit.id)
        if unit.valid_on(day):
            found.append(unit)
        else:
            waiting.extend(unit.successors)
    return found
