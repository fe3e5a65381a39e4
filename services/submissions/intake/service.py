"""Keeping the register from our own facts, and the secretary's decisions: accept, return. One function, one transaction."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from services.submissions.anonymity import domain as anonymity
from services.submissions.anonymity.domain import Reading
from services.submissions.contests import service as contests
from services.submissions.contests.domain import Contest
from services.submissions.eligibility import domain as eligible
from services.submissions.eligibility import service as eligibility
from services.submissions.entries import service as entries
from services.submissions.entries.domain import Entry
from services.submissions.intake import domain, repository
from services.submissions.intake.domain import Line, NewRevision, Query
from services.submissions.originality import service as originality
from services.submissions.originality.service import Findings
from services.submissions.people import service as people
from services.submissions.people.domain import Account
from services.submissions.states.domain import State
from services.submissions.texts.domain import Revision
from shared.errors import NotFound
from shared.events.judging import ScriptCoded
from shared.events.submissions import EntryAccepted, EntryReturned, EntrySubmitted, EntryWithdrawn
from shared.identity import Person, Role
from shared.mongo import Document, Store, Tx
from shared.once import once
from shared.redaction import hide

INDEXES = repository.INDEXES
_DESK = (Role.SECRETARY, Role.ORGANISER)


@dataclass(frozen=True, slots=True)
class Listing:
    """A page of the register, with the counts that belong to it."""

    lines: list[Line]
    total: int
    by_state: dict[str, int]
    contests: list[Contest]


@dataclass(frozen=True, slots=True)
class Sheet:
    """Everything that the formal check of one entry needs."""

    line: Line
    entry: Entry
    last: Revision
    earlier: list[Revision]
    contest: Contest
    owner: Account
    units: list[str]
    """The authors' units as they were called on the day of handing in."""
    objections: list[str]
    """Why the rules do not let the authors enter, as their roles are now."""
    reading: Reading
    alike: Findings
    """Texts that say the same in part."""
    numbers: dict[str, int]
    """Of the entries among them, in their registers."""


async def record(tx: Tx, told: EntrySubmitted) -> None:
    """Enter what was handed in, or note that it came again; a revision that is noted already changes nothing."""
    line = await repository.find(tx, told.entry_id)
    if line is not None and (told.revision <= line.revision or line.joined_to is not None):
        return
    unit = ", ".join(await eligibility.called(tx, [told.unit_id] if told.unit_id else []))
    if line is None:
        number = await repository.next_number(tx, told.contest_id)
        own = told.model_dump(include=set(Line.model_fields) - {"received_at"})
        line = Line(**own, number=number, received_at=told.received_at or told.submitted_at, unit=unit)
    else:
        first = {"entry_id", "contest_id", "channel", "receipt", "received_at"}
        fresh = told.model_dump(include=set(Line.model_fields) - first)
        line = line.model_copy(update={**fresh, "unit": unit, "state": State.SUBMITTED, "reason": "", "until": None})
    await repository.put(tx, line)


async def line(tx: Tx, entry_id: str) -> Line:
    """For rooms above, which have their own policy. Raises NotFound."""
    return await repository.get(tx, entry_id)


async def join(tx: Tx, kept: Line, gone: Line, *, more_channels: list[str]) -> None:
    """Two lines are one entry: the first keeps its number and counts, the other stays with the number of the first."""
    await repository.put(tx, kept.model_copy(update={"more_channels": more_channels}))
    await repository.put(tx, gone.model_copy(update={"state": State.JOINED, "joined_to": kept.number}))


async def part(tx: Tx, kept: Line, gone: Line, *, more_channels: list[str], state: State) -> None:
    """They were two after all: the other counts again, in the `state` it had."""
    await repository.put(tx, kept.model_copy(update={"more_channels": more_channels}))
    await repository.put(tx, gone.model_copy(update={"state": state, "joined_to": None}))


async def follow(tx: Tx, told: EntryWithdrawn | EntryReturned | EntryAccepted, at: datetime) -> None:
    """Note what became of an entry; what is noted already stays the same."""
    line = await repository.get(tx, told.entry_id)
    match told:
        case EntryWithdrawn():
            change = {"state": State.WITHDRAWN, "reason": told.reason, "until": None, "decided_at": at}
        case EntryReturned():
            change = {"state": State.RETURNED, "reason": told.reason, "until": told.until, "decided_at": at}
        case EntryAccepted():
            change = {"state": State.ACCEPTED, "reason": "", "until": None, "decided_at": at}
    await repository.put(tx, line.model_copy(update=change))


async def note_coded(tx: Tx, told: ScriptCoded) -> None:
    """The entry has its secret code; the code itself is not known here."""
    line = await repository.get(tx, told.entry_id)
    await repository.put(tx, line.model_copy(update={"coded_at": told.coded_at}))


