"""Typing, handing over, checking; one function is one transaction. The entry is told how far its text is."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from services.submissions.anonymity import domain as anonymity
from services.submissions.arrivals.domain import AuthorIsTyping, Paper, Transcript
from services.submissions.contests import service as contests
from services.submissions.contests.domain import Contest
from services.submissions.eligibility import service as eligibility
from services.submissions.entries import service as entries
from services.submissions.entries.domain import Entry
from services.submissions.intake import service as intake
from services.submissions.intake.domain import Line
from services.submissions.papers import service as papers
from services.submissions.papers.domain import NotOnPaper
from services.submissions.people import service as people
from services.submissions.states.domain import EditingOver, NotWaiting, SavedElsewhere
from services.submissions.texts.domain import Words
from services.submissions.transcriptions import repository
from services.submissions.transcriptions.domain import Act, Transcription
from shared.errors import NotFound, Stale
from shared.identity import Person, Role
from shared.mongo import Store, Tx

INDEXES = repository.INDEXES
_DESK = (Role.SECRETARY, Role.ORGANISER)
Change = Callable[[Transcription, Entry, Paper], None]


@dataclass(frozen=True, slots=True)
class Desk:
    """The scan and the text of one paper."""

    entry: Entry
    paper: Paper
    line: Line
    contest: Contest
    text: Transcription
    names: dict[str, str]
    """Of everybody who did something with it."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A row of the queue."""

    entry: Entry
    paper: Paper
    line: Line
    contest: Contest
    text: Transcription
    typist: str
    checker: str


async def queue(
    store: Store, person: Person, state: Transcript | None, *, page: int, size: int
) -> tuple[list[Waiting], dict[Transcript, int]]:
    """A page of the papers with how far their text is, the oldest first, and how many of each state there are."""
    tx = store.read
    scope = papers.scope(person)
    many = await entries.papers_by_state(tx, scope)
    shown = await entries.on_paper(tx, scope, state, skip=(page - 1) * size, limit=size)
    texts = await repository.of(tx, [one.id for one in shown])
    known = {contest_id: await contests.get(tx, contest_id) for contest_id in {one.contest_id for one in shown}}
    ids = [person_id for one in texts.values() for person_id in (*one.typists[-1:], one.checker)]
    names = await people.names(tx, [one for one in ids if one])
    rows = []
    for entry in shown:
        text = texts.get(entry.id) or _fresh(entry)
        typist = names.get(text.typists[-1], "") if text.typists else ""
        if entry.paper is not None:
            line, contest = await intake.line(tx, entry.id), known[entry.contest_id]
            rows.append(Waiting(entry, entry.paper, line, contest, text, typist, names.get(text.checker, "")))
    return rows, {one: many.get(one, 0) for one in Transcript}


def _fresh(entry: Entry) -> Transcription:
    words = entry.model_dump(include=set(Words.model_fields))
    state = entry.paper.transcript if entry.paper else Transcript.WAITING
    return Transcription(id=entry.id, contest_id=entry.contest_id, state=state, **words)


async def desk(store: Store, entry_id: str, person: Person) -> Desk:
    """Raises NotFound, also outside of the person's scope, and NotOnPaper."""
    tx = store.read
    entry, paper = await _paper(tx, entry_id, person, *_DESK)
    text = await repository.find(tx, entry_id) or _fresh(entry)
    ids = {*text.typists, text.checker, *(step.by for step in text.steps)} - {""}
    contest = await contests.get(tx, entry.contest_id)
    names = await people.names(tx, sorted(ids))
    return Desk(entry, paper, await intake.line(tx, entry_id), contest, text, names)


async def _paper(tx: Tx, entry_id: str, person: Person, *roles: Role) -> tuple[Entry, Paper]:
    entry = await entries.get(tx, entry_id)
    if not any(person.may(role, entry.contest_id) for role in roles):
        raise NotFound
    if entry.paper is None:
        raise NotOnPaper
    return entry, entry.paper


async def write(store: Store, entry_id: str, words: Words, *, version: int, by: Person, at: datetime) -> Transcription:
    """Save what was typed. Raises NotFound, NotOnPaper, NotWaiting, SavedElsewhere (with what is saved), NotTyping, Invalid."""
    contest = await _contest(store.read, entry_id, by)
    words.check_parts(contest)

    def change(text: Transcription, entry: Entry, _: Paper) -> None:
        own = words.model_copy(update={"entrant_group": entry.entrant_group, "content_group": entry.content_group})
        if text.version != version and not text.same_words(own):
            raise SavedElsewhere(version=text.version, fields=text.fields())
        text.write(own, by=by.id, at=at)

    return await _change(store, entry_id, None, change, by=by, at=at)


