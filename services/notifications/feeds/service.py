"""What a person does with the in-app list, and how other rooms post into it."""

from dataclasses import dataclass
from datetime import datetime

from services.notifications.feeds import repository
from services.notifications.feeds.domain import Notice
from services.notifications.feeds.repository import INDEXES, news, no_news
from shared.errors import NotFound
from shared.identity import Person
from shared.mongo import Store, Tx

__all__ = ["INDEXES", "PAGE", "Page", "forget", "inbox", "news", "no_news", "open_all", "open_one", "post", "unread"]
PAGE = 20


@dataclass(frozen=True, slots=True)
class Page:
    """A page of somebody's notices."""

    items: list[Notice]
    total: int
    unread: int


async def post(tx: Tx, notice: Notice) -> None:
    """Put a notice into its person's list. Raises Duplicate when it is there."""
    await repository.insert(tx, notice)


async def forget(tx: Tx, person_id: str) -> None:
    """The person was erased: the whole list goes."""
    await repository.delete_of(tx, person_id)


async def inbox(store: Store, person: Person, page: int, size: int = PAGE) -> Page:
    """The person's own notices, unread ones first; pages count from 1."""
    items = await repository.of_person(store.read, person.id, skip=(page - 1) * size, limit=size)
    total = await repository.count(store.read, person.id)
    return Page(items, total, await unread(store, person))


async def unread(store: Store, person: Person) -> int:
    """How many of the person's notices were never opened."""
    return await repository.count(store.read, person.id, unread=True)


async def open_one(store: Store, notice_id: str, person: Person, at: datetime) -> Notice:
    """The person's own notice, read from now on. Raises NotFound, also for somebody else's."""
    found = await repository.find(store.read, notice_id, person.id)
    if found is None:
        raise NotFound
    if found.read_at is None:
        await repository.mark_read(store.read, {"_id": notice_id, "person_id": person.id}, at)
    return found


async def open_all(store: Store, person: Person, at: datetime) -> int:
    """Mark everything in the person's list as read; how many there were."""
    return await repository.mark_read(store.read, {"person_id": person.id}, at)
