"""Reading a filled-in sheet into a staged import, and writing a staged import whole or not at all."""

import asyncio
from collections.abc import Sequence
from datetime import datetime

from services.submissions.contests import service as contests
from services.submissions.contests.domain import Contest
from services.submissions.contests.domain import State as ContestState
from services.submissions.entries import service as entries
from services.submissions.entry_import import domain, repository
from services.submissions.entry_import.domain import KEPT, KEPT_WRITTEN, Import, State
from services.submissions.entry_sheets.domain import MAX_ROWS, Candidate, Reader
from services.submissions.papers import service as papers
from services.submissions.settings import Settings
from services.submissions.units import service as units
from shared import logs, tables
from shared.clock import now
from shared.errors import NotFound, Refusal
from shared.identity import Person, Role
from shared.ids import new_code, new_id
from shared.mongo import Store, Tx

INDEXES = repository.INDEXES
forget = repository.forget
_DESK = (Role.SECRETARY, Role.ORGANISER)
_REST_SECONDS = 1.0
_STEP = 10
log = logs.get(__name__)


def _may(person: Person, contest_id: str) -> bool:
    return any(person.may(role, contest_id) for role in _DESK)


async def open_to(tx: Tx, person: Person) -> list[Contest]:
    """The public contests into which somebody may bring entries; also after the deadline, for what came before it."""
    return [one for one in await contests.published(tx) if _may(person, one.id)]


async def contest(tx: Tx, contest_id: str, person: Person) -> Contest:
    """Raises NotFound, also for everybody who is not at its desk."""
    found = await contests.get(tx, contest_id)
    if not _may(person, contest_id) or found.state is ContestState.DRAFT:
        raise NotFound
    return found


async def stage(  # noqa: PLR0913 - a file has so many sides
    store: Store, contest_id: str, channel: str, name: str, content: bytes, *, by: Person, at: datetime
) -> Import:
    """Read a file and keep what it would do. The same cells as a written file are that file.

    Raises NotFound, TableUnreadable, HeadsMissing, SheetTooLong.
    """
    into = await contest(store.read, contest_id, by)
    rows = await asyncio.to_thread(tables.read, content, max_rows=MAX_ROWS, lines=True)
    digest = domain.digest(contest_id, channel, rows)
    if (known := await repository.written(store.read, digest)) is not None:
        return known
    reader = Reader(into, channel, await units.every(store.read), at)
    found, faults = await asyncio.to_thread(reader.read, rows)
    made = Import(
        id=new_id(), contest_id=contest_id, channel=channel, by=by.id, by_name=by.name, name=name[:200], digest=digest,
        rows=rows, count=len(found), faults=faults, there=await _there(store.read, found), at=at,
    )  # fmt: skip
    await repository.put(store.read, made, at + KEPT)
    return made


async def _there(tx: Tx, found: Sequence[Candidate]) -> list[int]:
    return [one.row for one in found if await entries.exists(tx, one.entry_id)]


async def get(store: Store, import_id: str, person: Person) -> Import:
    """Raises NotFound, also for everybody who is not at the desk of its contest."""
    found = await repository.get(store.read, import_id)
    if not _may(person, found.contest_id):
        raise NotFound
    if found.state is State.WAITING:
        found.done = await repository.progress(store.read, import_id)
    return found


async def start(store: Store, import_id: str, *, by: Person, at: datetime) -> Import:
    """Have it written; a second press starts nothing more. Raises NotFound, RowsWrong."""

    async def work(tx: Tx) -> Import:
        staged = await repository.get(tx, import_id)
        if not _may(by, staged.contest_id):
            raise NotFound
        staged.check_ready()
        if staged.state in (State.READ, State.FAILED):
            staged.state, staged.next_at, staged.reason = State.WAITING, at, ""
            staged.by, staged.by_name = by.id, by.name
            await repository.put(tx, staged, at + KEPT)
        return staged

    return await store.transaction(work)


async def run(store: Store, settings: Settings) -> None:
    """Write what waits, until cancelled."""
    while True:
        waiting = await repository.take(store.read, now())
        if waiting is None:
            await asyncio.sleep(_REST_SECONDS)
        else:
            await write(store, waiting.id, secret_key=settings.secret_key.get_secret_value(), at=now())


async def write(store: Store, import_id: str, *, secret_key: str, at: datetime) -> None:
    """Every row of a waiting import in one transaction. Done twice it is done once; what is refused says why."""

    async def work(tx: Tx) -> None:
        staged = await repository.get(tx, import_id)
        if staged.state is not State.WAITING:
            return
        into = await contests.get(tx, staged.contest_id)
        found, faults = Reader(into, staged.channel, await units.every(tx), at).read(staged.rows)
        if faults:  # the rules or the tree changed since it was read
            staged.faults, staged.state = faults, State.READ
            await repository.put(tx, staged, at + KEPT)
            return
        staged.there = await _write_rows(tx, store, staged, found, secret_key=secret_key, at=at)
        staged.state, staged.rows, staged.done = State.WRITTEN, [], staged.new
        await repository.put(tx, staged, at + KEPT_WRITTEN)

    try:
        await store.transaction(work)
    except Refusal as refusal:
        await _fail(store, import_id, refusal.message, at)
    log.info("entry_import.written", file=import_id)


async def _write_rows(
    tx: Tx, store: Store, staged: Import, found: Sequence[Candidate], *, secret_key: str, at: datetime
) -> list[int]:
    by = Person(staged.by, staged.by_name, frozenset({(Role.SECRETARY.value, staged.contest_id)}))
    there = await _there(tx, found)
    for number, one in enumerate((one for one in found if one.row not in there), 1):
        parts, code = one.words.parts, new_code()
        await papers.enter(tx, one.slip, one.entry_id, code, secret_key=secret_key, by=by, at=at, parts=parts)
        if number % _STEP == 0:
            await repository.note_progress(store.read, staged.id, number, at + KEPT)
    return there


async def _fail(store: Store, import_id: str, reason: str, at: datetime) -> None:
    async def work(tx: Tx) -> None:
        staged = await repository.get(tx, import_id)
        staged.state, staged.reason, staged.next_at = State.FAILED, reason, None
        await repository.put(tx, staged, at + KEPT)

    await store.transaction(work)
