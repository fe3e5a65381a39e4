"""Finding the papers somebody may claim, and claiming one; one function is one transaction."""

from dataclasses import dataclass
from datetime import datetime

from services.submissions.claims import domain
from services.submissions.claims.domain import NotPaper, StaffOfContest
from services.submissions.contests import service as contests
from services.submissions.contests.domain import Contest
from services.submissions.credentials import service as credentials
from services.submissions.credentials.domain import News
from services.submissions.eligibility import domain as eligible
from services.submissions.eligibility import service as eligibility
from services.submissions.entries import service as entries
from services.submissions.entries.domain import Entry
from services.submissions.intake import service as intake
from services.submissions.intake.domain import Line
from services.submissions.joins import domain as join_domain
from services.submissions.joins import service as joins
from services.submissions.papers import service as papers
from services.submissions.papers.domain import PROOFS, Claim, Proof, Record
from services.submissions.people import service as people
from services.submissions.people.domain import Account
from services.submissions.status_codes import service as status_codes
from shared.errors import NotFound
from shared.identity import Person
from shared.mongo import Store, Tx


@dataclass(frozen=True, slots=True)
class Offer:
    """A paper whose sender gave an address that the reader's account has confirmed."""

    line: Line
    contest: Contest


async def offers(store: Store, person: Person) -> list[Offer]:
    """Papers that wait for the reader, the first number first."""
    tx, found = store.read, []
    account = await people.get(tx, person.id)
    for entry_id in await _reached(tx, account):
        entry = await entries.get(tx, entry_id)
        if person.id in entry.author_ids or not _open(await _authors(tx, entry)):
            continue
        found.append(Offer(await intake.line(tx, entry_id), await contests.get(tx, entry.contest_id)))
    return sorted(found, key=lambda one: (one.contest.year, one.line.number))


async def _reached(tx: Tx, account: Account) -> list[str]:
    """Ids of papers that came with a confirmed address of the account."""
    phone = account.phone if account.phone_confirmed_at else ""
    email = account.email if account.email_confirmed_at else ""
    return [record.entry_id for record in await papers.reached_by(tx, phone=phone, email=email)]


async def _authors(tx: Tx, entry: Entry) -> list[Account]:
    return [await people.shown(tx, one) for one in entry.author_ids]


def _open(authors: list[Account]) -> bool:
    return any(one.only_written_down for one in authors)


async def by_receipt(  # noqa: PLR0913 - what is printed, and who asks from where
    store: Store, code: str, pin: str, *, place: str, secret_key: str, by: Person, at: datetime
) -> str:
    """Claim what the receipt names; the entry's id. Guesses count as those of the status page do.

    Raises Invalid, NoSuchReceipt, TooMany, NotPaper, ClaimedAlready, StaffOfContest.
    """
    entry = await status_codes.find(store, code, pin, place=place, secret_key=secret_key)
    return await _claim(store, entry.id, Proof.RECEIPT, secret_key=secret_key, by=by, at=at)


async def by_address(store: Store, entry_id: str, *, secret_key: str, by: Person, at: datetime) -> str:
    """Claim a paper that came with the reader's confirmed address; its id.

    Raises NotFound, also for every other entry, ClaimedAlready, StaffOfContest.
    """
    if entry_id not in await _reached(store.read, await people.get(store.read, by.id)):
        raise NotFound
    return await _claim(store, entry_id, Proof.ADDRESS, secret_key=secret_key, by=by, at=at)


async def _claim(store: Store, entry_id: str, proof: Proof, *, secret_key: str, by: Person, at: datetime) -> str:
    async def work(tx: Tx) -> str:
        entry = await entries.get(tx, entry_id)
        record = await papers.record_of(tx, entry_id)
        if by.id in entry.author_ids:  # pressed twice, or in two tabs
            return entry_id
        if entry.paper is None or record is None:
            raise NotPaper
        await _check_no_staff(tx, entry, by, at)
        seat = domain.seat(await _authors(tx, entry), entry.owner_id, by.name)
        record.claims.append(Claim(person_id=by.id, seat=seat, proof=proof, at=at))
        await papers.keep_record(tx, record)
        for address in await _others(tx, entry, record, seat, by):
            await credentials.tell(tx, News.CLAIMED, address=address, name="", secret_key=secret_key, at=at)
        await _take(tx, entry, seat, proof, by=by, at=at)
        if not await entries.of_author(tx, seat):  # the account stood for nothing else
            await people.forget(tx, seat, at=at)
        return entry_id

    return await store.transaction(work)


async def _others(tx: Tx, entry: Entry, record: Record, seat: str, by: Person) -> list[str]:
    """The addresses that the desk wrote down for whom it took the claimant to be, but those that are the claimant's."""
    stood_in, account = await people.shown(tx, seat), await people.get(tx, by.id)
    sender = [record.sender.phone, record.sender.email] if seat == entry.owner_id else []
    return domain.others([stood_in.phone, stood_in.email, *sender], account)


async def _take(tx: Tx, entry: Entry, seat: str, proof: Proof, *, by: Person, at: datetime) -> None:
    contest, account = await contests.get(tx, entry.contest_id), await people.get(tx, by.id)
    handed_in = await entries.revisions(tx, entry.id)
    last = handed_in[0]
    own = (await eligibility.entrant(tx, contest, account, last.at)).unit_ids
    units = list(dict.fromkeys([*last.unit_ids, *own]))
    entry.replace_author(seat, by.id)
    told = join_domain.attributed(entry, units, at)
    handed_in[0] = last.model_copy(update={"unit_ids": units})
    for revision in handed_in:
        await entries.put_revision(tx, domain.renamed(revision, seat, by.id))
    await entries.publish(tx, entry, told, by=by, at=at)
    await joins.rename_author(tx, entry.id, seat, by.id)
    way = f"Người gửi bài giấy đã nhận bài về tài khoản của mình, bằng {PROOFS[proof]}"
    note = join_domain.authors_changed(way, entry.state)
    await intake.note(tx, await intake.line(tx, entry.id), {}, by=by, note=note)


async def _check_no_staff(tx: Tx, entry: Entry, by: Person, at: datetime) -> None:
    contest = await contests.get(tx, entry.contest_id)
    claimant = await eligibility.entrant(tx, contest, await people.get(tx, by.id), at)
    if reasons := eligible.standing(contest, claimant).reasons:
        raise StaffOfContest(" ".join([*reasons, "Hãy báo nơi đã nhận bài giấy."]))
