"""Units of the dated tree and what holds between them. No storage, no files."""

import re
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, Field

from shared.dated_tree import DatedTree, exists
from shared.errors import Invalid, Refusal
from shared.events import submissions as events
from shared.text import Line, folded


class NotThere(Refusal):
    """A unit that does not exist on the eve cannot end then."""

    code = "unit_not_there"
    status = 422
    message = "Đơn vị không tồn tại vào ngày đó."


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
    code: Annotated[Line, Field(max_length=20)] = ""
    """Official code, where there is one."""

    def valid_on(self, day: date) -> bool:
        """Whether it exists on `day`."""
        return exists(self, day)

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
    """Which unit this was on `day`, or is by then; may be empty.

    Itself when it exists then, else those that took over from it, or those that it took over from, over any number of changes.
    """
    return DatedTree(units).standing(unit_id, day)


class Whereabouts(BaseModel):
    """Which unit this was on a day, and who it is today; several after a split, none when nobody took over."""

    then: list[Unit]
    today: list[Unit]


def whereabouts(unit_id: str, units: Iterable[Unit], *, day: date, today: date) -> Whereabouts:
    """Both answers at once, by the dates and successors of the tree."""
    every = list(units)
    return Whereabouts(then=standing_for(unit_id, every, day), today=standing_for(unit_id, every, today))


LEVELS = {
    "city": "Thành phố",
    "department": "Sở, ban, ngành",
    "district": "Quận, huyện, thị xã",
    "ward": "Phường",
    "commune": "Xã",
    "organisation": "Tổ chức, doanh nghiệp",
}
"""Level to its word; a level that is not here is shown as it is written."""


class Act(StrEnum):
    """How the tree changes."""

    RENAME = "rename"
    MERGE = "merge"
    SPLIT = "split"
    CLOSE = "close"


class Reorganised(BaseModel):
    """What an act makes of the tree: units that end, units that begin."""

    ended: list[Unit]
    begun: list[Unit]

    @property
    def units(self) -> list[Unit]:
        """All that are written."""
        return [*self.ended, *self.begun]


def reorganise(units: Sequence[Unit], names: Sequence[str], *, level: str, first_day: date) -> Reorganised:
    """`units` end on the eve of `first_day`; units with `names` begin then and take over.

    One name renames or merges, several split, none closes. Old ids keep their names, so that an old entry shows the
    name of its day.

    Raises NotThere for a unit that does not exist then, TreeBroken for a name that is used twice.
    """
    gone = [unit.name for unit in units if not unit.valid_on(first_day - timedelta(days=1))]
    if gone or not units:
        raise NotThere(f"Không thể đổi từ ngày này: {', '.join(gone)} không tồn tại vào ngày liền trước.")
    if len({folded(name) for name in names}) < len(names):
        raise TreeBroken("Hai đơn vị mới trùng tên nhau.")
    parent = units[0].parent_id
    begun = [
        Unit(id=unit_id_of(name, first_day), name=name, level=level, parent_id=parent, valid_from=first_day)
        for name in names
    ]
    change = {"valid_to": first_day - timedelta(days=1), "successors": [unit.id for unit in begun]}
    return Reorganised(ended=[unit.model_copy(update=change) for unit in units], begun=begun)


def unit_id_of(name: str, first_day: date | None) -> str:
    """A readable id that no earlier unit of the same name has."""
    words = re.sub(r"[^a-z0-9]+", "-", folded(name)).strip("-")[:80]
    return f"{words}-{first_day:%Y%m%d}" if first_day else words


def level_words(level: str) -> str:
    """The word for a level."""
    return LEVELS.get(level, level)


COLUMNS = {
    "code": "Mã",
    "name": "Tên đơn vị",
    "level": "Cấp",
    "parent": "Đơn vị cấp trên",
    "valid_from": "Từ ngày",
    "valid_to": "Đến hết ngày",
    "successors": "Đơn vị kế tục",
    "id": "Định danh",
}
"""Field to the head of its column, in files that come in and go out."""


def row_of(unit: Unit) -> list[object]:
    """A unit as a line of a file."""
    start, end = (f"{day:%d/%m/%Y}" if day else "" for day in (unit.valid_from, unit.valid_to))
    successors = "; ".join(unit.successors)
    return [unit.code, unit.name, level_words(unit.level), unit.parent_id or "", start, end, successors, unit.id]


def check_names(act: Act, names: Sequence[str], merged: Sequence[str]) -> None:
    """How many new units an act makes. Raises Invalid."""
    expected = {Act.RENAME: (1, 1), Act.MERGE: (1, 1), Act.SPLIT: (2, 50), Act.CLOSE: (0, 0)}
    low, high = expected[act]
    if not low <= len(names) <= high:
        said = {0: "Giải thể thì không có tên đơn vị mới.", 1: "Hãy ghi đúng một tên đơn vị mới."}
        raise Invalid([{"field": "names", "text": said.get(high, "Hãy ghi từ hai tên trở lên, mỗi tên một dòng.")}])
    if act is Act.MERGE and not merged:
        raise Invalid([{"field": "others", "text": "Hãy chọn ít nhất một đơn vị nhập cùng."}])
