"""A contest, an entry that waits for its formal check, and the secretary's window."""

from collections.abc import Callable

import pytest

from services.submissions.contests.domain import Contest
from services.submissions.entries.domain import Entry
from shared.identity import Person, Role
from shared.mongo import Store
from tests.integration.submissions.builders import Browser, a_contest, a_person, email_of
from tests.integration.submissions.entry_builders import an_entry, deliver


@pytest.fixture
async def contest(store: Store) -> Contest:
    return await a_contest(store)


@pytest.fixture
async def author(store: Store) -> Person:
    return await a_person(store, email=email_of("tac-gia"), name="Lê Thị Tác Giả")


@pytest.fixture
async def entry(store: Store, author: Person, contest: Contest) -> Entry:
    made = await an_entry(store, author, contest.id)
    await deliver(store, made.id)
    return made


@pytest.fixture
async def secretary(store: Store, contest: Contest) -> Person:
    return await a_person(store, Role.SECRETARY, scope=contest.id, email=email_of("thu-ky"), name="Vũ Thu Ký")


@pytest.fixture
async def desk(secretary: Person, browser: Callable[[], Browser]) -> Browser:
    made = browser()
    await made.sign_in(email_of("thu-ky"))
    return made
