"""Asking about one's own data and answering it; one function is one transaction. Every step keeps who took it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from services.submissions.people import service as people
from services.submissions.people.domain import Account
from services.submissions.requests import repository
from services.submissions.requests.domain import Asked, DataRequest, Kind
from shared.identity import Person, Role
from shared.ids import new_id
from shared.mongo import Document, Store, Tx
from shared.once import once

INDEXES = repository.INDEXES
PAGE = 20


async def ask(store: Store, asked: Asked, *, key: str, by: Person, at: datetime) -> Document:
    """A new request: {request_id, due_at}. Raises TooManyOpen, KeyReused."""
    request_id = new_id()

    async def work(tx: Tx) -> Document:
        open_now = await repository.open_of(tx, by.id)
        request = DataRequest.received(request_id, by.id, asked, open_now, at)
        await repository.save(tx, request)
        return {"request_id": request.id, "due_at": request.due_at.isoformat()}

    return await once(store, action="requests.ask", by=by.id, key=key, body=asked.model_dump(mode="json"), work=work)


async def mine(tx: Tx, person_id: str) -> list[DataRequest]:
    """A person's own requests, the newest first."""
    return await repository.of_person(tx, person_id)


@dataclass(frozen=True, slots=True)
class Case:
    """A request with whose it is."""

    request: DataRequest
    account: Account


async def desk(store: Store, *, open_only: bool, page: int, by: Person) -> tuple[list[Case], int]:
    """What waits, the most urgent first; pages count from 1. Raises Forbidden."""
    by.require(Role.ADMINISTRATOR)
    found, total = await repository.listed(store.read, open_only=open_only, skip=(page - 1) * PAGE, limit=PAGE)
    return [Case(one, await people.get(store.read, one.person_id)) for one in found], total


async def case(store: Store, request_id: str, by: Person) -> Case:
    """Raises Forbidden, NotFound."""
    by.require(Role.ADMINISTRATOR)
    request = await repository.get(store.read, request_id)
    return Case(request, await people.get(store.read, request.person_id))


async def take(store: Store, request_id: str, *, by: Person, at: datetime) -> DataRequest:
    """Work on it. Raises Forbidden, NotFound, AlreadyTaken, AlreadyAnswered."""
    return await _step(store, request_id, lambda request: request.take(by.id, at), by=by)


async def answer(store: Store, request_id: str, text: str, *, refused: bool, by: Person, at: datetime) -> DataRequest:
    """Tell the person what was done, or why it was not. Raises Forbidden, NotFound, AlreadyAnswered."""

    def step(request: DataRequest) -> None:
        (request.refused if refused else request.answered)(text, by.id, at)

    return await _step(store, request_id, step, by=by)


async def _step(store: Store, request_id: str, step: Callable[[DataRequest], None], *, by: Person) -> DataRequest:
    by.require(Role.ADMINISTRATOR)

    async def work(tx: Tx) -> DataRequest:
        request = await repository.get(tx, request_id)
        step(request)
        await repository.save(tx, request)
        return request

    return await store.transaction(work)


async def forget(tx: Tx, person_id: str, *, by: str, at: datetime) -> None:
    """The person was erased: requests to erase are thereby answered, the words of all are gone."""
    for request in await repository.of_person(tx, person_id):
        if request.is_open:
            done = request.kind is Kind.ERASURE
            (request.answered if done else request.refused)("", by, at)
        request.forgotten()
        await repository.save(tx, request)
