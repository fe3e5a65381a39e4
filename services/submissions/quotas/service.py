"""The list of units against their quotas, within what somebody may read."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from services.submissions.contests import service as contests
from services.submissions.contests.domain import Contest
from services.submissions.intake import service as intake
from services.submissions.quotas import domain
from services.submissions.quotas.domain import Count, Query, Row
from services.submissions.units import service as units
from shared.clock import local
from shared.errors import NotFound
from shared.identity import Person, Role
from shared.mongo import Store

_READERS = (Role.SECRETARY, Role.ORGANISER)


@dataclass(frozen=True, slots=True)
class Listing:
    """What the query found of a contest's units."""

    contest: Contest
    rows: list[Row]
    by_stand: Mapping[domain.Stand, int]
    elsewhere: Count
    """Entries that count for no unit of any quota."""


async def with_quotas(store: Store, person: Person) -> list[Contest]:
    """The public contests with quotas that somebody may look after."""
    return [one for one in await contests.published(store.read) if one.quotas and _may_read(person, one.id)]


def _may_read(person: Person, contest_id: str) -> bool:
    return any(person.may(role, contest_id) for role in _READERS)


async def listing(store: Store, contest_id: str, query: Query, person: Person, at: datetime) -> Listing:
    """Units as they stand at `at`, or as they stood when the contest closed. Raises NotFound."""
    if not _may_read(person, contest_id):
        raise NotFound
    tx = store.read
    contest = await contests.get(tx, contest_id)
    day = local(min(at, contest.timetable.closes_at)).date()
    there, counts = await units.on(tx, day), await intake.counts_of_units(tx, contest.id)
    heirs = {}
    for unit_id in counts.keys() - {unit.id for unit in there}:
        standing = await units.standing(tx, unit_id, day)
        if len(standing) == 1:
            heirs[unit_id] = standing[0].id
    rows, elsewhere = domain.tally(contest.quotas, there, {one: Count(**n) for one, n in counts.items()}, heirs)
    by_stand = {stand: sum(row.stand is stand for row in rows) for stand in domain.Stand}
    return Listing(contest, domain.chosen(rows, query), by_stand, elsewhere)
