"""Keeping the register from our own facts, reading it, and all that the formal check of one entry looks at."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.submissions.anonymity import domain as anonymity
from services.submissions.anonymity.domain import Reading
from services.submissions.contests import service as contests
from services.submissions.contests.domain import Contest, Heading
from services.submissions.eligibility import domain as eligible
from services.submissions.eligibility import service as eligibility
from services.submissions.entries import service as entries
from services.submissions.entries.domain import Entry
from services.submissions.intake import domain, repository
from services.submissions.intake.domain import OVERDUE, Change, Line, Query, Tally
from services.submissions.originality import service as originality
from services.submissions.originality.service import Findings
from services.submissions.people import service as people
from services.submissions.people.domain import Account
from services.submissions.states.domain import Rule, State
from services.submissions.texts.domain import Revision
from shared.errors import NotFound
from shared.events.judging import ScriptCoded
from shared.events.submissions import (
    EntryAccepted,
    EntryRefused,
    EntryReopened,
    EntryReturned,
    EntrySubmitted,
    EntryWithdrawn,
    FileRefused,
)
from shared.identity import Person, Role
from shared.mongo import Store, Tx
from shared.redaction import hide

INDEXES = repository.INDEXES
unsealed, mark_sealed, count_anew = repository.unsealed, repository.mark_sealed, repository.count_anew
unrecorded, take_over = repository.unrecorded, repository.take_over
Moved = EntryWithdrawn | EntryReturned | EntryAccepted | EntryRefused | EntryReopened
_DESK = (Role.SECRETARY, Role.ORGANISER)


@dataclass(frozen=True, slots=True)
class Listing:
    """A page of the register, with the counts that belong to it."""

    lines: list[Line]
    total: int
    tally: Tally
    contests: list[Heading]

    @property
    def by_id(self) -> dict[str, Heading]:
        """The contests by their ids."""
        return {one.id: one for one in self.contests}


@dataclass(frozen=True, slots=True)
class Sheet:
    """Everything that the formal check of one entry needs."""

    line: Line
    entry: Entry
    last: Revision
    earlier: list[Revision]
    contest: Contest
    owner: Account
    authors: list[Account]
    """Of the last revision or, while that is not known, of the entry; without whoever was erased."""
    units: list[str]
    """The authors' units as they were called on the day of handing in."""
    objections: list[str]
    """Why the rules do not let the authors enter, as their roles are now."""
    reading: Reading
    alike: Findings
    """Texts that say the same in part."""
    numbers: dict[str, int]
    """Of the entries among them, in their registers."""
    changes: list[Change]
    """What became of the line, the oldest first."""
    names: dict[str, str]
    """Of those who changed it."""
    before: Line | None
    """The neighbours in the queue of what waits."""
    after: Line | None


async def record(tx: Tx, told: EntrySubmitted, *, by: str = "") -> None:
    """Enter what was handed in, or note that it came again; a revision that is noted already changes nothing."""
    line = await repository.find(tx, told.entry_id)
    if line is not None and (told.revision <= line.revision or line.joined_to is not None):
        return
    unit = ", ".join(await eligibility.called(tx, [told.unit_id] if told.unit_id else []))
    was = None
    if line is None:
        number = await repository.next_number(tx, told.contest_id)
        own = told.model_dump(include=set(Line.model_fields) - {"received_at"})
        line = Line(**own, number=number, received_at=told.received_at or told.submitted_at, unit=unit)
    else:
        first = {"entry_id", "contest_id", "channel", "receipt", "received_at"}
        fresh = told.model_dump(include=set(Line.model_fields) - first)
        again = {
            **fresh,
            "unit": unit,
            "state": State.SUBMITTED,
            "reason": "",
            "rule": None,
            "until": None,
            "file_fault": "",
        }
        was, line = line, line.model_copy(update=again)
    await repository.put(tx, line, was, by=by)


async def join(tx: Tx, kept: Line, gone: Line, *, more_channels: list[str], by: str) -> None:
    """Two lines are one entry: the first keeps its number and counts, the other stays with the number of the first."""
    await repository.put(tx, kept.model_copy(update={"more_channels": more_channels}), kept)
    await repository.put(tx, gone.model_copy(update={"state": State.JOINED, "joined_to": kept.number}), gone, by=by)


async def part(tx: Tx, kept: Line, gone: Line, *, more_channels: list[str], state: State, by: str) -> None:
    """They were two after all: the other counts again, in the `state` it had."""
    await repository.put(tx, kept.model_copy(update={"more_channels": more_channels}), kept)
    await repository.put(tx, gone.model_copy(update={"state": state, "joined_to": None}), gone, by=by)


async def follow(tx: Tx, told: Moved, at: datetime) -> None:
    """Note what became of an entry; what is noted already stays the same."""
    line = await repository.get(tx, told.entry_id)
    blank: dict[str, Any] = {"reason": "", "rule": None, "until": None, "decided_at": at}
    change: dict[str, Any]
    match told:
        case EntryWithdrawn():
            change = {"state": State.WITHDRAWN, "reason": told.reason}
        case EntryReturned():
            change = {"state": State.RETURNED, "reason": told.reason, "until": told.until}
        case EntryRefused():
            change = {"state": State.REFUSED, "reason": told.reason, "rule": Rule(told.rule)}
        case EntryReopened():
            change = {"state": State.SUBMITTED}
        case EntryAccepted():
            change = {"state": State.ACCEPTED}
    await repository.put(tx, line.model_copy(update=blank | change), line)


