"""Finding resemblances and writing down what a secretary makes of them; one function is one transaction."""

from dataclasses import dataclass
from datetime import datetime

from services.submissions.contests import service as contests
from services.submissions.entries import service as entries
from services.submissions.likeness import domain as likeness_domain
from services.submissions.likeness import service as likeness
from services.submissions.likeness.domain import Item, Kind, Piece
from services.submissions.originality import domain, repository
from services.submissions.originality.domain import Resemblance, State
from shared.clock import now
from shared.errors import NotFound, Stale
from shared.identity import Person, Role
from shared.mongo import Document, Store, Tx

INDEXES = (*repository.INDEXES, *likeness.INDEXES)
_READERS = (Role.SECRETARY, Role.ORGANISER)


@dataclass(frozen=True, slots=True)
class SideBySide:
    """A resemblance with both texts cut where they agree; `other` has none once its text is gone."""

    pair: Resemblance
    text: list[Piece]
    other: list[Piece]


async def keep(tx: Tx, entry_id: str, at: datetime) -> None:
    """Fingerprint what was handed in last, and queue it to be looked at."""
    await likeness.keep(tx, await _item(tx, entry_id))
    await repository.queue(tx, entry_id, at)


async def _item(tx: Tx, entry_id: str) -> Item:
    entry = await entries.get(tx, entry_id)
    last, contest = await entries.last_revision(tx, entry), await contests.get(tx, entry.contest_id)
    text = likeness_domain.whole(last.title, [last.parts.get(part.id, "") for part in contest.parts])
    return Item(
        id=entry.id, kind=Kind.ENTRY, title=last.title, text=text, contest_id=contest.id, year=contest.year,
        source=contest.short_name, owner_ids=entry.author_ids,
    )  # fmt: skip


async def forget(tx: Tx, entry_id: str) -> None:
    """The entry was taken back: nobody is compared with it any more, open resemblances are settled by that."""
    await likeness.forget(tx, entry_id)
    await repository.unqueue(tx, entry_id)
    await repository.delete(
        tx, [one.id for one in await repository.of_entry(tx, entry_id) if one.state is State.UNDECIDED]
    )


async def erase(tx: Tx, entry_id: str) -> None:
    """Nothing of the entry stays, concluded or not: its author was erased and its words with them."""
    await likeness.forget(tx, entry_id)
    await repository.unqueue(tx, entry_id)
    await repository.delete(tx, [one.id for one in await repository.of_entry(tx, entry_id)])


async def look_at_next(store: Store) -> bool:
    """Compare the entry that has waited longest; False when none waits."""
    look = await repository.waiting(store.read)
    if look is None:
        return False
    item = await likeness.find(store.read, look["_id"])
    found = await _resemblances(store.read, item, now()) if item else []

    async def work(tx: Tx) -> None:
        before = await repository.of_entry(tx, look["_id"])
        await repository.delete(tx, [one.id for one in domain.gone(before, found)])
        for one in found:
            known = await repository.find(tx, one.id)
            if one.after(known) != known:  # a page that somebody is reading stays what it is
                await repository.save(tx, one.after(known))
        await repository.done(tx, look)

    await store.transaction(work)
    return True


async def _resemblances(tx: Tx, item: Item, at: datetime) -> list[Resemblance]:
    found = []
    for match in await likeness.resembling(tx, item.text, but=[item.id], at_least=0.0):
        # A short text copied into a long one covers little of it, the long one covers all of the short.
        covered = max(match.covered, likeness_domain.match(match.item.text, item).covered)
        if covered >= likeness_domain.MARKED_FROM:
            found.append(Resemblance.of(item, match, covered, at))
    return found


async def listing(
    store: Store, person: Person, *, contest_id: str = "", state: str = "", page: int = 1, size: int = 25
) -> tuple[list[Resemblance], int]:
    """A page of what somebody may see, the most alike first, and how many there are."""
    scopes = {scope for role, scope in person.roles if role in _READERS}
    where: Document = {}
    if "*" not in scopes:
        where["contest_ids"] = {"$in": sorted(scopes)}
    if contest_id:
        where = {"$and": [where, {"contest_ids": contest_id}]}
    if state:
        where["state"] = state
    return await repository.page(store.read, where, skip=(page - 1) * size, limit=size)


async def of_entry(tx: Tx, entry_id: str) -> list[Resemblance]:
    """For the sheet of the formal check, which has its own policy."""
    return await repository.of_entry(tx, entry_id)


async def show(store: Store, pair_id: str, person: Person) -> SideBySide:
    """Both texts with what they share marked. Raises NotFound, also outside of the person's scope."""
    pair = _seen(await repository.get(store.read, pair_id), person)
    one, other = await likeness.find(store.read, pair.entry_id), await likeness.find(store.read, pair.other_id)
    ours, theirs = one.text if one else "", other.text if other else ""
    return SideBySide(pair, likeness_domain.pieces(ours, theirs), likeness_domain.pieces(theirs, ours))


def _seen(pair: Resemblance, person: Person) -> Resemblance:
    if not any(person.may(role, scope) for role in _READERS for scope in pair.contest_ids):
        raise NotFound
    return pair


async def decide(  # noqa: PLR0913 - a conclusion has so many sides
    store: Store, pair_id: str, state: State, reason: str, *, version: int, by: Person, at: datetime
) -> Resemblance:
    """Conclude, or take a conclusion back (`undecided`). Raises NotFound, Stale, DecidedAlready."""

    async def work(tx: Tx) -> Resemblance:
        pair = _seen(await repository.get(tx, pair_id), by)
        if pair.version != version:
            raise Stale
        if state is State.UNDECIDED:
            pair.reopen()
        else:
            pair.decide(state, reason, by=by.id, at=at)
        await repository.save(tx, pair)
        return pair

    return await store.transaction(work)
