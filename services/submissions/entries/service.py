"""What can be done with an entry; one function is one transaction. Files are made ready outside of it."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

from services.submissions.anonymity import domain as anonymity
from services.submissions.contests import service as contests
from services.submissions.contests.domain import Contest
from services.submissions.eligibility import domain as eligible
from services.submissions.eligibility import service as eligibility
from services.submissions.eligibility.domain import Entrant
from services.submissions.entries import repository
from services.submissions.entries.domain import Entry
from services.submissions.files import service as files
from services.submissions.files.domain import Attachment, Sent
from services.submissions.people import service as people
from services.submissions.people.domain import Account
from services.submissions.states.domain import NotHandedIn, SavedElsewhere, State
from services.submissions.status_links import domain as status_links
from services.submissions.texts import domain as texts
from services.submissions.texts.domain import Revision, Words
from services.submissions.versions import service as versions
from shared import outbox
from shared.clock import local
from shared.errors import NotFound, Refusal, Stale
from shared.events.envelope import Event
from shared.identity import Person
from shared.ids import new_code
from shared.mongo import Document, Duplicate, Link, Store, Tx
from shared.once import once
from shared.redaction import spellings

INDEXES = repository.INDEXES
# For rooms above, which have their own policy.
Sought = repository.Sought
listed, count_listed = repository.listed, repository.count_listed
get, of_author, of_contest, drafts, drafts_saved, revisions = (
    repository.get, repository.of_author, repository.of_contest, repository.drafts, repository.drafts_saved,
    repository.revisions,
)  # fmt: skip
save, add_revision, put_revision, delete, alike, titles, on_paper, papers_by_state, with_file = (
    repository.save, repository.add_revision, repository.put_revision, repository.delete, repository.alike,
    repository.titles, repository.on_paper, repository.papers_by_state, repository.with_file,
)  # fmt: skip
_TRIES, _TRIES_OF_A_CHANGE = 3, 20
Known = tuple[Entry, Contest]
Change = Callable[[Entry, Contest], None]


async def exists(tx: Tx, entry_id: str) -> bool:
    """Whether an id is that of an entry."""
    return await repository.find(tx, {"_id": entry_id}) is not None


async def accepted(tx: Tx, contest_id: str) -> list[str]:
    """The ids of a contest's accepted entries."""
    return await repository.ids(tx, {"contest_id": contest_id, "state": State.ACCEPTED})


async def known(tx: Tx, entry_ids: Sequence[str]) -> set[str]:
    """Those ids that are of entries."""
    return set(await repository.ids(tx, {"_id": {"$in": list(entry_ids)}}))


async def handed_in(tx: Tx) -> list[str]:
    """The ids of every entry that was handed in and not taken back, of every contest."""
    return await repository.ids(tx, {"revision": {"$gt": 0}, "state": {"$nin": [State.WITHDRAWN, State.JOINED]}})


async def with_released_copy(tx: Tx, copy_id: str) -> Entry | None:
    """The accepted entry whose jury gets this copy of a file."""
    return await repository.find(tx, {"released.id": copy_id, "state": State.ACCEPTED})


async def with_receipt(tx: Tx, code: str) -> Entry | None:
    """The entry with this receipt code."""
    return await repository.find(tx, {"receipt": code})


async def last_revision(tx: Tx, entry: Entry) -> Revision:
    """What was handed in last. Raises NotFound when nothing was."""
    return await repository.revision(tx, entry.id, entry.revision)


async def view(store: Store, entry_id: str, person: Person) -> Known:
    """An author's own entry. Raises NotFound, also for everybody else."""
    entry = await own(store.read, entry_id, person)
    return entry, await contests.get(store.read, entry.contest_id)


async def own(tx: Tx, entry_id: str, person: Person, along: Sequence[Link] = ()) -> Entry:
    """The entry of one of its authors. Raises NotFound, also for everybody else."""
    entry = await repository.get(tx, entry_id, along)
    if person.id not in entry.author_ids:
        raise NotFound
    return entry


async def owned(tx: Tx, entry_id: str, person: Person, along: Sequence[Link] = ()) -> Entry:
    """The entry, for the one who hands it in, withdraws it and names its authors. Raises NotFound, OwnerOnly."""
    entry = await own(tx, entry_id, person, along)
    entry.check_owner(person.id)
    return entry