async def note_file(tx: Tx, told: FileRefused) -> None:
    """A file of what was handed in is of no use; the next revision makes it good."""
    line = await repository.find(tx, told.entry_id)
    if line is not None and told.handed_in:
        await repository.put(tx, line.model_copy(update={"file_fault": told.fault}), line)


async def note(tx: Tx, line: Line, change: dict[str, Any], *, by: Person, note: str = "") -> None:
    """What the desk did, at once. The fact of a decision comes back over Kafka and says the same."""
    await repository.put(tx, line.model_copy(update=change), line, by=by.id, note=note)


async def next_waiting(tx: Tx, line: Line) -> Line | None:
    """What is checked after this line: the next number that waits, or the first one that still does."""
    return await repository.beside(tx, line, 1) or await repository.beside(tx, line.model_copy(update={"number": 0}), 1)


async def line(tx: Tx, entry_id: str) -> Line:
    """The line of an entry, for rooms above with their own policy. Raises NotFound."""
    return await repository.get(tx, entry_id)


async def note_coded(tx: Tx, told: ScriptCoded) -> None:
    """The entry has its secret code; the code itself is not known here."""
    line = await repository.get(tx, told.entry_id)
    await repository.put(tx, line.model_copy(update={"coded_at": told.coded_at}), line)


async def forget(tx: Tx, entry_id: str, title: str, words: Sequence[str]) -> None:
    """The entry was cleared of its author: the register shows its new title, and no reason names anybody."""
    line = await repository.find(tx, entry_id)
    if line is not None:
        change = {"title": title, "reason": hide(line.reason, words)}
        await repository.put(tx, line.model_copy(update=change), line)
    for one in await repository.changes_of(tx, entry_id):
        if one.note:
            await repository.renote(tx, one, hide(one.note, words))


async def counts_of_units(tx: Tx, contest_id: str) -> dict[str, dict[str, int]]:
    """Entries neither withdrawn nor refused, by the unit of the day they were handed in: {handed_in, accepted}."""
    return await repository.counts_of_units(tx, contest_id)


def scope(person: Person) -> list[str] | None:
    """The contests whose register somebody may read; None means all."""
    scopes = {scope for role, scope in person.roles if role in _DESK}
    return None if "*" in scopes else sorted(scopes)


async def listing(store: Store, query: Query, person: Person) -> Listing:
    """A page of the register within the person's scope."""
    query = query.model_copy(update={"contest_ids": scope(person)})
    tx = store.read
    lines, tally, beside = await repository.page(tx, query, contests.headings_beside())
    # What a count would ask the database for once more.
    total = await repository.count(tx, query) if query.state == OVERDUE else tally.count(query.channel, query.state)
    return Listing(lines, total, tally, _within(query, contests.headings_in(beside)))


def _within(query: Query, known: list[Heading]) -> list[Heading]:
    return [one for one in known if query.contest_ids is None or one.id in query.contest_ids]


async def whole(store: Store, query: Query, person: Person) -> Listing:
    """The same over all pages, for what is printed."""
    query = query.model_copy(update={"contest_ids": scope(person)})
    lines, tally = await repository.lines(store.read, query), await repository.tally(store.read, query)
    return Listing(lines, len(lines), tally, _within(query, await contests.headings(store.read)))


async def rows(store: Store, query: Query, person: Person) -> list[list[object]]:
    """All that the list shows over all its pages, as rows under `domain.HEADS`."""
    found = await whole(store, query, person)
    return [domain.cells(line, found.by_id.get(line.contest_id)) for line in found.lines]


async def sheet(store: Store, entry_id: str, person: Person) -> Sheet:
    """For the formal check. Raises NotFound, also outside of the person's scope."""
    tx = store.read
    line = await seen(tx, entry_id, person)
    changes = await repository.changes_of(tx, entry_id)
    entry = await entries.get(tx, entry_id)
    handed_in = await entries.revisions(tx, entry_id)
    contest = await contests.get(tx, entry.contest_id)
    last = handed_in[0]
    authors = await eligibility.entrants(tx, contest, last.author_ids or entry.author_ids, last.at)
    alike = await originality.findings(tx, entry_id, person)
    return Sheet(
        line,
        entry,
        last,
        handed_in[1:],
        contest,
        owner=await people.shown(tx, entry.owner_id),
        authors=[one.account for one in authors],
        units=await eligibility.called(tx, last.unit_ids),
        objections=eligible.objections(contest, last.entrant_group, authors),
        reading=anonymity.read(last, authors),
        alike=alike,
        numbers=await repository.numbers(tx, [one.other_than(entry_id) for one in alike.pairs], contest.id),
        changes=changes,
        names={one: (await people.shown(tx, one)).name for one in {change.by for change in changes} - {""}},
        before=await repository.beside(tx, line, -1),
        after=await repository.beside(tx, line, 1),
    )


async def seen(tx: Tx, entry_id: str, person: Person) -> Line:
    """The line, for whoever works at the desk of its contest. Raises NotFound, also for everybody else."""
    line = await repository.get(tx, entry_id)
    if not any(person.may(role, line.contest_id) for role in _DESK):
        raise NotFound
    return line
