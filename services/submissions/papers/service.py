"""What the desk does with a paper; one function is one transaction. Scans are made ready outside of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from services.submissions.arrivals.domain import Channel, Paper, Transcript
from services.submissions.contests import service as contests
from services.submissions.contests.domain import Contest
from services.submissions.contests.domain import State as ContestState
from services.submissions.eligibility import service as eligibility
from services.submissions.eligibility.domain import PaperVerdict
from services.submissions.entries import service as entries
from services.submissions.entries.domain import Entry
from services.submissions.files import service as files
from services.submissions.files.domain import Attachment, Sent
from services.submissions.intake import service as intake
from services.submissions.intake.domain import Line
from services.submissions.papers import domain, repository
from services.submissions.papers.domain import Change, Further, Record, Slip
from services.submissions.people import service as people
from services.submissions.people.domain import Account, Kind
from services.submissions.sames import service as sames
from services.submissions.states.domain import Settled, State
from services.submissions.status_links import domain as status_links
from services.submissions.units import service as units
from shared.clock import local
from shared.errors import Invalid, NotFound
from shared.events.submissions import EntrySubmitted
from shared.identity import Person, Role
from shared.ids import new_id
from shared.mongo import Document, Store, Tx
from shared.once import once
from shared.text import folded
from shared.ui.filters import vn_date, vn_datetime

INDEXES, record_of = repository.INDEXES, repository.find
record_of, keep_record, reached_by = repository.find, repository.put, repository.reached_by
Parts = dict[str, str] | None
_DESK = (Role.SECRETARY, Role.ORGANISER)
OPEN = (State.SUBMITTED, State.RETURNED)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A paper as the desk sees it."""

    entry: Entry
    paper: Paper
    line: Line
    record: Record
    contest: Contest
    verdict: PaperVerdict
    unit: str
    authors: list[str]
    alike: list[tuple[Line, list[str]]]
    """Lines that may be the same entry, each with what speaks for it."""


async def may_register(tx: Tx, person: Person) -> list[Contest]:
    """The public contests for which somebody is at the desk; papers come after the deadline too."""
    return [one for one in await contests.published(tx) if person.may(Role.SECRETARY, one.id)]


async def register(store: Store, slip: Slip, *, key: str, secret_key: str, by: Person, at: datetime) -> Document:
    """Into the register at once: {entry_id, number, receipt}. A late paper is written down all the same.

    Raises NotFound, ReceivedInFuture, PostmarkOnlyByPost, PostmarkAfterArrival, Incomplete, Invalid, KeyReused.
    """
    entry_id = new_id()

    async def attempt(code: str) -> Document:
        async def work(tx: Tx) -> Document:
            return await enter(tx, slip, entry_id, code, secret_key=secret_key, by=by, at=at)

        body = slip.model_dump(mode="json")
        return await once(store, action="papers.register", by=by.id, key=key, body=body, work=work)

    return await entries.with_new_code(attempt)


async def enter(  # noqa: PLR0913 - a paper has so many sides
    tx: Tx, slip: Slip, entry_id: str, code: str, *, secret_key: str, by: Person, at: datetime, parts: Parts = None
) -> Document:
    """What `register` does, within a transaction of somebody else. `parts`: the author typed them, nothing is copied out."""
    contest = await _contest(tx, slip.contest_id, by)
    received = slip.received(at)
    paper = Paper(received_at=received, postmark=slip.postmark, pages=slip.pages, handwritten=slip.handwritten)
    paper.transcript = Transcript.WAITING if parts is None else Transcript.OWN
    paper.verdict(contest.timetable)
    authors = await _authors(tx, slip, local(received).date(), by=by, at=at)
    digest = status_links.kept_as(status_links.secret(entry_id, secret_key))
    entry = Entry(
        id=entry_id, contest_id=contest.id, owner_id=authors[0].id, author_ids=[one.id for one in authors],
        unit_id=slip.unit_id, title=slip.title, parts=parts or {}, entrant_group=slip.entrant_group,
        content_group=slip.content_group, channel=Channel(slip.channel), paper=paper, status_digest=digest,
        created_at=received, saved_at=at, submitted_at=received,
    )  # fmt: skip
    entry.check_heading(contest)
    await say(tx, entry, contest, by=by, at=at, code=code)
    await repository.put(tx, slip.record(entry.id, by=by.id, at=at))
    line = await intake.line(tx, entry.id)
    return {"entry_id": entry.id, "number": line.number, "receipt": line.receipt}