async def by_status_secret(store: Store, secret: str) -> tuple[Entry, Contest]:
    """For whoever holds the link of a receipt. Raises NotFound."""
    entry = await repository.find(store.read, {"status_digest": status_links.kept_as(secret)})
    if entry is None or entry.receipt is None:
        raise NotFound
    return entry, await contests.get(store.read, entry.contest_id)


async def write(store: Store, entry_id: str, words: Words, *, version: int, by: Person, at: datetime) -> Entry:
    """Save what was typed. Raises NotFound, SavedElsewhere (with what is saved), Settled, EditingOver, Invalid.

    An old version is no clash when the same words are saved already: an answer got lost, or a button overtook autosave.
    """

    async def work(tx: Tx) -> Entry:
        entry = await own(tx, entry_id, by)
        before = entry.model_copy()
        if entry.version != version and not entry.same_words(words):
            raise SavedElsewhere(version=entry.version, fields=entry.fields())
        entry.write(words, await contests.get(tx, entry.contest_id), at)
        await repository.save(tx, entry)
        await versions.keep(tx, versions.made(entry_id, words, by, at), before, before.saved_at)
        return entry

    return await store.transaction(work)


async def attach(
    store: Store, entry_id: str, sent: Sent, *, by: Person, at: datetime, known: Known | None = None
) -> tuple[Attachment, int]:
    """Keep a file with the entry, as `known` when it began to come; the same bytes once. The entry's version, too.

    Raises NotFound and the refusals of file and entry.
    """
    entry, contest = known = known or await view(store, entry_id, by)
    if (there := entry.file_with(sent.content.sha256)) is not None:
        return there, entry.version
    entry.check_room_for_file(contest, at, sent.purpose)
    rules = contest.form_rules
    kept = await files.keep(store, sent, allowed=rules.media_types, max_bytes=rules.max_bytes, at=at)
    try:
        entry = await _alter(store, entry_id, lambda entry, contest: entry.attach(kept, contest, at), by, known)
        there = entry.file_with(kept.sha256) or kept
    except Refusal:
        await files.drop(store, kept)
        raise
    if there.id != kept.id:  # it came twice at the same moment
        await files.drop(store, kept)
    return there, entry.version


async def detach(store: Store, entry_id: str, file_id: str, *, by: Person, at: datetime) -> Entry:
    """Take a file off the working copy. Raises NotFound, Settled, EditingOver."""
    return await _alter(store, entry_id, lambda entry, contest: entry.detach(file_id, contest, at), by)


async def _alter(store: Store, entry_id: str, change: Change, by: Person, known: Known | None = None) -> Entry:
    """An author's change of the working copy, as `known` a moment ago. Raises NotFound and what `change` raises.

    One document changes, so its version guards it; after somebody else's save it is read and changed again.
    """
    for _ in range(_TRIES_OF_A_CHANGE):
        entry, contest = known or await view(store, entry_id, by)
        known = None
        change(entry, contest)
        try:
            await repository.save(store.read, entry)
        except Stale:
            continue
        return entry
    raise Stale


async def submit(  # noqa: PLR0913 - a hand-in has so many sides
    store: Store, entry_id: str, *, key: str, secret_key: str, by: Person, at: datetime, message: str = ""
) -> Document:
    """Hand in what is saved: {receipt, revision, submitted_at, status_path}. `at`: arrival of the complete request.

    Raises NotFound, OwnerOnly, Settled, NothingChanged, NotOpenYet, DeadlinePassed, EditingOver, Incomplete,
    InvitationOpen, SharesOff, NotEligible, GivesAway, Infected, CopyFailed, KeyReused.
    """
    body = {"entry_id": entry_id} | ({"message": message} if message else {})

    async def attempt(code: str) -> Document:
        async def work(tx: Tx) -> Document:
            entry = await owned(tx, entry_id, by, eligibility.ALONG)
            contest = await contests.get(tx, entry.contest_id)
            authors = await eligibility.entrants(tx, contest, entry.author_ids, at)
            revision = entry.submit(contest, units_of(entry, authors), code, by=by.id, at=at, message=message)
            eligible.check(contest, entry.entrant_group, authors)
            anonymity.check(entry, contest, authors)
            await files.check_all(tx, entry.files)
            await repository.add_revision(tx, revision)
            await publish(tx, entry, entry.told_submitted(), by=by, at=at, authors=[one.account for one in authors])
            return receipt(entry, secret_key)

        return await once(store, action="entries.submit", by=by.id, key=key, body=body, work=work)

    return await with_new_code(attempt)


