"""What a contest lays down, as far as other services hear of it. The facts that carry it are in `submissions`."""

from datetime import date

from pydantic import AwareDatetime

from shared.events.envelope import Body


class Choice(Body):
    """An option of a contest: an entrant group, a content group, a goal."""

    id: str
    title: str


class EntrantGroup(Choice):
    """Who may enter; `track` is the prize track, `individual` or `collective`."""

    track: str


class Part(Choice):
    """A section that every entry must have, with its limit in words."""

    max_words: int


class Prize(Choice):
    """`count` equal prizes of one track; a smaller `rank` is handed out first."""

    track: str
    rank: int
    count: int


class Timetable(Body):
    """When a contest opens and closes; an entry may be changed until `edit_until`."""

    opens_at: AwareDatetime
    closes_at: AwareDatetime
    edit_until: AwareDatetime
    final_at: AwareDatetime | None = None


class Plan(Body):
    """The plan a contest implements; numbers are unique only within issuer and year."""

    issuer: str
    number: str
    date: date


class Move(Body):
    """An instant of a timetable that was moved; `what` is its name there. None: there was none, or there is none."""

    what: str
    before: AwareDatetime | None
    after: AwareDatetime | None


class Role(Body):
    """A role within a scope: a contest id, or `*` for the whole site."""

    role: str
    scope: str = "*"
