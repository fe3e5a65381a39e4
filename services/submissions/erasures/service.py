"""Beginning an erasure and carrying it to its end; one step is one transaction, files and the topic come after."""

import asyncio
from collections.abc import Sequence
from datetime import datetime

from services.submissions.coauthors import service as coauthors
from services.submissions.consents import service as consents
from services.submissions.credentials import service as credentials
from services.submissions.entries import service as entries
from services.submissions.entries.domain import Entry
from services.submissions.entry_import import service as entry_import
from services.submissions.erasures import domain, repository
from services.submissions.erasures.domain import Cleared, Erasure, Fate, Files, LastAdministrator, State
from services.submissions.factors import service as factors
from services.submissions.files import service as attachments
from services.submissions.gallery import service as gallery
from services.submissions.intake import service as intake
from services.submissions.joins import service as joins
from services.submissions.lost_factors import service as lost_factors
from services.submissions.oidc import service as oidc
from services.submissions.originality import service as originality
from services.submissions.papers import service as papers
from services.submissions.people import service as people
from services.submissions.receipts import service as receipts
from services.submissions.requests import service as requests
from services.submissions.requests.domain import Kind
from services.submissions.settings import Settings
from services.submissions.sign_in import service as sign_in
from services.submissions.transcriptions import service as transcriptions
from services.submissions.uploads import service as uploads
from services.submissions.versions import service as versions
from shared import kafka, logs, once, outbox
from shared.clock import now
from shared.identity import Person
from shared.mongo import Store, Tx
from shared.redaction import spellings
from shared.sealed import seal, unseal
from shared.topics import PEOPLE

INDEXES = repository.INDEXES
_PURPOSE = "erasures"
_REST_SECONDS = 1.0
_SYSTEM = "system"
log = logs.get(__name__)


async def plan(tx: Tx, person_id: str) -> list[tuple[Entry, Fate]]:
    """What would become of each entry of a person."""
    return [(entry, domain.fate(entry, person_id)) for entry in await entries.of_author(tx, person_id)]


async def begin(store: Store, person_id: str, *, by: str, secret_key: str, at: datetime) -> None:
    """Erase a person: the account is gone when this returns, the rest follows. Twice is once.

    Raises NotFound, LastAdministrator.
    """

    async def work(tx: Tx) -> None:
        account = await people.get(tx, person_id)
        if account.erased:
            return
        if account.has("administrator") and await people.only_administrator(tx, person_id):
            raise LastAdministrator
        former = [one for one in account.former if await people.find_by_address(tx, one) is None]
        words = [*spellings(account.name, account.email, account.phone), *former]
        sealed = seal({"words": words}, secret_key=secret_key, purpose=_PURPOSE)
        await repository.put(tx, Erasure(id=person_id, sealed=sealed, asked_by=by, asked_at=at, next_at=at))
        addresses = [one for one in (account.email, account.phone, *former) if one]
        await _forget_account(tx, person_id, addresses, by=by, at=at)

    await store.transaction(work)
    log.info("erasures.account.forgotten", person=person_id)


async def _forget_account(tx: Tx, person_id: str, addresses: Sequence[str], *, by: str, at: datetime) -> None:
    await sign_in.end_all(tx, person_id)
    await factors.forget(tx, person_id)
    await oidc.forget(tx, person_id, list(addresses))
    await lost_factors.forget(tx, person_id)
    await credentials.forget(tx, addresses)
    await coauthors.forget(tx, person_id, addresses)
    await entry_import.forget(tx, addresses)
    await consents.forget(tx, person_id)
    await requests.forget(tx, person_id, by=by, at=at)
    await once.forget(tx, person_id)
    await people.forget(tx, person_id, at=at)


async def carry_out(store: Store, request_id: str, *, by: Person, secret_key: str, at: datetime) -> None:
    """Erase whoever asked for it. Raises Forbidden, NotFound, NotAsked, LastAdministrator."""
    request = (await requests.case(store, request_id, by)).request
    if request.kind is not Kind.ERASURE or not request.is_open:
        raise domain.NotAsked
    await begin(store, request.person_id, by=by.id, secret_key=secret_key, at=at)


async def clear(tx: Tx, entry: Entry, fate: Fate, words: Sequence[str], at: datetime) -> Cleared:
    """Take the author out of one entry; what is to be deleted afterwards is in the answer."""
    handed_in = await entries.revisions(tx, entry.id)
    if fate is Fate.NAMELESS:
        files = Files.NONE if len(entry.author_ids) > 1 else Files.BUT_COPIES
        if files is Files.BUT_COPIES and await repository.is_published(tx, entry.contest_id):
            files = Files.ALL
        cleared = domain.nameless(entry, handed_in, words, files)
    else:
        cleared = domain.emptied(entry, handed_in, at)
    await versions.forget(tx, entry.id)
    if fate is Fate.DELETED:
        await coauthors.clear(tx, entry.id)
        await entries.delete(tx, entry.id)
        return cleared
    await entries.save(tx, cleared.entry)
    nobody = {} if entry.author_ids else {"author_ids": [], "shares": {}, "representative_id": ""}
    for revision in cleared.revisions:
        await entries.put_revision(tx, revision.model_copy(update=nobody))
    if fate is Fate.NAMELESS and handed_in:
        await originality.nameless(tx, entry.id, words, at)
    else:
        await originality.erase(tx, entry.id)
    if fate is not Fate.NAMELESS or not entry.author_ids:
        await coauthors.clear(tx, entry.id)
    await intake.forget(tx, entry.id, cleared.entry.title, words)
    await papers.forget(tx, entry.id, words)
    taken_over = await joins.forget(tx, entry, words)
    cleared.files[:] = [blob for blob in cleared.files if blob not in taken_over]
    await transcriptions.forget(tx, entry.id, words, all_words=fate is not Fate.NAMELESS)
    await receipts.forget(tx, entry.id)
    await gallery.forget(tx, entry.id)
    if cleared.told is not None:
        await outbox.add(tx, cleared.told, subject=entry.id, seq=cleared.entry.facts, by=_SYSTEM, time=at)
    return cleared


