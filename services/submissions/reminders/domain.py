"""When a draft is to be reminded of. Pure."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from services.submissions.contests.domain import Contest
from services.submissions.eligibility import domain as eligible
from services.submissions.eligibility.domain import Entrant
from services.submissions.entries.domain import Entry
from services.submissions.states.domain import State
from shared.errors import Invalid
from shared.events.submissions import EntryReminded

HOURS = (72, 24, 2)
"""Before the closing instant, the earliest first."""
QUIET = timedelta(minutes=15)
"""Nobody is reminded of what they are typing at the moment."""


def due(contest: Contest, at: datetime) -> int | None:
    """The round that is on at `at`: the latest that has begun; earlier ones that were missed stay untold."""
    if not contest.is_open(at):
        return None
    left = contest.timetable.closes_at - at
    return min((hours for hours in HOURS if left <= timedelta(hours=hours)), default=None)


def fact(entry: Entry, contest: Contest, authors: Sequence[Entrant], hours: int) -> EntryReminded | None:
    """What its owner is to be told; None when it could not be handed in as it is, or was handed in."""
    if entry.state is not State.DRAFT:
        return None
    try:
        entry.check_complete(contest)
        eligible.check(contest, entry.entrant_group, authors)
    except Invalid:
        return None
    return EntryReminded(
        entry_id=entry.id,
        contest_id=contest.id,
        owner_id=entry.owner_id,
        title=entry.title,
        hours=hours,
        closes_at=contest.timetable.closes_at,
    )