async def _contest(tx: Tx, entry_id: str, by: Person) -> Contest:
    entry, _ = await _paper(tx, entry_id, by, Role.SECRETARY)
    return await contests.get(tx, entry.contest_id)


async def hand_over(store: Store, entry_id: str, *, version: int, by: Person, at: datetime) -> Transcription:
    """To somebody else. Raises NotFound, NotWaiting, Stale, NotTyping, NoScan, Nothing, Incomplete, GivesAway."""
    entry, _ = await _paper(store.read, entry_id, by, Role.SECRETARY)
    contest = await contests.get(store.read, entry.contest_id)
    authors = await eligibility.entrants(store.read, contest, entry.author_ids, at)

    def change(text: Transcription, _: Entry, paper: Paper) -> None:
        text.check_heading(contest)
        anonymity.check(text, contest, authors)
        text.hand_over(scanned=bool(paper.scans), by=by.id, at=at)

    return await _change(store, entry_id, (version, Act.HANDED_OVER), change, by=by, at=at)


async def send_back(
    store: Store, entry_id: str, remark: str, *, version: int, by: Person, at: datetime
) -> Transcription:
    """It is not what the scan says. Raises NotFound, NotWaiting, Stale, NotToCheck, SameHand, Invalid."""

    def change(text: Transcription, _: Entry, __: Paper) -> None:
        text.send_back(remark, by=by.id, at=at)

    return await _change(store, entry_id, (version, None), change, by=by, at=at)


async def reopen(store: Store, entry_id: str, *, version: int, by: Person, at: datetime) -> Transcription:
    """Something must be changed; until it is checked again the entry cannot be accepted. Raises as `send_back`."""

    def change(text: Transcription, _: Entry, __: Paper) -> None:
        text.reopen(by=by.id, at=at)

    return await _change(store, entry_id, (version, Act.REOPENED), change, by=by, at=at)


async def confirm(store: Store, entry_id: str, *, version: int, by: Person, at: datetime) -> Transcription:
    """The words are the next revision of the entry, with both names.

    Raises NotFound, NotWaiting, Stale, NotToCheck, SameHand, AuthorIsTyping, Incomplete, GivesAway.
    """

    async def work(tx: Tx) -> Transcription:
        text, entry, paper = await _open(tx, entry_id, by=by, at=at)
        if text.has_done(Act.CONFIRMED, version, by.id):
            return text
        _check_read(text, version)
        text.confirm(by=by.id, at=at)
        if entry.changed:
            raise AuthorIsTyping
        contest = await contests.get(tx, entry.contest_id)
        text.check_parts(contest)
        text.check_heading(contest)
        anonymity.check(text, contest, await eligibility.entrants(tx, contest, entry.author_ids, at))
        for name in Words.model_fields:
            setattr(entry, name, getattr(text, name))
        paper.transcript = text.state
        await papers.say(tx, entry, contest, by=by, at=at, typist=text.typists[-1], checker=by.id)
        await repository.save(tx, text)
        return text

    return await store.transaction(work)


async def _change(
    store: Store, entry_id: str, read: tuple[int, Act | None] | None, change: Change, *, by: Person, at: datetime
) -> Transcription:
    """`read`: the version that was read, and the step that is done already when it comes again; None: the change looks."""

    async def work(tx: Tx) -> Transcription:
        text, entry, paper = await _open(tx, entry_id, by=by, at=at)
        if read is not None:
            version, act = read
            if act is not None and text.has_done(act, version, by.id):
                return text
            _check_read(text, version)
        change(text, entry, paper)
        await repository.save(tx, text)
        if paper.transcript is not text.state:
            paper.transcript, entry.saved_at = text.state, at
            await entries.save(tx, entry)
        return text

    return await store.transaction(work)


async def _open(tx: Tx, entry_id: str, *, by: Person, at: datetime) -> tuple[Transcription, Entry, Paper]:
    """Raises NotFound, NotOnPaper, NotWaiting, EditingOver."""
    entry, paper = await _paper(tx, entry_id, by, Role.SECRETARY)
    text = await repository.find(tx, entry_id) or _fresh(entry)
    if entry.state not in papers.OPEN or paper.transcript is Transcript.OWN:
        raise NotWaiting
    if entry.returned is not None and at >= entry.returned.until:  # what was asked for has not come in time
        raise EditingOver
    return text, entry, paper


def _check_read(text: Transcription, version: int) -> None:
    if text.version != version:
        raise Stale


async def forget(tx: Tx, entry_id: str, words: Sequence[str], *, all_words: bool) -> None:
    """The entry was cleared of its author."""
    text = await repository.find(tx, entry_id)
    if text is not None:
        await repository.save(tx, text.forgotten(list(words), all_words=all_words))
