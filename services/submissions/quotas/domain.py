"""Counting entries for units and holding them against the quotas of a contest. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Any

from pydantic import BaseModel

from services.submissions.rules.domain import Quota
from services.submissions.units.domain import Unit
from shared.text import folded

SIZES = (20, 50, 100)
_DIGITS = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")
_TEN, _HUNDRED, _THOUSAND, _FIVE = 10, 100, 1000, 5
HEADS = ("Đơn vị", "Chỉ tiêu", "Bắt buộc", "Cần", "Đã nộp", "Hợp lệ", "Còn thiếu", "Tình trạng")


class Count(BaseModel):
    """Entries of a unit: handed in and not withdrawn, and of these the accepted ones."""

    handed_in: int = 0
    accepted: int = 0

    def plus(self, other: "Count") -> "Count":
        """Both together."""
        return Count(handed_in=self.handed_in + other.handed_in, accepted=self.accepted + other.accepted)


class Stand(StrEnum):
    """Where a unit stands against its quota."""

    BELOW = "below_quota"
    WAITING = "quota_handed_in"
    MET = "quota_met"


STAND_WORDS = {Stand.BELOW: "Còn thiếu", Stand.WAITING: "Đủ số nộp, chờ kiểm tra", Stand.MET: "Đã đủ"}
TONES = {Stand.BELOW: "warn", Stand.WAITING: "calm", Stand.MET: "good"}


class Row(BaseModel):
    """A unit under a quota of its level."""

    quota: Quota
    unit: Unit
    place: int
    """Of the unit in the Vietnamese order of names."""
    count: Count = Count()

    @property
    def missing(self) -> int:
        """How many entries are still to be handed in."""
        return max(0, self.quota.minimum - self.count.handed_in)

    @property
    def stand(self) -> Stand:
        """Handed in is not yet accepted."""
        if self.missing:
            return Stand.BELOW
        return Stand.MET if self.count.accepted >= self.quota.minimum else Stand.WAITING

    @property
    def in_words(self) -> str:
        """For a list and for a letter."""
        if not self.missing:
            return STAND_WORDS[self.stand]
        whole = self.missing == self.quota.minimum
        return f"{'Chưa nộp bài nào, còn' if whole else 'Còn'} thiếu {in_words(self.missing)} bài"


class Query(BaseModel):
    """What somebody wants to see; words that are not known change nothing."""

    quota: str = ""
    stand: str = ""
    search: str = ""
    sort: str = ""
    page: int = 1
    size: int = SIZES[1]


def tally(
    quotas: Sequence[Quota], units: Sequence[Unit], counts: Mapping[str, Count], heirs: Mapping[str, str]
) -> tuple[list[Row], Count]:
    """Every unit of every quota with its count, and what counts for no unit of any quota.

    `units`: those of the day, in the order of their names. `heirs`: unit that is gone -> the one that took over.
    """
    by_id = {unit.id: unit for unit in units}
    rows = {
        (quota.id, unit.id): Row(quota=quota, unit=unit, place=place)
        for quota in quotas
        for place, unit in enumerate(units)
        if unit.level == quota.unit_level
    }
    elsewhere = Count()
    for unit_id, count in counts.items():
        unit = by_id.get(heirs.get(unit_id, unit_id))
        keys = [(quota.id, one.id) for quota in quotas for one in [_counts_for(quota, unit, by_id)] if one]
        for key in keys:
            rows[key].count = rows[key].count.plus(count)
        elsewhere = elsewhere if keys else elsewhere.plus(count)
    return list(rows.values()), elsewhere


def _counts_for(quota: Quota, unit: Unit | None, by_id: Mapping[str, Unit]) -> Unit | None:
    """The unit itself, or with `count_subunits` the one above it that the quota is for."""
    met: set[str] = set()
    while unit is not None and unit.level != quota.unit_level and quota.count_subunits and unit.id not in met:
        met.add(unit.id)
        unit = by_id.get(unit.parent_id or "")
    return unit if unit is not None and unit.level == quota.unit_level else None


def chosen(rows: Iterable[Row], query: Query) -> list[Row]:
    """The rows that a query asks for, in its order; without one quota after the other, by name."""
    search = folded(query.search)
    found = [
        row
        for row in rows
        if query.quota in ("", row.quota.id)
        and query.stand in ("", row.stand.value)
        and (not search or search in row.unit.search_key)
    ]
    keys: dict[str, Any] = {
        "don-vi": lambda row: row.place,
        "nop": lambda row: (row.count.handed_in, -row.place),
        "hop-le": lambda row: (row.count.accepted, -row.place),
        "thieu": lambda row: (row.missing, -row.place),
    }
    name = query.sort.removeprefix("-")
    return sorted(found, key=keys[name], reverse=query.sort.startswith("-")) if name in keys else found


def cells(row: Row) -> list[object]:
    """A row under HEADS."""
    kind = "Bắt buộc" if row.quota.compulsory else "Khuyến khích"
    numbers = [row.quota.minimum, row.count.handed_in, row.count.accepted, row.missing]
    return [row.unit.name, row.quota.title, kind, *numbers, row.in_words]


def in_words(number: int) -> str:
    """A number of up to four digits as people say it: 15 mười lăm, 21 hai mươi mốt, 105 một trăm linh năm."""
    thousands, rest = divmod(number, _THOUSAND)
    hundreds, rest = divmod(rest, _HUNDRED)
    said = [f"{_DIGITS[thousands]} nghìn"] if thousands else []
    if hundreds or (thousands and rest):
        said.append(f"{_DIGITS[hundreds]} trăm")
    if rest or not said:
        said.append(_below_a_hundred(rest, after=bool(said)))
    return " ".join(said)


def _below_a_hundred(number: int, *, after: bool) -> str:
    tens, ones = divmod(number, _TEN)
    if not tens:
        return f"linh {_DIGITS[ones]}" if after else _DIGITS[ones]
    start = "mười" if tens == 1 else f"{_DIGITS[tens]} mươi"
    if not ones:
        return start
    last = "lăm" if ones == _FIVE else "mốt" if ones == 1 and tens > 1 else _DIGITS[ones]
    return f"{start} {last}"