async def forget(tx: Tx, entry_id: str, title: str, words: Sequence[str]) -> None:
    """The entry was cleared of its author: the register shows its new title, and no reason names anybody."""
    line = await repository.find(tx, entry_id)
    if line is not None:
        change = {"title": title, "reason": hide(line.reason, words)}
        await repository.put(tx, line.model_copy(update=change))


async def counts_of_units(tx: Tx, contest_id: str) -> dict[str, dict[str, int]]:
    """Entries that were not withdrawn, by the unit of the day they were handed in: {handed_in, accepted}."""
    return await repository.counts_of_units(tx, contest_id)


def _scope(person: Person) -> list[str] | None:
    """The contests whose register somebody may read; None means all."""
    scopes = {scope for role, scope in person.roles if role in _DESK}
    return None if "*" in scopes else sorted(scopes)


async def listing(store: Store, query: Query, person: Person) -> Listing:
    """A page of the register within the person's scope."""
    query = query.model_copy(update={"contest_ids": _scope(person)})
    tx = store.read
    lines, total = await repository.lines(tx, query), await repository.count(tx, query)
    return Listing(lines, total, await repository.by_state(tx, query), await _contests(tx, query))


async def _contests(tx: Tx, query: Query) -> list[Contest]:
    published = await contests.published(tx)
    return [one for one in published if query.contest_ids is None or one.id in query.contest_ids]


async def rows(store: Store, query: Query, person: Person) -> list[list[object]]:
    """All that the list shows over all its pages, as rows under `domain.HEADS`."""
    query = query.model_copy(update={"contest_ids": _scope(person)})
    known = {one.id: one for one in await _contests(store.read, query)}
    lines = await repository.lines(store.read, query, whole=True)
    return [domain.cells(line, known.get(line.contest_id)) for line in lines]


async def sheet(store: Store, entry_id: str, person: Person) -> Sheet:
    """For the formal check. Raises NotFound, also outside of the person's scope."""
    tx = store.read
    line = await repository.get(tx, entry_id)
    if not any(person.may(role, line.contest_id) for role in _DESK):
        raise NotFound
    entry = await entries.get(tx, entry_id)
    handed_in = await entries.revisions(tx, entry_id)
    contest = await contests.get(tx, entry.contest_id)
    last = handed_in[0]
    authors = await eligibility.entrants(tx, contest, entry.author_ids, last.at)
    alike = await originality.findings(tx, entry_id, person)
    return Sheet(
        line,
        entry,
        last,
        handed_in[1:],
        contest,
        owner=await people.shown(tx, entry.owner_id),
        units=await eligibility.called(tx, last.unit_ids),
        objections=eligible.objections(contest, last.entrant_group, authors),
        reading=anonymity.read(last, authors),
        alike=alike,
        numbers=await repository.numbers(tx, [one.other_than(entry_id) for one in alike.pairs]),
    )


async def accept(store: Store, entry_id: str, *, revision: int | None, key: str, by: Person, at: datetime) -> Document:
    """The entry is in order: {state, number}. Raises NotFound, NewRevision, NotWaiting, KeyReused."""

    async def decide(tx: Tx) -> Entry:
        return await entries.accept(tx, entry_id, by, at)

    body = {"entry_id": entry_id, "revision": revision}
    return await _decide(store, "intake.accept", body, decide, key=key, by=by, at=at)


async def send_back(  # noqa: PLR0913 - a decision has so many parts
    store: Store,
    entry_id: str,
    *,
    reason: str,
    until: datetime | None,
    revision: int | None,
    key: str,
    by: Person,
    at: datetime,
) -> Document:
    """Something is missing: {state, number}. Raises NotFound, NewRevision, NotWaiting, UntilPassed, KeyReused."""
    mended_by = until or domain.usual_until(at)

    async def decide(tx: Tx) -> Entry:
        return await entries.send_back(tx, entry_id, reason, mended_by, by, at)

    body = {"entry_id": entry_id, "revision": revision, "reason": reason, "until": until}
    return await _decide(store, "intake.return", body, decide, key=key, by=by, at=at)


async def _decide(  # noqa: PLR0913 - both decisions' parts
    store: Store,
    action: str,
    body: Document,
    decide: Callable[[Tx], Awaitable[Entry]],
    *,
    key: str,
    by: Person,
    at: datetime,
) -> Document:
    async def work(tx: Tx) -> Document:
        line = await repository.get(tx, body["entry_id"])
        if not by.may(Role.SECRETARY, line.contest_id):
            raise NotFound
        if body["revision"] is not None:
            seen = (await entries.get(tx, line.entry_id)).revision
            if seen != body["revision"]:
                raise NewRevision
        entry = await decide(tx)
        # The fact of this decision comes back over Kafka and says the same; the desk need not wait for it.
        change = {"state": entry.state, "decided_at": at}
        if entry.returned is not None and entry.state is State.RETURNED:
            change |= {"reason": entry.returned.reason, "until": entry.returned.until}
        await repository.put(tx, line.model_copy(update=change))
        return {"state": entry.state.value, "number": line.number}

    return await once(store, action=action, by=by.id, key=key, body=body, work=work)