async def _contest(tx: Tx, contest_id: str, by: Person) -> Contest:
    contest = await contests.get(tx, contest_id)
    if not by.may(Role.SECRETARY, contest.id) or contest.state is ContestState.DRAFT:
        raise NotFound
    return contest


async def say(  # noqa: PLR0913 - who typed, who checked
    tx: Tx, entry: Entry, contest: Contest, *, by: Person, at: datetime, typist: str = "", checker: str = "", code: str = ""
) -> None:  # fmt: skip
    """The words of `entry` as they are become its next revision, the next fact about it, and are in the register."""
    day = entry.paper.received_at if entry.paper else at
    unit_ids = entries.units_of(entry, await eligibility.entrants(tx, contest, entry.author_ids, day))
    revision = entry.revise(unit_ids, code, by=typist or by.id, at=at, checked_by=checker)
    await entries.add_revision(tx, revision)
    told = await entries.publish(tx, entry, entry.told_submitted(), by=by, at=at)
    if isinstance(told, EntrySubmitted):  # the same comes back over Kafka, and changes nothing then
        await intake.record(tx, told, by=by.id)


async def _authors(tx: Tx, slip: Slip, day: date, *, by: Person, at: datetime) -> list[Account]:
    """The sender first. Who is known by exactly this name and address is that person, everybody else is new."""
    known = {folded(unit.name): unit.id for unit in await units.on(tx, day)}
    if slip.unit_id is not None and slip.unit_id not in known.values():
        raise Invalid([{"field": "unit_id", "text": "Hãy chọn một đơn vị có trong danh sách vào ngày nhận bài."}])
    sender = Further(name=slip.name, phone=slip.phone, email=slip.email, unit_id=slip.unit_id)
    found = [await _person(tx, sender, slip.kind, slip.representative, by=by, at=at)]
    further = domain.read_authors(slip.authors, known)
    found += [await _person(tx, one, Kind.RESIDENT, "", by=by, at=at) for one in further]
    return list({one.id: one for one in found}.values())


async def _person(tx: Tx, said: Further, kind: Kind, representative: str, *, by: Person, at: datetime) -> Account:
    holder = await people.find(tx, said.email) if said.email else None
    called = await people.find_by_phone(tx, said.phone) if said.phone else None
    for account in (holder, called):
        if account is not None and folded(account.name) == folded(said.name):
            return account
    for record in await repository.reached_by(tx, phone=said.phone, email=said.email):
        if record.sender_key == folded(said.name):
            return await people.get(tx, (await entries.get(tx, record.entry_id)).owner_id)
    # Of two people with one address the account keeps it that has it: letters about the other are for the desk to send.
    own = said.model_dump() | {"email": "" if holder else said.email, "kind": kind, "representative": representative}
    made = Account.written_down(new_id(), own, at)
    await people.write_down(tx, made, by=by.id, at=at)
    return made


async def sheet(store: Store, entry_id: str, person: Person) -> Sheet:
    """Raises NotFound, also outside of the person's scope, and NotOnPaper."""
    tx = store.read
    entry = await entries.get(tx, entry_id)
    if not any(person.may(role, entry.contest_id) for role in _DESK):
        raise NotFound
    record = await repository.find(tx, entry.id)
    if entry.paper is None or record is None:
        raise domain.NotOnPaper
    contest = await contests.get(tx, entry.contest_id)
    return Sheet(
        entry, entry.paper, await intake.line(tx, entry.id), record, contest,
        verdict=entry.paper.verdict(contest.timetable),
        unit=", ".join(await eligibility.called(tx, [record.sender.unit_id] if record.sender.unit_id else [])),
        authors=[(await people.shown(tx, author_id)).name for author_id in entry.author_ids],
        alike=await alike(tx, entry),
    )  # fmt: skip


async def alike(tx: Tx, entry: Entry) -> list[tuple[Line, list[str]]]:
    """Open entries of the contest that may be the same one, come another way, with what speaks for it."""
    found = await sames.of(tx, entry, await _people_of(tx, entry))
    return [(await intake.line(tx, other.id), why) for other, why in found]


async def _people_of(tx: Tx, entry: Entry) -> list[str]:
    """The authors, and whoever gave or has the address of the sender: one person may be two accounts."""
    owner, record = await people.shown(tx, entry.owner_id), await repository.find(tx, entry.id)
    phone = record.sender.phone if record else owner.phone
    email = record.sender.email if record else owner.email
    accounts = (
        await people.find(tx, email) if email else None,
        await people.find_by_phone(tx, phone) if phone else None,
    )
    others = await repository.reached_by(tx, phone=phone, email=email)
    owners = [(await entries.get(tx, other.entry_id)).owner_id for other in others]
    return [*entry.author_ids, *(account.id for account in accounts if account), *owners]


