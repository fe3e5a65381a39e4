"""What can be done with contests; one function is one transaction."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime

from services.submissions.contests import domain, repository
from services.submissions.contests.domain import Contest, Heading, State
from services.submissions.editions import service as editions
from services.submissions.rules.domain import Rules
from shared import outbox
from shared.clock import now
from shared.errors import Invalid, NotFound, Stale
from shared.events.envelope import Event
from shared.identity import Person, Role
from shared.ids import new_id
from shared.mongo import Document, Duplicate, Link, Store, Tx
from shared.once import once

INDEXES = (*repository.INDEXES, *editions.INDEXES)
headings_in = repository.headings_in


def along(field: str) -> Link:
    """The contest that a document names in `field`, to be read along with it."""
    return Link(field, "contests")


async def get(tx: Tx, contest_id: str) -> Contest:
    """In any state; its fields are the rules in force. To be read, not changed. Raises NotFound."""
    return await repository.for_reading(tx, contest_id)


async def by_slug(tx: Tx, slug: str) -> Contest:
    """A contest the public may see. Raises NotFound."""
    contest = await repository.find_by_slug(tx, slug)
    if contest is None or contest.state is State.DRAFT:
        raise NotFound
    return contest


async def published(tx: Tx) -> list[Contest]:
    """What the public's lists show: published and closed contests, those that close last first."""
    return await repository.in_states(tx, [State.PUBLISHED, State.CLOSED])


async def headings(tx: Tx) -> list[Heading]:
    """The same, with what a list of their entries says of them."""
    return await repository.headings(tx, [State.PUBLISHED, State.CLOSED])


def headings_beside() -> Document:
    """The stage with which another collection's aggregation reads the same along, for `headings_in`."""
    return repository.headings_beside([State.PUBLISHED, State.CLOSED])


async def every(tx: Tx) -> list[Contest]:
    """In all states, those that close last first; for administrators."""
    return await repository.in_states(tx, list(State))


async def note_score(tx: Tx, contest_id: str, round_: str, at: datetime) -> None:
    """A score was given in a round: the first one freezes what the round stands on."""
    contest = await repository.get(tx, contest_id)
    if contest.note_score(round_, at):
        await repository.save(tx, contest)


async def managed(store: Store, by: Person) -> list[Contest]:
    """The contests that somebody organises."""
    every = await repository.in_states(store.read, list(State))
    return [contest for contest in every if _organises(by, contest.id)]


async def to_manage(store: Store, contest_id: str, by: Person) -> Contest:
    """A contest for its organiser. Raises NotFound, also for everybody else."""
    if not _organises(by, contest_id):
        raise NotFound
    return await repository.get(store.read, contest_id)


def _organises(person: Person, contest_id: str) -> bool:
    return person.may(Role.ORGANISER, contest_id) or person.may(Role.ADMINISTRATOR, "*")


async def create(store: Store, rules: Rules, *, key: str, by: Person, at: datetime) -> Document:
    """A new draft: {contest_id, version}. Raises SlugTaken, Invalid, KeyReused, Forbidden."""
    by.require(Role.ORGANISER, Role.ADMINISTRATOR, scope="*")
    contest_id = new_id()

    async def work(tx: Tx) -> Document:
        contest = Contest(id=contest_id, created_at=at, **rules.model_dump(include=set(Rules.model_fields)))
        contest.revise(contest.rules())
        await _free_slug(tx, contest.id, rules.slug)
        await repository.save(tx, contest)
        return {"contest_id": contest.id, "version": contest.version}

    body = rules.model_dump(mode="json")
    try:
        return await once(store, action="contests.create", by=by.id, key=key, body=body, work=work)
    except Duplicate as error:
        raise domain.SlugTaken(field="slug") from error


async def _free_slug(tx: Tx, contest_id: str, slug: str) -> None:
    other = await repository.find_by_slug(tx, slug)
    if other is not None and other.id != contest_id:
        raise domain.SlugTaken(field="slug")


