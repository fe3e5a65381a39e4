"""Writes that wait within a transaction: seen by its reads, undone with it, their errors told, no call too many."""

import asyncio
from collections.abc import Iterator

import pytest
from pymongo import monitoring

from deploy.local.stack import Stack
from shared import inbox
from shared.errors import Stale
from shared.inbox import Fact, Outcome
from shared.mongo import Duplicate, Index, Link, Store, Tx
from shared.topics import Order
from tests.integration.conftest import KIT_INDEXES
from tests.integration.shared.test_inbox import a_fact

INDEXES = (Index("things", (("name", 1),), unique=True),)


class Calls(monitoring.CommandListener):
    """The commands that change or read documents, in order."""

    def __init__(self) -> None:
        self.names: list[str] = []

    def started(self, event: monitoring.CommandStartedEvent) -> None:
        if event.command_name not in ("hello", "ping", "endSessions"):
            self.names.append(event.command_name)

    def succeeded(self, event: monitoring.CommandSucceededEvent) -> None:
        """Of no interest."""

    def failed(self, event: monitoring.CommandFailedEvent) -> None:
        """Of no interest."""


@pytest.fixture
def calls() -> Iterator[Calls]:
    """What every client made from now on asks of the server."""
    listener = Calls()
    monitoring.register(listener)
    yield listener
    monitoring._LISTENERS.command_listeners.remove(listener)


async def test_a_read_sees_what_the_same_transaction_wrote_before_it_and_nobody_else_does(store: Store) -> None:
    await store.ensure(INDEXES)

    async def work(tx: Tx) -> None:
        await tx["things"].insert({"_id": 1, "name": "một", "version": 1})
        await tx["things"].put({"_id": 2, "name": "hai", "version": 1})
        assert [one["name"] for one in await tx["things"].find({}, sort=[("_id", 1)])] == ["một", "hai"]
        await tx["things"].save({"_id": 1, "name": "một lần nữa", "version": 1})
        await tx["things"].insert_all([{"_id": 3, "name": "ba"}])
        assert await tx["things"].count({}) == 3
        assert await tx["things"].get(1) == {"_id": 1, "name": "một lần nữa", "version": 2}
        assert await store.read["things"].count({}) == 0

    await store.transaction(work)
    assert await store.read["things"].count({}) == 3


@pytest.mark.parametrize("read_after", [True, False])
async def test_an_old_version_and_a_taken_name_are_told_and_nothing_is_written(
    store: Store, *, read_after: bool
) -> None:
    await store.ensure(INDEXES)
    await store.read["things"].insert({"_id": 1, "name": "một", "version": 2})

    async def write(tx: Tx, wrong: dict[str, object]) -> None:
        await tx["things"].insert({"_id": 7, "name": "bảy"})
        await (tx["things"].save(wrong) if "version" in wrong else tx["things"].insert(wrong))
        await tx["things"].insert({"_id": 8, "name": "tám"})
        if read_after:
            await tx["things"].get(7)

    with pytest.raises(Stale):
        await store.transaction(lambda tx: write(tx, {"_id": 1, "name": "một", "version": 1}))
    with pytest.raises(Duplicate):
        await store.transaction(lambda tx: write(tx, {"_id": 9, "name": "một"}))
    assert [one["_id"] for one in await store.read["things"].find({})] == [1]


async def test_an_error_that_the_work_swallows_is_told_all_the_same_and_nothing_is_written(store: Store) -> None:
    await store.ensure(INDEXES)

    async def work(tx: Tx) -> None:
        await tx["things"].insert({"_id": 7, "name": "bảy"})
        await tx["things"].save({"_id": 1, "name": "không có", "version": 4})
        with pytest.raises(Stale):
            await tx["things"].get(7)
        await tx["things"].insert({"_id": 8, "name": "tám"})

    with pytest.raises(Stale):
        await store.transaction(work)
    assert await store.read["things"].count({}) == 0


async def test_work_that_raises_leaves_nothing_whether_its_writes_were_sent_or_not(store: Store) -> None:
    await store.ensure(INDEXES)

    async def work(tx: Tx, *, sent: bool) -> None:
        await tx["things"].insert({"_id": 7, "name": "bảy"})
        if sent:
            assert await tx["things"].get(7)
        raise ValueError("the work changed its mind")

    for sent in (True, False):
        with pytest.raises(ValueError, match="changed its mind"):
            await store.transaction(lambda tx, sent=sent: work(tx, sent=sent))  # type: ignore[misc]
    assert await store.read["things"].count({}) == 0


async def test_twenty_writers_of_one_document_each_count_once(store: Store) -> None:
    await store.ensure(INDEXES)
    await store.read["things"].save({"_id": 1, "name": "một", "n": 0, "version": 0})

    async def work(tx: Tx) -> None:
        thing = await tx["things"].get(1)
        assert thing
        await tx["things"].save({**thing, "n": thing["n"] + 1})

    await asyncio.gather(*(store.transaction(work) for _ in range(20)))
    assert await store.read["things"].get(1) == {"_id": 1, "name": "một", "n": 20, "version": 21}


async def test_a_fact_costs_three_calls_and_a_double_is_still_told(
    calls: Calls, stack: Stack, database_name: str
) -> None:
    store = Store(stack.mongo_url, database_name, name="test")
    await store.ensure([*KIT_INDEXES, Index("seen", (("key", 1),))])

    async def remember(tx: Tx, fact: Fact) -> None:
        await tx["seen"].insert({"_id": fact.id, "key": fact.subject})

    for seq in (1, 2):
        calls.names.clear()
        assert await inbox.apply(store, "a", Order.EVERY, a_fact(seq), remember) is Outcome.APPLIED
        assert calls.names == ["insert" if seq == 1 else "update", "insert", "commitTransaction"]
    assert await inbox.apply(store, "a", Order.EVERY, a_fact(2), remember) is Outcome.DOUBLE
    assert await store.read["seen"].count({}) == 2
    store.close()


async def test_what_a_document_names_is_read_along_with_it_until_the_transaction_writes(
    calls: Calls, stack: Stack, database_name: str
) -> None:
    store = Store(stack.mongo_url, database_name, name="test")
    await store.ensure([*INDEXES, Index("owners", (("name", 1),)), Index("homes", (("name", 1),))])
    await store.read["homes"].insert({"_id": "h", "name": "nhà", "version": 1})
    await store.read["owners"].insert_all([{"_id": 1, "home": "h"}, {"_id": 2, "home": None}])
    await store.read["things"].insert({"_id": 7, "owner_ids": [1, 2, 3]})
    along = (Link("owner_ids", "owners", (Link("home", "homes"),)),)

    async def work(tx: Tx) -> None:
        assert await tx["things"].get(7, along=along) == {"_id": 7, "owner_ids": [1, 2, 3]}
        assert [await tx["owners"].get(one) for one in (1, 2)] == [{"_id": 1, "home": "h"}, {"_id": 2, "home": None}]
        home = await tx["homes"].get("h")
        assert home
        assert calls.names == ["aggregate"]
        assert await tx["owners"].get(3) is None
        assert await tx["things"].get(7, along=along)
        await tx["homes"].save({**home, "name": "nhà mới"})
        assert await tx["homes"].get("h") == {"_id": "h", "name": "nhà mới", "version": 2}
        assert await tx["things"].get(8, along=along) is None

    calls.names.clear()
    await store.transaction(work)
    assert await store.read["things"].get(7, along=along) == {"_id": 7, "owner_ids": [1, 2, 3]}
    store.close()
