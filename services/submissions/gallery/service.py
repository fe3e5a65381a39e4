"""Putting entries into the gallery and out of it, and reading it. What is shown is checked against the consents of now."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from services.submissions.contests import service as contests
from services.submissions.eligibility import service as eligibility
from services.submissions.entries import service as entries
from services.submissions.entries.domain import Entry
from services.submissions.gallery import domain, repository
from services.submissions.gallery.domain import Item, Prize, Query, Shown
from services.submissions.people import service as people
from services.submissions.people.domain import Account
from services.submissions.states.domain import State
from shared import logs
from shared.errors import NotFound
from shared.events.judging import ResultPublished
from shared.mongo import Document, Store, Tx

INDEXES = repository.INDEXES
log = logs.get(__name__)


@dataclass(frozen=True, slots=True)
class Showing:
    """An entry with its authors' names, and with the words around what was sought."""

    item: Item
    names: list[str]
    contest: str
    slug: str = ""
    """Of the published result."""
    excerpt: Sequence[tuple[str, bool]] = ()


@dataclass(frozen=True, slots=True)
class Listing:
    """A page of the gallery; `choices` are the words of each filter."""

    showings: list[Showing]
    total: int
    choices: dict[str, list[tuple[str, str]]]


async def hear_result(tx: Tx, published: ResultPublished) -> None:
    """The contest is over: its entries are looked at one by one, beside."""
    prizes = {one.entry_id: Prize(rank=one.rank, title=one.prize_title or "") for one in published.places}
    await repository.put_contest(tx, published.contest_id, published.slug, prizes, published.published_at)


async def fill_next(store: Store) -> bool:
    """Look at every entry of one contest that waits for it; False when none does. Done twice it is done once."""
    waiting = await repository.waiting(store.read)
    if waiting is None:
        return False
    for entry_id in await entries.accepted(store.read, waiting["_id"]):
        await store.transaction(partial(refresh, entry_id=entry_id))
    await repository.looked(store.read, waiting["_id"], waiting["edition"])
    log.info("gallery.contest.filled", contest=waiting["_id"])
    return True


async def refresh(tx: Tx, entry_id: str) -> None:
    """Show the entry or do not, as its authors agree now."""
    entry = await entries.get(tx, entry_id)
    result = await repository.contest(tx, entry.contest_id)
    if result is None or entry.state is not State.ACCEPTED or await repository.gone(tx, entry_id):
        return
    if domain.agreed(await _authors(tx, entry.author_ids)):
        await repository.put(tx, await _item(tx, entry, result))
    else:
        await repository.hide(tx, entry_id)


async def refresh_person(tx: Tx, person_id: str) -> None:
    """What the person agrees to may have changed."""
    for entry in await entries.of_author(tx, person_id):
        await refresh(tx, entry.id)


async def forget(tx: Tx, entry_id: str) -> None:
    """An author was taken out of the entry: it is never shown again."""
    await repository.hide(tx, entry_id, for_good=True)


async def _authors(tx: Tx, author_ids: Sequence[str]) -> list[Account]:
    return [await people.shown(tx, author_id) for author_id in author_ids]


async def _item(tx: Tx, entry: Entry, result: Document) -> Item:
    contest, last = await contests.get(tx, entry.contest_id), await entries.last_revision(tx, entry)
    groups = {one.id: one.title for one in contest.entrant_groups}
    fields = {one.id: one.title for one in contest.content_groups}
    prize = Prize.model_validate(result["prizes"].get(entry.id, {}))
    parts = [Shown(title=part.title, text=last.parts[part.id]) for part in contest.parts if last.parts.get(part.id)]
    if effects := "\n".join(f"{one.in_words}. {one.basis}" for one in last.effects if one.complete):
        parts.append(Shown(title="Hiệu quả bằng số", text=effects))
    return Item(
        id=entry.id,
        contest_id=contest.id,
        year=contest.year,
        title=last.title,
        group=groups.get(last.entrant_group, ""),
        field=fields.get(last.content_group, ""),
        units=await eligibility.called(tx, last.unit_ids),
        parts=parts,
        prize=prize.title,
        rank=prize.rank,
        author_ids=entry.author_ids,
        published_at=result["published_at"],
    )


async def listed(store: Store, query: Query) -> Listing:
    """A page of what everybody may read."""
    items, total = await repository.search(store.read, query)
    found = domain.sought(query.search)
    showings = [await _showing(store.read, item, found) for item in items]
    return Listing([one for one in showings if one is not None], total, await _choices(store.read))


async def view(store: Store, entry_id: str) -> Showing:
    """One entry. Raises NotFound, also for one that is not shown, or not any more."""
    item = await repository.find(store.read, entry_id)
    showing = await _showing(store.read, item, domain.sought("")) if item is not None else None
    if showing is None:
        raise NotFound
    return showing


async def _showing(tx: Tx, item: Item, found: domain.Sought) -> Showing | None:
    """With the names, unless somebody has taken back what they agreed to."""
    authors = await _authors(tx, item.author_ids)
    if not domain.agreed(authors):
        return None
    contest, result = await contests.get(tx, item.contest_id), await repository.contest(tx, item.contest_id)
    names = [one.name for one in authors]
    slug = result["slug"] if result else ""
    return Showing(item, names, contest.short_name, slug, domain.excerpt(item.text, found))


async def _choices(tx: Tx) -> dict[str, list[tuple[str, str]]]:
    combined = await repository.choices(tx)
    named = {one: (await contests.get(tx, one)).short_name for one in {row["contest_id"] for row in combined}}
    years = sorted({row["year"] for row in combined}, reverse=True)
    return {
        "year": [(str(one), str(one)) for one in years],
        "contest": sorted(named.items(), key=lambda one: one[1]),
        "field": [(one, one) for one in sorted({row["field"] for row in combined} - {""})],
        "prize": [(one, one) for one in sorted({row["prize"] for row in combined} - {""})],
    }