async def attach(
    store: Store, entry_id: str, sent: Sent, *, envelope: bool = False, by: Person, at: datetime
) -> Attachment:
    """Keep a scan, or the picture of the envelope; the same bytes once. Raises NotFound and the refusals of files."""
    entry, paper = await _open(store.read, entry_id, by)
    digest = sent.content.sha256
    if (there := _with(paper, digest)) is not None:
        return there
    rules = (await contests.get(store.read, entry.contest_id)).form_rules
    allowed = list(domain.KINDS_OF_SCAN)
    kept = await files.keep(store, sent, allowed=allowed, max_bytes=rules.max_bytes, at=at, for_jury=False)

    async def work(tx: Tx) -> Attachment:
        entry, paper = await _open(tx, entry_id, by)
        if (there := _with(paper, digest)) is not None:
            return there
        domain.add_file(paper, kept, envelope=envelope)
        await entries.save(tx, entry)
        return kept

    there = await store.transaction(work)
    if there.id != kept.id:  # the same page came at the same moment
        await files.drop(store, kept)
    return there


def _with(paper: Paper, digest: str) -> Attachment | None:
    return next((one for one in paper.files if one.sha256 == digest), None)


async def _open(tx: Tx, entry_id: str, by: Person) -> tuple[Entry, Paper]:
    """Raises NotFound, NotOnPaper, Settled."""
    entry = await entries.get(tx, entry_id)
    if not by.may(Role.SECRETARY, entry.contest_id):
        raise NotFound
    if entry.paper is None:
        raise domain.NotOnPaper
    if entry.state not in OPEN:
        raise Settled
    return entry, entry.paper


async def detach(store: Store, entry_id: str, file_id: str, *, by: Person) -> None:
    """A scan that belongs to another paper goes. Raises NotFound, NotOnPaper, Settled."""

    async def work(tx: Tx) -> None:
        entry, paper = await _open(tx, entry_id, by)
        paper.scans = [one for one in paper.scans if one.id != file_id]
        paper.envelope = None if paper.envelope and paper.envelope.id == file_id else paper.envelope
        await entries.save(tx, entry)

    await store.transaction(work)


async def correct(  # noqa: PLR0913 - a correction has so many sides
    store: Store, entry_id: str, received_at: datetime, postmark: date | None, reason: str, *, by: Person, at: datetime
) -> None:
    """The instant of arrival or the postmark was written down wrongly. The register keeps the instant it was given.

    Raises NotFound, NotOnPaper, Settled, ReceivedInFuture, PostmarkOnlyByPost, PostmarkAfterArrival.
    """

    async def work(tx: Tx) -> None:
        entry, paper = await _open(tx, entry_id, by)
        if received_at > at:
            raise domain.ReceivedInFuture(field="received_at")
        if postmark is not None and entry.channel is not Channel.POST:
            raise domain.PostmarkOnlyByPost(field="postmark")
        before, record = _dates(paper), await repository.get(tx, entry_id)
        paper.received_at, paper.postmark = received_at, postmark
        paper.verdict((await contests.get(tx, entry.contest_id)).timetable)
        record.changes.append(Change(reason=reason, before=before, after=_dates(paper), by=by.id, at=at))
        await repository.put(tx, record)
        await entries.save(tx, entry)
        # It may be what makes a late paper acceptable, so the day's seal shows it.
        mended = {"received_at": received_at.isoformat(), "postmark": postmark.isoformat() if postmark else ""}
        note = f"Sửa: {_dates(paper)}. {reason}"
        await intake.note(tx, await intake.line(tx, entry_id), {"corrected": mended}, by=by, note=note)

    await store.transaction(work)


def _dates(paper: Paper) -> str:
    return f"nhận {vn_datetime(paper.received_at)}, dấu bưu điện {vn_date(paper.postmark)}"


def scope(person: Person) -> list[str] | None:
    """The contests whose papers somebody may see at the desk; None means all."""
    scopes = {scope for role, scope in person.roles if role in _DESK}
    return None if "*" in scopes else sorted(scopes)


async def forget(tx: Tx, entry_id: str, words: Sequence[str]) -> None:
    """The entry was cleared of its author: nothing of the sender stays."""
    record = await repository.find(tx, entry_id)
    if record is not None:
        await repository.put(tx, record.forgotten(list(words)))
