"""What the printed pages say, read for those who may."""

from dataclasses import dataclass

from services.submissions.contests import service as contests
from services.submissions.contests.domain import Contest
from services.submissions.eligibility import service as eligibility
from services.submissions.entries import service as entries
from services.submissions.entries.domain import Entry
from services.submissions.intake import service as intake
from services.submissions.intake.domain import Line, Query
from services.submissions.intake.service import Listing
from services.submissions.people import service as people
from services.submissions.texts.domain import Revision
from shared.errors import NotFound
from shared.identity import Person
from shared.mongo import Store, Tx


@dataclass(frozen=True, slots=True)
class Slip:
    """A receipt: what was received from whom."""

    entry: Entry
    last: Revision
    contest: Contest
    line: Line | None
    """None for the moment until the register has it."""
    owner: str
    units: list[str]


async def contest_of(tx: Tx, listing: Listing, query: Query) -> Contest | None:
    """The one contest that a printed list is of; None when it is of several."""
    one = listing.by_id.get(query.contest_id) or (listing.contests[0] if len(listing.contests) == 1 else None)
    return await contests.get(tx, one.id) if one else None


async def for_the_desk(store: Store, entry_id: str, person: Person) -> Slip:
    """Raises NotFound, also for whoever does not work at the desk of this contest."""
    await intake.seen(store.read, entry_id, person)
    return await _slip(store.read, await entries.get(store.read, entry_id))


async def for_the_author(store: Store, entry_id: str, person: Person) -> Slip:
    """Raises NotFound, also for everybody else and before the first hand-in."""
    return await _slip(store.read, await entries.own(store.read, entry_id, person))


async def _slip(tx: Tx, entry: Entry) -> Slip:
    last = await entries.last_revision(tx, entry)
    try:
        line = await intake.line(tx, entry.id)
    except NotFound:
        line = None
    return Slip(
        entry,
        last,
        await contests.get(tx, entry.contest_id),
        line,
        owner=(await people.shown(tx, entry.owner_id)).name,
        units=await eligibility.called(tx, last.unit_ids),
    )
