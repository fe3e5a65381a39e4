"""Checking the chain of daily seals of a register: pure, standard library only, the same for us and for anyone.

Kept apart from the services so that `python -m deploy verify-register` needs none of them.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from shared import recount

FORMAT = "sang-kien/register-seal/v2"
"""Every line has its own hash. In v1 only the day had one: a change was found, but not its line."""
FORMATS = ("sang-kien/register-seal/v1", FORMAT)
FIRST = recount.FIRST
"""What stands in place of the hash before the first seal."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Something is not as it was sealed: on which day, in the line of which register number, and what it should be."""

    day: str
    what: str
    """`line`, `content`, `chain`, `number` or `register`."""
    expected: str
    found: str
    line: int | None = None
    """The register number."""
    place: int | None = None
    """Which line of the day, from 1."""


def digest(sealed: Mapping[str, Any]) -> str:
    """The hash that a seal, or a line of it, must have: of everything in it but the hash itself."""
    return recount.digest({name: value for name, value in sealed.items() if name != "hash"})


def faults(seals: Sequence[Mapping[str, Any]]) -> list[Fault]:
    """Everything that is wrong. The seals may begin anywhere in the chain and lack none after that."""
    found: list[Fault] = []
    before: Mapping[str, Any] | None = None
    for seal in seals:
        found += _of_lines(seal)
        if digest(seal) != seal["hash"]:
            found.append(Fault(str(seal["day"]), "content", str(seal["hash"]), digest(seal)))
        found += _of_chain(seal, before)
        before = seal
    return found


def _of_lines(seal: Mapping[str, Any]) -> Iterator[Fault]:
    for place, line in enumerate(seal["lines"], start=1):
        if seal["format"] != FORMATS[0] and digest(line) != line["hash"]:
            yield Fault(str(seal["day"]), "line", str(line["hash"]), digest(line), int(line["number"]), place)


def _of_chain(seal: Mapping[str, Any], before: Mapping[str, Any] | None) -> Iterator[Fault]:
    day = str(seal["day"])
    wanted = before["n"] + 1 if before else seal["n"]
    if before and seal["contest_id"] != before["contest_id"]:
        yield Fault(day, "register", str(before["contest_id"]), str(seal["contest_id"]))
    if seal["n"] != wanted:
        yield Fault(day, "number", str(wanted), str(seal["n"]))
    prev = before["hash"] if before else FIRST if seal["n"] == 1 else seal["prev"]
    if seal["prev"] != prev:
        yield Fault(day, "chain", str(prev), str(seal["prev"]))
