"""Finding resemblances and writing down what a secretary makes of them; one function is one transaction."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from services.submissions.contests import service as contests
from services.submissions.contests.domain import Contest
from services.submissions.entries import service as entries
from services.submissions.likeness import domain as likeness_domain
from services.submissions.likeness import service as likeness
from services.submissions.likeness.domain import Item, Kind, Piece
from services.submissions.originality import domain, repository
from services.submissions.originality.domain import Query, Resemblance, State
from services.submissions.people import service as people
from services.submissions.states.domain import State as Standing
from services.submissions.works import service as works
from shared.clock import now
from shared.errors import NotFound, Stale
from shared.identity import Person, Role
from shared.mongo import Store, Tx

INDEXES = (*repository.INDEXES, *likeness.INDEXES)
_ANEW_AT_ONCE = 20
"""Fingerprints of one step: a tenth of a second of one core."""
_READERS = (Role.SECRETARY, Role.ORGANISER)


@dataclass(frozen=True, slots=True)
class SideBySide:
    """A resemblance with both texts cut where they agree; a side has none once its text is gone."""

    pair: Resemblance
    text: list[Piece]
    other: list[Piece]
    names: dict[str, str]
    """Of those who concluded."""


@dataclass(frozen=True, slots=True)
class Findings:
    """What the search found about one entry; `looked_at` is None while it waits for the search."""

    pairs: list[Resemblance]
    looked_at: datetime | None


@dataclass(frozen=True, slots=True)
class Listing:
    """A page of resemblances, and the contests that may be asked for."""

    pairs: list[Resemblance]
    total: int
    contests: list[Contest]


async def keep(tx: Tx, entry_id: str, at: datetime) -> None:
    """Fingerprint what was handed in last, and queue it to be looked at. What is gone meanwhile stays gone."""
    item = await _item(tx, entry_id)
    if item is None:
        await forget(tx, entry_id)
        return
    await likeness.keep(tx, item)
    await repository.queue(tx, entry_id, at)


async def _item(tx: Tx, entry_id: str) -> Item | None:
    """What there is to compare: nothing of an entry that was deleted, emptied or withdrawn."""
    if not await entries.exists(tx, entry_id):
        return None
    entry = await entries.get(tx, entry_id)
    handed_in = await entries.revisions(tx, entry_id)
    if entry.state in (Standing.WITHDRAWN, Standing.JOINED) or not handed_in:
        return None
    last, contest = handed_in[0], await contests.get(tx, entry.contest_id)
    parts = [last.parts.get(part.id, "").strip() for part in contest.parts]
    if not any(parts):
        return None
    return Item(
        id=entry.id, kind=Kind.ENTRY, title=last.title, text=likeness_domain.whole(last.title, parts),
        contest_id=contest.id, year=contest.year, source=contest.short_name, owner_ids=entry.author_ids,
        at=handed_in[-1].at,
    )  # fmt: skip


async def forget(tx: Tx, item_id: str) -> None:
    """The text was taken back: nothing is compared with it any more, open resemblances are settled by that."""
    await likeness.forget(tx, item_id)
    await repository.unqueue(tx, item_id)
    await repository.delete(
        tx, [one.id for one in await repository.of_entry(tx, item_id) if one.state is State.UNDECIDED]
    )


async def erase(tx: Tx, entry_id: str) -> None:
    """Nothing of the entry stays, concluded or not: its author was erased and its words with them."""
    await likeness.forget(tx, entry_id)
    await repository.unqueue(tx, entry_id)
    await repository.delete(tx, [one.id for one in await repository.of_entry(tx, entry_id)])


async def nameless(tx: Tx, entry_id: str, words: Sequence[str], at: datetime) -> None:
    """The author was erased and the entry stays: its new words are compared, and no reason or title names anybody."""
    await keep(tx, entry_id, at)
    for pair in await repository.of_entry(tx, entry_id):
        pair.nameless(words)
        await repository.save(tx, pair)


async def catch_up(store: Store) -> int:
    """Fingerprint what was handed in before this room was there; what has a fingerprint is not made anew. How many."""
    known = await likeness.ids(store.read, Kind.ENTRY)
    missing = [one for one in await entries.handed_in(store.read) if one not in known]
    for entry_id in missing:

        async def work(tx: Tx, entry_id: str = entry_id) -> None:
            await keep(tx, entry_id, now())

        await store.transaction(work)
    return len(missing)


async def make_anew(store: Store, at: datetime) -> int:
    """Fingerprints made in an older way, some at a time: each is made from the text it is of, and that is looked at again.

    Until then a text is found by what its old one has in common with new ones. Done twice, or by two, it is done once.
    """
    old = await likeness.outdated(store.read, _ANEW_AT_ONCE)
    made = await likeness.fingerprints(old)

    async def work(tx: Tx) -> None:
        for item, one in zip(old, made, strict=True):
            if await likeness.make_anew(tx, item.id, one):
                if item.kind is Kind.ENTRY:
                    await repository.queue_again(tx, item.id, at)
                else:
                    await works.look_again(tx, item.id)

    if old:
        await store.transaction(work)
    return len(old)


async def look_at_next(store: Store) -> bool:
    """Compare the text that has waited longest, entries before imported initiatives; False when none waits."""
    look, at = await repository.waiting(store.read), now()
    if look is not None:
        await _look(store, look["_id"], at, lambda tx: repository.done(tx, look, at))
        return True
    work_id = await works.waiting(store.read)
    if work_id is not None:
        await _look(store, work_id, at, lambda tx: works.looked_at(tx, work_id))
    return work_id is not None


async def _look(store: Store, item_id: str, at: datetime, done: Callable[[Tx], Awaitable[None]]) -> None:
    item = await likeness.find(store.read, item_id)
    found = await _resemblances(store.read, item, at) if item else []

    async def work(tx: Tx) -> None:
        before = await repository.of_entry(tx, item_id)
        await repository.delete(tx, [one.id for one in domain.gone(before, found)])
        await _note(tx, found)
        await done(tx)

    await store.transaction(work)


async def _note(tx: Tx, found: Sequence[Resemblance]) -> None:
    for one in found:
        known = await repository.find(tx, one.id)
        if one.after(known) != known:  # a page that somebody is reading stays what it is
            await repository.save(tx, one.after(known))


async def _resemblances(tx: Tx, item: Item, at: datetime) -> list[Resemblance]:
    found = []
    for match in await likeness.resembling(tx, item.text, but=[item.id], at_least=0.0, within=item.contest_id):
        covered = likeness_domain.overlap(item.text, match.item.text)
        if covered >= likeness_domain.MARKED_FROM and Kind.ENTRY in (item.kind, match.item.kind):
            found.append(Resemblance.of(item, match, covered, at))
    return found


def _scope(person: Person) -> list[str] | None:
    """The contests whose resemblances somebody may read; None means all."""
    scopes = {scope for role, scope in person.roles if role in _READERS}
    return None if "*" in scopes else sorted(scopes)


async def listing(store: Store, query: Query, person: Person) -> Listing:
    """A page of what somebody may see."""
    query = query.model_copy(update={"contest_ids": _scope(person)})
    known = await contests.published(store.read)
    mine = [one for one in known if query.contest_ids is None or one.id in query.contest_ids]
    pairs = await repository.listed(store.read, query)
    return Listing(pairs, await repository.count(store.read, query), mine)


async def rows(store: Store, query: Query, person: Person) -> list[list[object]]:
    """All that the list shows over all its pages, as rows under `domain.HEADS`."""
    query = query.model_copy(update={"contest_ids": _scope(person)})
    return [domain.cells(pair) for pair in await repository.listed(store.read, query, whole=True)]


async def findings(tx: Tx, entry_id: str, person: Person) -> Findings:
    """What the search found about an entry whose sheet somebody reads; pairs of other desks are left out."""
    pairs = [one for one in await repository.of_entry(tx, entry_id) if _may_read(one, person)]
    return Findings(pairs, await repository.looked_at(tx, entry_id))


async def show(store: Store, pair_id: str, person: Person) -> SideBySide:
    """Both texts with what they share marked. Raises NotFound, also outside of the person's scope."""
    pair = await _seen(store.read, pair_id, person)
    one, other = await likeness.find(store.read, pair.entry_id), await likeness.find(store.read, pair.other_id)
    ours, theirs = one.text if one else "", other.text if other else ""
    names = {by: (await people.shown(store.read, by)).name for by in {one.by for one in pair.conclusions}}
    return SideBySide(pair, likeness_domain.pieces(ours, theirs), likeness_domain.pieces(theirs, ours), names)


def _may_read(pair: Resemblance, person: Person) -> bool:
    return any(person.may(role, pair.contest_id) for role in _READERS)


async def _seen(tx: Tx, pair_id: str, person: Person) -> Resemblance:
    pair = await repository.get(tx, pair_id)
    if not _may_read(pair, person):
        raise NotFound
    return pair


async def decide(  # noqa: PLR0913 - a conclusion has so many sides
    store: Store, pair_id: str, state: State, reason: str, *, version: int, by: Person, at: datetime
) -> Resemblance:
    """Conclude, or take a conclusion back (`undecided`). Raises NotFound, Forbidden, Stale, DecidedAlready."""

    async def work(tx: Tx) -> Resemblance:
        pair = await _seen(tx, pair_id, by)
        by.require(Role.SECRETARY, scope=pair.contest_id)
        if pair.version != version:
            raise Stale
        if state is State.UNDECIDED:
            pair.reopen()
        else:
            pair.decide(state, reason, by=by.id, at=at)
        await repository.save(tx, pair)
        return pair

    return await store.transaction(work)