def receipt(entry: Entry, secret_key: str) -> Document:
    """The proof of the last hand-in. Raises NotHandedIn."""
    if entry.receipt is None or entry.submitted_at is None:
        raise NotHandedIn
    secret = status_links.secret(entry.id, secret_key)
    return {
        "receipt": entry.receipt,
        "revision": entry.revision,
        "submitted_at": local(entry.submitted_at).isoformat(),
        "status_path": f"/bai-du-thi/tra-cuu/{secret}",
    }


async def with_new_code(attempt: Callable[[str], Awaitable[Document]]) -> Document:
    """Codes are short, so two may be equal once in a long while; the code is made where a retry makes another."""
    for _ in range(_TRIES - 1):
        try:
            return await attempt(new_code())
        except Duplicate:
            continue
    return await attempt(new_code())


def units_of(entry: Entry, authors: Sequence[Entrant]) -> list[str]:
    """The authors' units on the day, by the dated tree; an unknown one stands for itself."""
    found = [unit_id for author in authors for unit_id in author.unit_ids]
    entry.unit_id = found[0] if len(found) == 1 else entry.unit_id
    return list(dict.fromkeys(found))


async def withdraw(store: Store, entry_id: str, reason: str, *, key: str, by: Person, at: datetime) -> Document:
    """Take it back: {state}. Raises NotFound, OwnerOnly, NotHandedIn, Settled, DeadlinePassed, KeyReused."""

    async def work(tx: Tx) -> Document:
        entry = await owned(tx, entry_id, by)
        event = entry.withdraw(await contests.get(tx, entry.contest_id), reason, at)
        await publish(tx, entry, event, by=by, at=at)
        return {"state": entry.state.value}

    body = {"entry_id": entry_id, "reason": reason}
    return await once(store, action="entries.withdraw", by=by.id, key=key, body=body, work=work)


async def accept(tx: Tx, entry_id: str, by: Person, at: datetime) -> Entry:
    """The formal check found it in order; only `intake` calls this. Raises NotFound, NotWaiting, CopyPending."""
    entry = await repository.get(tx, entry_id)
    contest = await contests.get(tx, entry.contest_id)
    last = await last_revision(tx, entry)
    event = entry.accept(last, contest, at, released=await files.released(tx, last.files))
    await publish(tx, entry, event, by=by, at=at)
    return entry


async def decide(tx: Tx, entry_id: str, change: Callable[[Entry], Event], by: Person, at: datetime) -> Entry:
    """A secretary's change of the state; only `intake` calls this. Raises NotFound and what `change` raises."""
    entry = await repository.get(tx, entry_id)
    await publish(tx, entry, change(entry), by=by, at=at)
    return entry


async def publish(
    tx: Tx, entry: Entry, event: Event, *, by: Person, at: datetime, authors: Sequence[Account] | None = None
) -> Event:
    """Save the entry and tell its next fact, which is answered, without the names of the `authors` in any text."""
    await repository.save(tx, entry)
    # Names and addresses travel only with the account: other services could not forget them in a text.
    known = authors if authors is not None else await _authors(tx, entry)
    told = _nameless(event, known)
    await outbox.add(tx, told, subject=entry.id, seq=entry.facts, by=by.id, time=at)
    return told


async def tell(tx: Tx, entry: Entry, event: Event, *, at: datetime) -> None:
    """A fact that changes nothing of the entry; no version is used up, so whoever is writing meets no clash."""
    entry.facts = await repository.count_fact(tx, entry)
    told = _nameless(event, await _authors(tx, entry))
    await outbox.add(tx, told, subject=entry.id, seq=entry.facts, by="system", time=at)


async def _authors(tx: Tx, entry: Entry) -> list[Account]:
    return [await people.get(tx, author_id) for author_id in entry.author_ids]


def _nameless(event: Event, authors: Sequence[Account]) -> Event:
    words = [word for one in authors for word in spellings(one.name, one.email, one.phone)]
    return texts.without(event, words, "[tác giả]")