async def revise(store: Store, contest_id: str, rules: Rules, *, version: int, by: Person) -> Contest:
    """Change the working rules as read at `version`. Raises NotFound, Stale, RulesFrozen, SlugTaken, Invalid."""

    async def change(tx: Tx, contest: Contest) -> list[Event]:
        await _free_slug(tx, contest.id, rules.slug)
        contest.revise(rules)
        return []

    return await _change(store, contest_id, change, version=version, by=by, at=None)


async def publish(store: Store, contest_id: str, *, version: int, by: Person, at: datetime) -> Contest:
    """Bring the working rules as read at `version` into force. Raises NotFound, Stale, Invalid, NothingNew."""

    async def change(tx: Tx, contest: Contest) -> list[Event]:
        event = contest.publish(at)
        await editions.keep(tx, contest.id, contest.edition, contest.rules(), by=by.id, at=at)
        return [event]

    return await _change(store, contest_id, change, version=version, by=by, at=at)


async def close(store: Store, contest_id: str, *, version: int, by: Person, at: datetime) -> Contest:
    """Take no more entries. Raises NotFound, Stale, NotOpen."""

    async def change(tx: Tx, contest: Contest) -> list[Event]:
        event = contest.close(at)
        reason = "Đóng nhận bài sớm"
        await editions.keep(tx, contest.id, contest.edition, contest.rules(), by=by.id, at=at, reason=reason)
        return [event]

    return await _change(store, contest_id, change, version=version, by=by, at=at)


async def postpone(  # noqa: PLR0913 - an act has so many sides
    store: Store, contest_id: str, moves: Mapping[str, datetime], reason: str, *, version: int, by: Person, at: datetime
) -> Contest:
    """Move instants to later and tell those concerned. Raises NotFound, Stale, NotOpen, NotPostponed, Invalid."""

    async def change(tx: Tx, contest: Contest) -> list[Event]:
        published, moved = contest.postpone(moves, reason, at)
        await editions.keep(tx, contest.id, contest.edition, contest.rules(), by=by.id, at=at, reason=reason)
        return [published, moved]

    return await _change(store, contest_id, change, version=version, by=by, at=at)


async def archive(store: Store, contest_id: str, *, version: int, by: Person, at: datetime) -> Contest:
    """Take it out of the lists. Raises NotFound, Stale, NotOver."""

    async def change(_: Tx, contest: Contest) -> list[Event]:
        return [contest.archive(at)]

    return await _change(store, contest_id, change, version=version, by=by, at=at)


async def clone(store: Store, contest_id: str, *, key: str, by: Person, at: datetime) -> Document:
    """A draft for the next year with the rules of this one: {contest_id, version}. Raises NotFound, Forbidden, KeyReused."""
    by.require(Role.ORGANISER, Role.ADMINISTRATOR, scope="*")
    new_contest_id = new_id()

    async def work(tx: Tx) -> Document:
        rules = domain.next_year(await repository.get(tx, contest_id))
        if await repository.find_by_slug(tx, rules.slug) is not None:
            rules = rules.with_changes({"slug": f"{rules.slug[:70]}-{new_contest_id[-8:]}"})
        known = rules.model_dump(include=set(Rules.model_fields))
        contest = Contest(id=new_contest_id, created_at=at, cloned_from=contest_id, **known)
        await repository.save(tx, contest)
        return {"contest_id": contest.id, "version": contest.version}

    return await once(store, action="contests.clone", by=by.id, key=key, body={"contest_id": contest_id}, work=work)


async def _change(
    store: Store,
    contest_id: str,
    change: Callable[[Tx, Contest], Awaitable[list[Event]]],
    *,
    version: int,
    by: Person,
    at: datetime | None,
) -> Contest:
    if not _organises(by, contest_id):
        raise NotFound

    async def work(tx: Tx) -> Contest:
        contest = await repository.get(tx, contest_id)
        if contest.version != version:
            raise Stale
        told = await change(tx, contest)
        await repository.save(tx, contest)
        for place, event in enumerate(told, 1 - len(told)):
            await outbox.add(tx, event, subject=contest.id, seq=contest.facts + place, by=by.id, time=at or now())
        return contest

    try:
        return await store.transaction(work)
    except Duplicate as error:
        raise Invalid([{"field": "slug", "text": domain.SlugTaken.message}]) from error
