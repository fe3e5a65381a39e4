"""Finding drafts that are complete while time runs out, and telling so once for each deadline and round."""

import asyncio
from datetime import datetime

from services.submissions.contests import service as contests
from services.submissions.contests.domain import Contest
from services.submissions.eligibility import service as eligibility
from services.submissions.entries import service as entries
from services.submissions.reminders import domain, repository
from shared import logs
from shared.clock import now
from shared.mongo import Duplicate, Store, Tx

INDEXES = repository.INDEXES
_REST_SECONDS = 60.0
log = logs.get(__name__)


async def run(store: Store) -> None:
    """Until cancelled. Several workers may do it at once."""
    while True:
        await remind(store, now())
        await asyncio.sleep(_REST_SECONDS)


async def remind(store: Store, at: datetime) -> int:
    """Everything that is due at `at`; how many were told. Done twice it is done once."""
    told = 0
    for contest in await contests.published(store.read):
        hours = domain.due(contest, at)
        if hours is not None:
            told += await _round(store, contest, hours, at)
    return told


async def _round(store: Store, contest: Contest, hours: int, at: datetime) -> int:
    closes_at, until = contest.timetable.closes_at, at - domain.QUIET
    since = await repository.looked_until(store.read, contest.id, closes_at, hours)
    found = await entries.drafts_saved(store.read, contest.id, since, until)
    told = [await _told(store, entry_id, hours, at) for entry_id in found]
    # Last: whoever stops halfway looks at the same drafts again.
    await repository.note_look(store.read, contest.id, closes_at, hours, until)
    if any(told):
        log.info("reminders.told", contest=contest.id, hours=hours, entries=sum(told))
    return sum(told)


async def _told(store: Store, entry_id: str, hours: int, at: datetime) -> bool:
    async def work(tx: Tx) -> bool:
        entry = await entries.get(tx, entry_id)
        contest = await contests.get(tx, entry.contest_id)
        if domain.due(contest, at) != hours:  # the deadline was moved a moment ago
            return False
        authors = await eligibility.entrants(tx, contest, entry.author_ids, at)
        fact = domain.fact(entry, contest, authors, hours)
        if fact is None:
            return False
        await repository.note(tx, entry.id, contest.timetable.closes_at, hours, at)
        await entries.tell(tx, entry, fact, at=at)
        return True

    try:
        return await store.transaction(work)
    except Duplicate:
        return False