async def run(store: Store, settings: Settings) -> None:
    """Carry every erasure on until cancelled."""
    while True:
        erasure = await repository.take(store.read, now())
        if erasure is None:
            await asyncio.sleep(_REST_SECONDS)
        else:
            await step(store, erasure, settings)


async def step(store: Store, erasure: Erasure, settings: Settings) -> None:
    """One step of one erasure. Done twice it is done once."""
    match erasure.state:
        case State.ENTRIES:
            await _clear_entries(store, erasure, settings.secret_key.get_secret_value())
        case State.FILES:
            await _delete_files(store, erasure.id)
        case State.TOPIC:
            await _empty_topic(store, erasure, settings.kafka_url)
    log.info("erasures.step.done", person=erasure.id, step=erasure.state.value)


async def _clear_entries(store: Store, erasure: Erasure, secret_key: str) -> None:
    words = unseal(erasure.sealed, secret_key=secret_key, purpose=_PURPOSE)["words"]
    for known in await entries.of_author(store.read, erasure.id):

        async def work(tx: Tx, entry_id: str = known.id) -> None:
            entry, kept = await entries.get(tx, entry_id), await repository.find(tx, erasure.id)
            cleared = await clear(tx, entry, domain.fate(entry, erasure.id), words, now())
            if kept is not None:
                _note(kept, cleared)
                await repository.put(tx, kept)

        await store.transaction(work)

    async def end(tx: Tx) -> None:
        kept = await repository.find(tx, erasure.id)
        if kept is not None and kept.state is State.ENTRIES:
            kept.sealed = ""
            kept.go_on(State.FILES, now())
            await repository.put(tx, kept)

    await store.transaction(end)


def _note(erasure: Erasure, cleared: Cleared) -> None:
    """What is to be deleted, once each; a step that was repeated finds the files of the first time already noted."""
    erasure.files = list(dict.fromkeys([*erasure.files, *cleared.files]))
    if cleared.copies:
        contest = erasure.copies.setdefault(cleared.entry.contest_id, [])
        contest.extend(one for one in cleared.copies if one not in contest)


async def _delete_files(store: Store, person_id: str) -> None:
    erasure = await repository.find(store.read, person_id)
    await attachments.delete(store, erasure.files if erasure else [])
    await uploads.forget(store, person_id)

    async def end(tx: Tx) -> None:
        kept = await repository.find(tx, person_id)
        if kept is not None and erasure is not None:
            kept.files = [blob for blob in kept.files if blob not in erasure.files]
            kept.go_on(State.TOPIC, now())
            await repository.put(tx, kept)

    await store.transaction(end)


async def _empty_topic(store: Store, erasure: Erasure, kafka_url: str) -> None:
    """Until no value of the person is left on the broker's disk: each further tombstone lets it compact what was."""
    sent = not await outbox.waits(store.read, PEOPLE.name, subject=erasure.id)
    if sent and not await kafka.kept(kafka_url, PEOPLE, [erasure.id]):
        erasure.go_on(State.ERASED, now())
    else:
        if sent:
            await outbox.send_again(store.read, PEOPLE.name, subject=erasure.id)
        erasure.pause(now())

    async def keep(tx: Tx) -> None:
        kept = await repository.find(tx, erasure.id)
        if kept is not None and kept.state is State.TOPIC:
            change = {"state": erasure.state, "next_at": erasure.next_at, "tries": erasure.tries}
            await repository.put(tx, kept.model_copy(update={**change, "done_at": erasure.done_at}))

    await store.transaction(keep)


async def result_published(tx: Tx, contest_id: str, at: datetime) -> None:
    """The jury's copies of erased authors' entries are needed no more."""
    await repository.note_published(tx, contest_id, at)
    for erasure in await repository.with_copies(tx, contest_id):
        for entry in await entries.of_author(tx, erasure.id):
            if entry.contest_id == contest_id and entry.released:
                entry.released = []
                await entries.save(tx, entry)
        erasure.published(contest_id, at)
        await repository.put(tx, erasure)


async def progress(tx: Tx, person_id: str) -> Erasure | None:
    """How far an erasure came."""
    return await repository.find(tx, person_id)
