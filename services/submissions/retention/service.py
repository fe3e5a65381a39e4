"""What is due, confirming it, clearing it; one entry is one transaction and a killed worker goes on where it stopped."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from services.submissions.contests import service as contests
from services.submissions.contests.domain import Contest
from services.submissions.entries import service as entries
from services.submissions.entries.domain import Entry
from services.submissions.erasures import service as erasures
from services.submissions.erasures.domain import Fate
from services.submissions.files import service as attachments
from services.submissions.people import service as people
from services.submissions.retention import repository
from services.submissions.retention.domain import Retention, State
from services.submissions.settings import Settings
from services.submissions.states.domain import State as EntryState
from shared import logs
from shared.clock import now
from shared.errors import NotFound
from shared.identity import Person, Role
from shared.mongo import Store, Tx
from shared.redaction import spellings

INDEXES = repository.INDEXES
_REST_SECONDS = 5.0
_SYSTEM = "system"
log = logs.get(__name__)


@dataclass(frozen=True, slots=True)
class Case:
    """A contest with how long its data is kept; `due_at` None: its rules do not say."""

    retention: Retention
    contest: Contest
    due_at: datetime | None


async def note(tx: Tx, contest_id: str, at: datetime) -> None:
    """A result was published."""
    await repository.note(tx, contest_id, at)


async def listed(store: Store, by: Person) -> list[Case]:
    """Every contest with a result. Raises Forbidden."""
    by.require(Role.ADMINISTRATOR)
    return [await _case(store.read, one) for one in await repository.every(store.read)]


async def _case(tx: Tx, retention: Retention) -> Case:
    contest = await contests.get(tx, retention.id)
    return Case(retention, contest, retention.due_at(contest.retention_months))


async def confirm(store: Store, contest_id: str, *, by: Person, at: datetime) -> None:
    """Clear the personal data of this contest. Raises Forbidden, NotFound, NotDue."""
    by.require(Role.ADMINISTRATOR)

    async def work(tx: Tx) -> None:
        await _confirm(tx, contest_id, by.id, at)

    await store.transaction(work)


async def _confirm(tx: Tx, contest_id: str, by: str, at: datetime) -> None:
    retention = await repository.get(tx, contest_id)
    retention.confirm((await contests.get(tx, contest_id)).retention_months, by, at)
    await repository.put(tx, retention)


async def run(store: Store, settings: Settings) -> None:
    """Until cancelled."""
    while True:
        if settings.retention == "automatic":
            await confirm_due(store, now())
        retention = await repository.take(store.read, now())
        if retention is not None:
            await clear(store, retention)
        else:
            await asyncio.sleep(_REST_SECONDS)


async def confirm_due(store: Store, at: datetime) -> None:
    """Everything that is due and waits for nobody."""
    for retention in await repository.every(store.read):
        case = await _case(store.read, retention)
        if retention.state is State.KEPT and case.due_at is not None and case.due_at <= at:
            await store.transaction(partial(_confirm, contest_id=retention.id, by=_SYSTEM, at=at))


async def clear(store: Store, retention: Retention) -> None:
    """Every entry of the contest loses its author and its files. Done twice it is done once."""
    for known in await entries.of_contest(store.read, retention.id):

        async def work(tx: Tx, entry_id: str = known.id) -> None:
            kept = await repository.get(tx, retention.id)
            kept.files += [one for one in await _clear_entry(tx, entry_id) if one not in kept.files]
            kept.cleared += 1
            await repository.put(tx, kept)

        if known.author_ids:
            await store.transaction(work)
    files = (await repository.get(store.read, retention.id)).files
    await attachments.delete(store, files)

    async def end(tx: Tx) -> None:
        kept = await repository.get(tx, retention.id)
        kept.files, kept.state, kept.done_at = [], State.ERASED, kept.done_at or now()
        await repository.put(tx, kept)

    await store.transaction(end)
    log.info("retention.contest.cleared", contest=retention.id)


async def _clear_entry(tx: Tx, entry_id: str) -> Sequence[str]:
    entry = await entries.get(tx, entry_id)
    words, fates = await _words(tx, entry), {EntryState.ACCEPTED: Fate.NAMELESS, EntryState.DRAFT: Fate.DELETED}
    # Nobody is named any more, not even by an id; the published result keeps the names it was published with.
    entry.owner_id, entry.author_ids, entry.shares, entry.representative_id = "", [], {}, ""
    cleared = await erasures.clear(tx, entry, fates.get(entry.state, Fate.EMPTIED), words, now())
    return [*cleared.files, *cleared.copies]


async def _words(tx: Tx, entry: Entry) -> list[str]:
    found = []
    for author_id in entry.author_ids:
        try:
            account = await people.get(tx, author_id)
        except NotFound:
            continue
        found += [] if account.erased else spellings(account.name, account.email, account.phone)
    return found
