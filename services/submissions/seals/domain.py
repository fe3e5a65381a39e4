"""A day's seal of a contest's register, and which days are to be sealed. Pure."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from pydantic import AwareDatetime, BaseModel

from services.submissions.intake.domain import Change
from shared import recount, seals
from shared.clock import HANOI, local


class Seal(BaseModel):
    """What changed in one contest's register on `day`, chained to the seal of the day before."""

    format: str = seals.FORMAT
    contest_id: str
    n: int
    day: str
    """ISO, in Hanoi."""
    prev: str
    sealed_at: AwareDatetime
    lines: list[dict[str, Any]]
    """In canonical form: texts, whole numbers and instants as text."""
    hash: str = ""

    @property
    def content(self) -> dict[str, Any]:
        """As it is written to a file."""
        plain: dict[str, Any] = recount.plain(self.model_dump())
        return plain

    @property
    def date(self) -> date:
        """The day."""
        return date.fromisoformat(self.day)

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The lines with instants instead of text, for a page."""
        return [{**line, "at": datetime.fromisoformat(line["at"])} for line in self.lines]

    @property
    def numbers(self) -> int:
        """Of how many entries something changed."""
        return len({line["number"] for line in self.lines})


def seal(before: Seal | None, contest_id: str, day: date, changes: Sequence[Change], at: datetime) -> Seal:
    """The next one after `before`, also of a day without a change."""
    lines = [recount.plain({"at": change.at, **change.line}) for change in changes]
    for line in lines:
        line["hash"] = seals.digest(line)
    made = Seal(
        contest_id=contest_id,
        n=before.n + 1 if before else 1,
        day=day.isoformat(),
        prev=before.hash if before else seals.FIRST,
        sealed_at=at,
        lines=lines,
    )
    made.hash = seals.digest(made.content)
    return made


def end_of(day: date) -> datetime:
    """24:00 Hanoi time."""
    return datetime.combine(day + timedelta(days=1), datetime.min.time(), HANOI)


def first_day(published: datetime, changes: Sequence[Change], *, older: bool, now: datetime) -> date:
    """The day a contest's seals begin with: that of its publication or of an earlier change.

    A register that is `older` than the seals is taken over on the last day that is over: nobody can say any more what
    was changed on the days before.
    """
    if older:
        return local(now).date() - timedelta(days=1)
    return min([local(published), *(local(change.at) for change in changes[:1])]).date()


def due(first: date, last: Seal | None, now: datetime) -> list[date]:
    """Every day that is over and not sealed, the oldest first; the register begins on `first`."""
    begin = date.fromisoformat(last.day) + timedelta(days=1) if last else first
    return [begin + timedelta(days=n) for n in range((local(now).date() - begin).days)]
