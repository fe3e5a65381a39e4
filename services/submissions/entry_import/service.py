"""Reading a filled-in sheet into a staged import, and writing a staged import that has no wrong row, some rows at a time."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any

from services.submissions.contests import service as contests
from services.submissions.contests.domain import Contest
from services.submissions.contests.domain import State as ContestState
from services.submissions.eligibility import service as eligibility
from services.submissions.eligibility.domain import Entrant
from services.submissions.entries import service as entries
from services.submissions.entry_import import domain, repository
from services.submissions.entry_import.domain import KEPT, KEPT_WRITTEN, Import, State
from services.submissions.entry_sheets.domain import MAX_ROWS, Candidate, Reader
from services.submissions.papers import service as papers
from services.submissions.papers.domain import Further
from services.submissions.people import service as people
from services.submissions.people.domain import Account, Kind
from services.submissions.row_findings import domain as row_findings
from services.submissions.settings import Settings
from services.submissions.units import service as units
from shared import logs, tables, turn
from shared.clock import now
from shared.errors import NotFound, Refusal
from shared.identity import Person, Role
from shared.ids import new_code, new_id
from shared.mongo import Store, Tx
from shared.tables import Fault
from shared.text import folded

INDEXES = repository.INDEXES
forget = repository.forget
_DESK = (Role.SECRETARY, Role.ORGANISER)
_REST_SECONDS = 1.0
_AT_ONCE = 10
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
        rows=rows, count=len(found), faults=faults, notices=await _notices(store.read, into, found),
        there=await _there(store.read, found), at=at,
    )  # fmt: skip
    await repository.put(store.read, made, at + KEPT)
    return made


async def _there(tx: Tx, found: Sequence[Candidate]) -> list[int]:
    known = await entries.known(tx, [one.entry_id for one in found])
    return [one.row for one in found if one.entry_id in known]


async def _notices(tx: Tx, into: Contest, found: Sequence[Candidate]) -> list[Fault]:
    said: list[Fault] = []
    for one in found:
        authors = await _entrants(tx, into, one)
        said += await asyncio.to_thread(row_findings.notices, into, one, authors)
    return said


async def _entrants(tx: Tx, into: Contest, one: Candidate) -> list[Entrant]:
    """The authors as they will be known: by the accounts they have, else by what the row says."""
    slip, received = one.slip, one.slip.received_at or now()
    sender = Further(name=slip.name, phone=slip.phone, email=slip.email, unit_id=slip.unit_id)
    own = {"kind": slip.kind, "representative": slip.representative}
    others = {"kind": Kind.RESIDENT, "representative": ""}
    said = [(sender, own), *((further, others) for further in one.further)]
    accounts = [await _account(tx, author, more, received) for author, more in said]
    return [await eligibility.entrant(tx, into, account, received) for account in accounts]


async def _account(tx: Tx, said: Further, more: dict[str, Any], at: datetime) -> Account:
    for address in (said.email, said.phone):
        known = await people.find_by_address(tx, address) if address else None
        if known is not None and folded(known.name) == folded(said.name):
            return known
    return Account.written_down("", said.model_dump() | more, at)


async def get(store: Store, import_id: str, person: Person) -> Import:
    """Raises NotFound, also for everybody who is not at the desk of its contest."""
    found = await repository.get(store.read, import_id)
    if not _may(person, found.contest_id):
        raise NotFound
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
            await _in_turn(store, waiting.id, settings.secret_key.get_secret_value())


async def _in_turn(store: Store, import_id: str, secret_key: str) -> None:
    writing = write(store, import_id, secret_key=secret_key, at=now())
    with suppress(turn.TurnLost):
        await turn.kept(writing, lambda: repository.hold(store.read, import_id, now()))


async def write(store: Store, import_id: str, *, secret_key: str, at: datetime) -> None:
    """Every row of a waiting import; killed in between, it goes on where it was. What is refused says why.

    Some rows in each transaction: one for all of them would keep every other entry out of the register meanwhile.
    """
    staged = await repository.get(store.read, import_id)
    if staged.state is not State.WAITING:
        return
    into, tree = await contests.get(store.read, staged.contest_id), await units.every(store.read)
    found, faults = await asyncio.to_thread(Reader(into, staged.channel, tree, at).read, staged.rows)
    if faults:  # the rules or the tree changed since it was read
        await _end(store, import_id, {"faults": faults, "state": State.READ}, at + KEPT)
        return
    try:
        for start in range(0, len(found), _AT_ONCE):
            await _write_rows(store, staged, found[start : start + _AT_ONCE], secret_key=secret_key, at=at)
    except Refusal as refusal:
        await _end(store, import_id, {"state": State.FAILED, "reason": refusal.message, "next_at": None}, at + KEPT)
        return
    wrote = (await repository.get(store.read, import_id)).wrote
    there = [one.row for one in found if one.row not in wrote]
    done = {"state": State.WRITTEN, "there": there, "rows": [], "notices": []}
    await _end(store, import_id, done, at + KEPT_WRITTEN)
    log.info("entry_import.written", file=import_id)


async def _write_rows(
    store: Store, staged: Import, some: Sequence[Candidate], *, secret_key: str, at: datetime
) -> None:
    by = Person(staged.by, staged.by_name, frozenset({(Role.SECRETARY.value, staged.contest_id)}))
    codes = {one.row: new_code() for one in some}

    async def work(tx: Tx) -> None:
        there = await _there(tx, some)
        fresh = [one for one in some if one.row not in there]
        if not await repository.note_written(tx, staged.id, [one.row for one in fresh]):
            return
        for one in fresh:
            parts, code = one.words.parts, codes[one.row]
            await papers.enter(tx, one.slip, one.entry_id, code, secret_key=secret_key, by=by, at=at, parts=parts)

    await store.transaction(work)


async def _end(store: Store, import_id: str, change: dict[str, Any], expires_at: datetime) -> None:
    async def work(tx: Tx) -> None:
        staged = await repository.get(tx, import_id)
        if staged.state is State.WAITING:
            await repository.put(tx, staged.model_copy(update=change), expires_at)

    await store.transaction(work)
