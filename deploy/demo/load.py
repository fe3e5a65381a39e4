"""Reads the demo's data files into typed values and checks them against each other; plays nothing."""

import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import Any, Literal, Self

import yaml
from pydantic import EmailStr, Field, model_validator

from deploy.demo.blocks import Block
from deploy.demo.contest import Contest
from shared.text import Line, Text, word_count

DATA = Path(__file__).parent / "data"
PLAYED = "ke-hoach-34-2019"
"""The contest that the demo plays; the others are only opened."""
_DOMAIN = "@sangkien.example"
_MIN_WORDS, _MAX_WORDS = 110, 260


class Unit(Block):
    """A node of the dated unit tree; an empty date means open at that end."""

    id: str
    name: Line
    level: Literal["city", "department", "district", "ward", "commune", "organisation"]
    parent: str | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    successors: tuple[str, ...] = ()
    fictional: bool = False

    def valid_on(self, day: date) -> bool:
        """Whether the unit existed on `day`; both ends count."""
        return (self.valid_from or date.min) <= day <= (self.valid_to or date.max)


class Role(Block):
    """What a person may do; the scope `contest` stands for the demo contest, `*` for the whole site."""

    role: Literal["organiser", "secretary", "chair", "judge", "auditor"]
    scope: Literal["contest", "*"]


class Person(Block):
    """Anybody with an account; belonged to `unit` on `unit_on`."""

    id: str
    name: Line
    email: EmailStr
    unit: str
    unit_on: date


class Staff(Person):
    """Somebody who runs, judges or audits the contest."""

    roles: list[Role] = Field(min_length=1)


class Entrant(Person):
    """A person, or an organisation with the person who acts for it."""

    group: str
    representative: Line | None = None


class Entry(Block):
    """One initiative; a `case` marks an entry that exists to exercise a rule."""

    id: str = Field(pattern=r"^SK-\d{3}$")
    entrant: str
    entrant_group: str
    content_group: str
    title: Line
    parts: dict[str, Text]
    case: Literal["without_diacritics", "near_duplicate"] | None = None
    case_of: str | None = None

    @property
    def text(self) -> str:
        """Title and parts as one text."""
        return "\n".join([self.title, *self.parts.values()])


class Demo(Block):
    """Everything, checked: constructing it raises a ValidationError that lists all contradictions."""

    contest: Contest
    units: list[Unit]
    staff: list[Staff]
    entrants: list[Entrant]
    entries: list[Entry]

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        problems = [*_repeated(self), *_in_units(self), *_in_people(self), *_in_entries(self)]
        if problems:
            raise ValueError("; ".join(problems))
        return self

    @property
    def clean_entries(self) -> list[Entry]:
        """The entries that break no rule."""
        return [entry for entry in self.entries if not entry.case]

    def unit(self, unit_id: str) -> Unit:
        """Raises KeyError when there is no such unit."""
        return {unit.id: unit for unit in self.units}[unit_id]

    def heirs(self, unit_id: str, day: date) -> set[str]:
        """The units that stand for `unit_id` on `day`: itself, or its living successors."""
        unit = self.unit(unit_id)
        if unit.valid_on(day):
            return {unit.id}
        return set().union(*(self.heirs(successor, day) for successor in unit.successors))


def _twice(kind: str, values: Iterable[str]) -> Iterator[str]:
    yield from (f"{kind} {value} appears {times} times" for value, times in Counter(values).items() if times > 1)


def _repeated(demo: Demo) -> Iterator[str]:
    people = [*demo.staff, *demo.entrants]
    yield from _twice("unit", (unit.id for unit in demo.units))
    yield from _twice("person", (person.id for person in people))
    yield from _twice("address", (person.email for person in people))
    yield from _twice("entry", (entry.id for entry in demo.entries))
    yield from _twice("title", (entry.title for entry in demo.entries))


def _in_units(demo: Demo) -> Iterator[str]:
    by_id = {unit.id: unit for unit in demo.units}
    for unit in demo.units:
        for other in filter(None, [unit.parent, *unit.successors]):
            if other not in by_id:
                yield f"unit {unit.id} names the unknown unit {other}"
        if unit.successors and not unit.valid_to:
            yield f"unit {unit.id} has successors and no end"


def _in_people(demo: Demo) -> Iterator[str]:
    by_id = {unit.id: unit for unit in demo.units}
    for person in [*demo.staff, *demo.entrants]:
        unit = by_id.get(person.unit)
        if not unit or not unit.valid_on(person.unit_on):
            yield f"{person.id}: no unit {person.unit} on {person.unit_on}"
        if not person.email.endswith(_DOMAIN):
            yield f"{person.id}: {person.email} is not a demo address"
    tracks = {group.id: group.track for group in demo.contest.entrant_groups}
    for entrant in demo.entrants:
        if entrant.group not in tracks:
            yield f"{entrant.id}: unknown group {entrant.group}"
        elif (tracks[entrant.group] == "collective") != bool(entrant.representative):
            yield f"{entrant.id}: a collective, and only a collective, has a representative"


def _in_entries(demo: Demo) -> Iterator[str]:
    entrants = {entrant.id: entrant for entrant in demo.entrants}
    content = {group.id for group in demo.contest.content_groups}
    ids = {entry.id for entry in demo.entries}
    for entry in demo.entries:
        entrant = entrants.get(entry.entrant)
        if not entrant or entrant.group != entry.entrant_group:
            yield f"{entry.id}: no entrant {entry.entrant} in group {entry.entrant_group}"
        if entry.content_group not in content:
            yield f"{entry.id}: unknown content group {entry.content_group}"
        if (entry.case == "near_duplicate") != (entry.case_of in ids):
            yield f"{entry.id}: a near duplicate, and only that, names its model"
        yield from _in_words(entry, demo.contest)


def _in_words(entry: Entry, contest: Contest) -> Iterator[str]:
    limits = {part.id: part.max_words for part in contest.parts.items}
    if list(entry.parts) != list(limits):
        yield f"{entry.id}: parts are {list(entry.parts)}, not {list(limits)}"
        return
    if word_count(entry.title) > contest.parts.title_max_words:
        yield f"{entry.id}: the title is too long"
    yield from (
        f"{entry.id}: {part} is empty or longer than {limits[part]} words"
        for part, text in entry.parts.items()
        if not 0 < word_count(text) <= limits[part]
    )
    words = word_count(entry.text)
    if not _MIN_WORDS <= words <= _MAX_WORDS:
        yield f"{entry.id}: {words} words, not {_MIN_WORDS} to {_MAX_WORDS}"


def _read(path: Path) -> Any:
    raw = path.read_text(encoding="utf-8")
    if not unicodedata.is_normalized("NFC", raw):
        raise ValueError(f"{path.name} is not in NFC")
    return yaml.safe_load(raw)


def load(folder: Path = DATA) -> Demo:
    """The demo's data. Raises ValueError when a file is not in NFC or the data contradict themselves."""
    people = _read(folder / "people.yaml")
    entries = [entry for path in sorted((folder / "entries").glob("*.yaml")) for entry in _read(path)["entries"]]
    return Demo.model_validate(
        {
            "contest": _read(folder / "contests" / f"{PLAYED}.yaml"),
            "units": _read(folder / "units.yaml")["units"],
            "staff": people["staff"],
            "entrants": people["entrants"],
            "entries": entries,
        }
    )


def contests(folder: Path = DATA) -> dict[str, Contest]:
    """Every contest that is there as data, by the name of its file. Raises what `load` raises."""
    return {path.stem: Contest.model_validate(_read(path)) for path in sorted((folder / "contests").glob("*.yaml"))}
