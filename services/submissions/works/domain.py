"""A published initiative, rows of a file as initiatives with everything that is wrong in them, and the list. Pure."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from services.submissions.likeness import domain as likeness
from services.submissions.likeness.domain import Item, Kind
from shared import tables
from shared.errors import Refusal
from shared.ids import derived_id
from shared.tables import Fault
from shared.text import folded

MAX_ROWS = 2_000
SIZES = (20, 50, 100)
SORT_WORDS = {"ten": "title", "nam": "year", "nguon": "source"}
_OLDEST, _YOUNGEST = 1945, 2100
_FEWEST_WORDS = 5


class HeadsMissing(Refusal):
    """The first row does not name what an initiative needs."""

    code = "heads_missing"
    status = 422


class RowsFaulty(Refusal):
    """Nothing is written while a row is wrong."""

    code = "rows_faulty"
    status = 422
    message = "Tệp còn chỗ sai nên chưa ghi gì. Hãy sửa những chỗ được nêu rồi tải lên lại."


def _words(most: int, fewest: int = 1) -> Callable[[str], str]:
    def wrong(text: str) -> str:
        if len(text) > most:
            return f"Dài quá {most} ký tự."
        return "" if len(likeness.syllables(text)) >= fewest else f"Cần ít nhất {fewest} tiếng."

    return wrong


def _year(text: str) -> str:
    known = text.isascii() and text.isdecimal() and _OLDEST <= int(text[:9]) <= _YOUNGEST
    return "" if known else "Năm phải gồm bốn chữ số, ví dụ 2018."


class Column(NamedTuple):
    """A column of the file: its head, whether it must be filled, and what may be wrong with a cell."""

    head: str
    needed: bool
    wrong: Callable[[str], str]


COLUMNS = {
    "title": Column("Tên sáng kiến", needed=True, wrong=_words(500)),
    "text": Column("Nội dung", needed=True, wrong=_words(32_767, _FEWEST_WORDS)),
    "year": Column("Năm", needed=True, wrong=_year),
    "source": Column("Nguồn", needed=True, wrong=_words(300)),
    "author": Column("Tác giả", needed=False, wrong=_words(300)),
}
HEADS = tuple(column.head for column in COLUMNS.values())


class Work(BaseModel):
    """An initiative that was published somewhere."""

    model_config = ConfigDict(extra="ignore")

    id: str
    title: str
    text: str = Field(repr=False)
    year: int
    source: str
    author: str = Field(default="", repr=False)
    by: str = ""
    """Who imported it."""
    at: AwareDatetime | None = None

    def item(self) -> Item:
        """As it is compared: its author plays no part in that."""
        whole = likeness.whole(self.title, [self.text])
        return Item(id=self.id, kind=Kind.WORK, title=self.title, text=whole, year=self.year, source=self.source)

    def cells(self) -> list[object]:
        """As a row under HEADS: what was exported can be imported again."""
        return [self.title, self.text, self.year, self.source, self.author]

    def says_the_same(self, other: "Work") -> bool:
        """Whether every cell is the same."""
        return self.cells() == other.cells()


class Stand(StrEnum):
    """What a row would do."""

    NEW = "row_new"
    CHANGED = "row_changed"
    SAME = "row_same"


class Import(BaseModel):
    """A file as it was read: what would be written, and what stands in the way."""

    model_config = ConfigDict(extra="ignore")

    id: str
    by: str
    name: str
    works: list[Work]
    stands: dict[str, Stand] = {}
    faults: list[Fault] = []
    written: int | None = None
    at: AwareDatetime

    def to_write(self) -> list[Work]:
        """What is not there yet as the file says it. Raises RowsFaulty."""
        if self.faults or not self.works:
            raise RowsFaulty
        return [work for work in self.works if self.stands[work.id] is not Stand.SAME]

    def count(self, stand: Stand) -> int:
        """How many rows would do this."""
        return sum(one is stand for one in self.stands.values())


def read(rows: Sequence[Sequence[str]], *, by: str, at: datetime) -> tuple[list[Work], list[Fault]]:
    """The initiatives of the rows below the heads, and every fault. Raises HeadsMissing."""
    places = _places(rows[0])
    works: dict[str, tuple[int, Work]] = {}
    faults: list[Fault] = []
    for number, row in enumerate(rows[1:], 2):
        cells = {name: row[place].strip() if place < len(row) else "" for name, place in places.items()}
        if not any(cells.values()):
            continue
        found = [Fault(row=number, column=COLUMNS[name].head, value=cells.get(name, "")[:100], text=text)
                 for name, text in _wrong(cells)]  # fmt: skip
        faults += found
        if found:
            continue
        work = Work(id=work_id(cells), by=by, at=at, **cells)  # pydantic reads the year
        first, _ = works.setdefault(work.id, (number, work))
        if first != number:
            text = f"Trùng tên, năm và nguồn với dòng {first}."
            faults.append(Fault(row=number, column=COLUMNS["title"].head, value=work.title[:100], text=text))
    return [work for _, work in works.values()], faults


def _places(heads: Sequence[str]) -> dict[str, int]:
    met = {folded(text): place for place, text in reversed(list(enumerate(heads)))}
    missing = [column.head for column in COLUMNS.values() if column.needed and folded(column.head) not in met]
    if missing:
        raise HeadsMissing(f"Dòng đầu của tệp thiếu cột: {', '.join(missing)}.", field="file")
    return {name: met[folded(column.head)] for name, column in COLUMNS.items() if folded(column.head) in met}


def _wrong(cells: dict[str, str]) -> Iterator[tuple[str, str]]:
    for name, column in COLUMNS.items():
        text = cells.get(name, "")
        if text in tables.ERRORS:
            yield name, tables.BROKEN
        elif not text and column.needed:
            yield name, "Chưa điền."
        elif text and (fault := column.wrong(text)):
            yield name, fault


def work_id(cells: dict[str, str]) -> str:
    """The same initiative, year and source have one id, however they are spelled: a file read again doubles nothing."""
    return derived_id("work", folded(cells["title"]), str(int(cells["year"])), folded(cells["source"]))


class Query(BaseModel):
    """Which initiatives somebody wants to see."""

    search: str = ""
    year: int | None = None
    sort: str = "-nam"
    page: int = 1
    size: int = SIZES[0]

    @property
    def order(self) -> tuple[str, int]:
        """Field and direction; a word that is not known sorts by year, the youngest first."""
        name = self.sort.removeprefix("-")
        return (SORT_WORDS[name], -1 if self.sort.startswith("-") else 1) if name in SORT_WORDS else ("year", -1)
