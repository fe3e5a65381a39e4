"""Sealing what is due, once, and reading seals; one day of one contest is one transaction."""

import asyncio
from datetime import date, datetime

from services.submissions.contests import service as contests
from services.submissions.contests.domain import Contest, State
from services.submissions.intake import service as intake
from services.submissions.seals import domain, repository
from services.submissions.seals.domain import Seal
from shared import logs
from shared.clock import now
from shared.errors import NotFound
from shared.identity import Person
from shared.mongo import Duplicate, Store, Tx

INDEXES = repository.INDEXES
_REST_SECONDS = 60.0
log = logs.get(__name__)


async def run(store: Store) -> None:
    """Seal every day soon after it is over, until cancelled."""
    while True:
        await seal_due(store, now())
        await asyncio.sleep(_REST_SECONDS)


async def seal_due(store: Store, at: datetime) -> int:
    """Every day of every contest that is over and not sealed; how many were. Twice, or by two at once, is once."""
    done = 0
    for contest in await contests.every(store.read):
        for day in await _due(store.read, contest, at):
            done += await _seal(store, contest.id, day, at)
    return done


async def _due(tx: Tx, contest: Contest, at: datetime) -> list[date]:
    if contest.published_at is None:
        return []
    last = await repository.last(tx, contest.id)
    waiting = await intake.unsealed(tx, contest.id, at)
    older = last is None and bool(await intake.unrecorded(tx, contest.id))
    if contest.state is State.ARCHIVED and not waiting and not older:
        return []
    return domain.due(domain.first_day(contest.published_at, waiting, older=older, now=at), last, at)


async def _seal(store: Store, contest_id: str, day: date, at: datetime) -> int:
    async def work(tx: Tx) -> int:
        last = await repository.last(tx, contest_id)
        if last is not None and last.day >= day.isoformat():
            return 0
        # Also what was written before midnight and only now became visible: a change is in exactly one seal.
        changes = await intake.unsealed(tx, contest_id, domain.end_of(day))
        # Lines from before there were seals stand in the next one as they are now.
        changes += await intake.take_over(tx, contest_id, at)
        made = domain.seal(last, contest_id, day, changes, at)
        await repository.insert(tx, made)
        await intake.mark_sealed(tx, [change.id for change in changes], made.day)
        return 1

    try:
        done = await store.transaction(work)
    except Duplicate:
        return 0
    log.info("register.sealed", contest=contest_id, day=day.isoformat())
    return done


async def readable(store: Store, person: Person) -> list[Contest]:
    """Published contests whose register somebody may read."""
    scope = intake.scope(person)
    known = await contests.every(store.read)
    return [one for one in known if one.published_at and (scope is None or one.id in scope)]


async def chain(store: Store, contest_id: str, person: Person) -> tuple[Contest, list[Seal]]:
    """All seals of a contest, the oldest first. Raises NotFound, also outside of the person's scope."""
    for contest in await readable(store, person):
        if contest.id == contest_id:
            return contest, await repository.chain(store.read, contest_id)
    raise NotFound


async def of_day(store: Store, contest_id: str, day: str, person: Person) -> tuple[Contest, Seal]:
    """One seal. Raises NotFound, also outside of the person's scope."""
    for contest in await readable(store, person):
        found = await repository.of_day(store.read, contest_id, day) if contest.id == contest_id else None
        if found is not None:
            return contest, found
    raise NotFound
