"""Reading an entry after the event, with its news; and taking in the news (within the caller's transaction)."""

from dataclasses import dataclass

from services.submissions.contests import service as contests
from services.submissions.contests.domain import Contest
from services.submissions.eligibility import service as eligibility
from services.submissions.entries import service as entries
from services.submissions.entries.domain import Entry
from services.submissions.receipts import repository
from services.submissions.receipts.domain import Mail, News, Place
from services.submissions.status_codes import service as status_codes
from services.submissions.texts.domain import Revision
from shared.clock import local
from shared.errors import NotFound
from shared.events.judging import FinalistsNamed, ResultPublished
from shared.events.notifications import DeliveryAccepted, DeliveryFailed
from shared.identity import Person
from shared.mongo import Store, Tx

INDEXES = repository.INDEXES
Sought = entries.Sought
count_mine = entries.count_listed
HEADS = ("Tên sáng kiến", "Cuộc thi", "Tình trạng", "Mã biên nhận", "Nộp lúc", "Kết quả")


@dataclass(frozen=True, slots=True)
class Case:
    """An entry with its contest and its news."""

    entry: Entry
    contest: Contest
    news: News
    units: str = ""
    """The authors' units as they were called on the day of the last hand-in."""
    counting: Entry | None = None
    """The entry that this one was joined to, and that counts."""


async def mine(tx: Tx, sought: Sought, *, skip: int = 0, limit: int = 0) -> list[Case]:
    """A person's entries that are asked for; all of them when `limit` is 0."""
    found = await entries.listed(tx, sought, skip=skip, limit=limit)
    known = {contest_id: await contests.get(tx, contest_id) for contest_id in {one.contest_id for one in found}}
    news = await repository.of(tx, [entry.id for entry in found])
    return [Case(one, known[one.contest_id], news.get(one.id, News(entry_id=one.id))) for one in found]


def cells(case: Case) -> list[object]:
    """A line of a file under `HEADS`."""
    entry, submitted = case.entry, case.entry.submitted_at
    at = f"{local(submitted):%d/%m/%Y %H:%M}" if submitted else ""
    return [entry.title, case.contest.short_name, entry.in_words, entry.receipt or "", at, case.news.outcome]


async def view(store: Store, entry_id: str, person: Person) -> Case:
    """An author's own entry. Raises NotFound."""
    return await _case(store.read, *await entries.view(store, entry_id, person))


async def _case(tx: Tx, entry: Entry, contest: Contest) -> Case:
    unit_ids = (await entries.last_revision(tx, entry)).unit_ids if entry.revision else []
    names = await eligibility.called(tx, unit_ids)
    other = entry.joined_to
    counting = await entries.get(tx, other) if other and await entries.exists(tx, other) else None
    return Case(entry, contest, await repository.get(tx, entry.id), ", ".join(names), counting)


async def hand_ins(store: Store, case: Case, number: str) -> tuple[Revision, list[int], str]:
    """A hand-in, the last unless `number` names another, the numbers of all, and what the units were called then.

    Raises NotFound.
    """
    known = await entries.revisions(store.read, case.entry.id)
    asked = next((one for one in known if str(one.number) == (number or str(case.entry.revision))), None)
    if asked is None:
        raise NotFound
    units = await eligibility.called(store.read, asked.unit_ids)
    return asked, [one.number for one in known], ", ".join(units)


async def by_status_secret(store: Store, secret: str) -> Case:
    """For whoever holds the link of a receipt. Raises NotFound."""
    return await _case(store.read, *await entries.by_status_secret(store, secret))


async def by_code(store: Store, code: str, pin: str, *, place: str, secret_key: str) -> Case:
    """For whoever types what is printed on a receipt. Raises Invalid, NoSuchReceipt, TooMany."""
    entry = await status_codes.find(store, code, pin, place=place, secret_key=secret_key)
    return await _case(store.read, entry, await contests.get(store.read, entry.contest_id))


async def news(tx: Tx, entry_id: str) -> News:
    """What other services told about an entry."""
    return await repository.get(tx, entry_id)


async def forget(tx: Tx, entry_id: str) -> None:
    """The entry was cleared of its author: what became of letters to them is nobody's business any more."""
    await repository.forget_mails(tx, entry_id)


async def hear_delivery(tx: Tx, told: DeliveryAccepted | DeliveryFailed) -> None:
    """A message was taken by a provider, or cannot be delivered; only those about an entry matter here."""
    if not await entries.exists(tx, told.about_id):
        return
    own = {"message": told.message, "channel": told.channel}
    if isinstance(told, DeliveryAccepted):
        mail = Mail(accepted=True, at=told.accepted_at, **own)
    else:
        mail = Mail(accepted=False, at=told.failed_at, reason=told.reason, **own)
    await repository.note_mail(tx, told.about_id, told.delivery_id, mail)


async def hear_finalists(tx: Tx, named: FinalistsNamed) -> None:
    """Every accepted entry of the contest learns whether it goes on."""
    chosen = {finalist.entry_id for finalist in named.finalists}
    for entry_id in await entries.accepted(tx, named.contest_id):
        await repository.note_finalist(tx, entry_id, finalist=entry_id in chosen)


async def hear_result(tx: Tx, published: ResultPublished) -> None:
    """Every ranked entry learns its place."""
    for line in published.places:
        place = Place(rank=line.rank, score=str(line.score), prize_title=line.prize_title, slug=published.slug)
        await repository.note_place(tx, line.entry_id, place)
