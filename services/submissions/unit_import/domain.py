"""Rows of a file as units, and everything that is wrong with them, by row and column. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from services.submissions.units.domain import COLUMNS, LEVELS, TreeBroken, Unit, check_tree, unit_id_of
from shared import tables
from shared.errors import Refusal
from shared.tables import Fault
from shared.text import folded
from shared.written_dates import read_day

MAX_ROWS = 2_000
_LEVEL_OF = {folded(word): level for level, word in LEVELS.items()} | {level: level for level in LEVELS}
_LEVEL_OF |= {"so": "department", "nganh": "department", "quan": "district", "huyen": "district", "thi xa": "district"}
_LONGEST = {"name": 200, "code": 20, "id": 100}
_FIELD_OF = {folded(head): field for field, head in COLUMNS.items()}


class ColumnsMissing(Refusal):
    """The first row does not name what a unit needs."""

    code = "columns_missing"
    status = 422


class RowsWrong(Refusal):
    """Nothing is written while a row is wrong."""

    code = "rows_wrong"
    status = 422
    message = "Tệp còn dòng sai nên chưa ghi gì. Hãy sửa các dòng được nêu rồi tải lên lại."


class Import(BaseModel):
    """A file as it was read: what would be written, and what stands in the way."""

    model_config = ConfigDict(extra="ignore")

    id: str
    by: str
    name: str
    rows: int
    units: list[Unit]
    new: list[str] = []
    changed: list[str] = []
    faults: list[Fault] = []
    written: int | None = None
    at: AwareDatetime


def heads(row: Sequence[str]) -> dict[str, int]:
    """Field to its column, whatever marks and capitals the heads have. Raises ColumnsMissing."""
    found = {_FIELD_OF[folded(text)]: place for place, text in enumerate(row) if folded(text) in _FIELD_OF}
    missing = [COLUMNS[field] for field in ("name", "level") if field not in found]
    if missing:
        raise ColumnsMissing(f"Dòng đầu của tệp thiếu cột: {', '.join(missing)}.", field="file")
    return found


def read(rows: Sequence[Sequence[str]], known: Mapping[str, Unit]) -> tuple[list[Unit], list[Fault]]:
    """Units of the rows below the heads and every fault. `known`: the tree as it is. Raises ColumnsMissing."""
    columns = heads(rows[0])
    by_name = {folded(unit.name): unit.id for unit in known.values()}
    units: list[Unit] = []
    faults: list[Fault] = []
    met: dict[str, int] = {}
    for number, row in enumerate(rows[1:], 2):
        if not any(row):
            continue
        cells = {field: row[place] if place < len(row) else "" for field, place in columns.items()}
        found = list(_faults(number, cells))
        faults += found
        if found:
            continue
        unit = _unit(cells, known, by_name)
        if unit.id in met:
            text = f"Trùng với dòng {met[unit.id]}."
            faults.append(Fault(row=number, column=COLUMNS["name"], value=unit.name, text=text))
            continue
        met[unit.id] = number
        units.append(unit)
        by_name.setdefault(folded(unit.name), unit.id)
    return units, [*faults, *_faults_of_tree(units, known, met)]


def _faults(number: int, cells: Mapping[str, str]) -> Iterator[Fault]:
    for field, text in [*_wrong_words(cells), *_wrong_days(cells)]:
        yield Fault(row=number, column=COLUMNS[field], value=cells.get(field, "")[:100], text=text)


def _wrong_words(cells: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    if not cells["name"] or cells["name"] in tables.ERRORS:
        yield "name", tables.BROKEN if cells["name"] else "Thiếu tên đơn vị."
    for field, limit in _LONGEST.items():
        if len(cells.get(field, "")) > limit:
            yield field, f"Dài quá {limit} ký tự."
    if folded(cells["level"]) not in _LEVEL_OF:
        yield "level", f"Cấp phải là một trong: {', '.join(LEVELS.values())}."


def _wrong_days(cells: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    days = {}
    for field in ("valid_from", "valid_to"):
        try:
            days[field] = _day(cells.get(field, ""))
        except ValueError:
            yield field, "Ngày phải có dạng 01/07/2025."
    start, end = days.get("valid_from"), days.get("valid_to")
    if start and end and start > end:
        yield "valid_to", "Ngày kết thúc trước ngày bắt đầu."


def _day(text: str) -> date | None:
    """Raises ValueError."""
    if not text:
        return None
    if (day := read_day(text)) is None:
        raise ValueError(text)
    return day


def _unit(cells: Mapping[str, str], known: Mapping[str, Unit], by_name: Mapping[str, str]) -> Unit:
    start, end = _day(cells.get("valid_from", "")), _day(cells.get("valid_to", ""))
    unit_id = cells.get("id") or _same(cells["name"], start, known) or unit_id_of(cells["name"], start)
    parent = cells.get("parent", "")
    successors = [one.strip() for one in cells.get("successors", "").replace("\n", ";").split(";") if one.strip()]
    return Unit(
        id=unit_id[:100],
        name=cells["name"],
        level=_LEVEL_OF[folded(cells["level"])],
        parent_id=_named(parent, known, by_name) if parent else None,
        valid_from=start,
        valid_to=end,
        successors=[_named(one, known, by_name) for one in successors],
        code=cells.get("code", ""),
    )


def _same(name: str, start: date | None, known: Mapping[str, Unit]) -> str | None:
    """A unit of the tree with the same name and first day: the row is about it."""
    wanted = folded(name)
    return next((one.id for one in known.values() if folded(one.name) == wanted and one.valid_from == start), None)


def _named(text: str, known: Mapping[str, Unit], by_name: Mapping[str, str]) -> str:
    """An id, or the id of the unit with this name; what nobody knows stays and is found in the tree."""
    return text if text in known else by_name.get(folded(text), text)


def _faults_of_tree(units: Sequence[Unit], known: Mapping[str, Unit], rows: Mapping[str, int]) -> Iterator[Fault]:
    """What contradicts the tree, at the row that says so."""
    whole: dict[str, Unit] = {**known, **{unit.id: unit for unit in units}}
    for unit in units:
        links: dict[str, Any] = {"parent": [unit.parent_id] if unit.parent_id else [], "successors": unit.successors}
        unknown = [(field, one) for field, ids in links.items() for one in ids if one not in whole]
        for field, one in unknown:
            text = "Không có đơn vị này trong cây và trong tệp."
            yield Fault(row=rows[unit.id], column=COLUMNS[field], value=one, text=text)
        if not unknown and (text := _broken(unit, whole)):
            yield Fault(row=rows[unit.id], column=COLUMNS["name"], value=unit.name, text=text)


def _broken(unit: Unit, whole: Mapping[str, Unit]) -> str:
    above, met = [unit], {unit.id}
    while (parent := whole.get(above[-1].parent_id or "")) is not None and parent.id not in met:
        met.add(parent.id)
        above.append(parent)
    around = [*above, *(whole[one] for one in unit.successors)]
    near = {one.id: one.model_copy(update={"successors": []}) for one in around}
    try:
        check_tree({**near, unit.id: unit}.values())
    except (TreeBroken, ValidationError) as error:
        return error.message if isinstance(error, TreeBroken) else "Đơn vị không hợp lệ."
    return "Đơn vị nằm dưới chính nó." if parent is not None else ""
