"""Each protection of the kit is taken out once, and what it keeps away happens. The regression tests and their protections:

1, 10  a failing handler, undecodable bytes: `test_worker.py`; here without the wrapper round the agents
2  SIGTERM in mid-handler: `test_worker.py`; here without waiting for what was begun
3  SIGKILL before the offset is committed: here, with and without the cursor of the inbox
4  a relay killed between send and mark: `test_relay.py`; here with marking first, and without the cursor
5  two relays: `test_relay.py`; here without the lease
6  options of agents that lose facts: `tests/architecture/test_files.py`, planted beside it
7  NFC, NFD, đ: `tests/unit/shared/test_text.py`; here without normalising and without folding đ
8  413 with and without a stated length: `test_web.py`; here without the limit
9  a worker without a broker: `test_worker.py`; here without the patience for one

Beyond the ten: client keys (`test_once.py`; here without them), figures while the database is away (here).
"""

import asyncio
import signal
import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from pymongo.errors import AutoReconnect

from deploy.local.stack import Stack
from shared import consume, dead_letters, inbox, text, web
from shared.dead_letters import Delivery
from shared.events.envelope import Envelope
from shared.ids import new_code, new_id
from shared.inbox import Fact
from shared.kafka import Producer
from shared.lease import Lease
from shared.mongo import Document, Store, Tx
from shared.once import once
from shared.outbox import Relay
from shared.topics import SHEETS, Order
from tests.integration.shared import test_web
from tests.integration.shared.planted_worker import without_cursor
from tests.integration.shared.relays import drained, published, put, running
from tests.integration.shared.workers import an_envelope, seen, send, until, worker


async def test_without_the_wrapper_a_failing_and_an_undecodable_fact_leave_no_trace(
    store: Store, stack: Stack, database_name: str, tmp_path: Path
):
    bad, broken, good = (new_id() for _ in range(3))
    await send(stack.kafka_url, broken, [b"\xff\xfe not json"])
    await send(stack.kafka_url, bad, [an_envelope(bad, 1, "fails")])
    async with worker(stack.mongo_url, stack.kafka_url, database_name, tmp_path, planted="no wrapper"):
        facts = iter(range(1, 1000))

        async def later_ones_run() -> bool:
            await send(stack.kafka_url, good, [an_envelope(good, next(facts))])
            return len(await seen(store, good)) > 1

        await until(later_ones_run)
        assert await dead_letters.waiting(store) == []


async def test_without_waiting_a_fact_in_mid_handler_is_lost_by_a_stop(
    store: Store, stack: Stack, database_name: str, tmp_path: Path
):
    key, other = new_id(), new_id()
    await send(stack.kafka_url, key, [an_envelope(key, 1, "slow")])
    bug = "no finishing of what was begun"
    async with worker(stack.mongo_url, stack.kafka_url, database_name, tmp_path, planted=bug) as running_worker:
        await until(lambda: _begun(running_worker.mark))
        running_worker.signal(signal.SIGTERM)
        await running_worker.process.wait()
    async with worker(stack.mongo_url, stack.kafka_url, database_name, tmp_path):
        await send(stack.kafka_url, other, [an_envelope(other, 1)])
        await until(lambda: _has(store, other, [1]))
    assert await seen(store, key) == []


async def _begun(mark: Path) -> bool:
    return await asyncio.to_thread(mark.exists)


async def _has(store: Store, key: str, seqs: list[int]) -> bool:
    return await seen(store, key) == seqs


@pytest.mark.parametrize("planted", ["", "no cursor"])
async def test_facts_applied_by_a_worker_killed_before_it_said_so_come_again_and_only_the_cursor_keeps_them_single(
    store: Store, stack: Stack, database_name: str, tmp_path: Path, planted: str
):
    key, facts = new_id(), list(range(1, 41))
    await send(stack.kafka_url, key, [an_envelope(key, seq) for seq in facts])

    async def some() -> bool:
        return len(await seen(store, key)) > 0

    async def all_of_them() -> bool:
        return set(await seen(store, key)) == set(facts)

    async with worker(stack.mongo_url, stack.kafka_url, database_name, tmp_path, planted=planted) as first:
        await until(some)
        first.signal(signal.SIGKILL)
        await first.process.wait()
    async with worker(stack.mongo_url, stack.kafka_url, database_name, tmp_path, planted=planted):
        await until(all_of_them)
    effects = await seen(store, key)
    assert (effects == facts) is not bool(planted)
    assert (len(effects) > len(facts)) is bool(planted)


async def test_without_patience_a_worker_dies_when_no_broker_is_there(
    store: Store, stack: Stack, database_name: str, tmp_path: Path
):
    bug = "no waiting for the broker"
    async with worker(stack.mongo_url, "127.0.0.1:9", database_name, tmp_path, planted=bug) as started:
        async with asyncio.timeout(60):
            assert await started.process.wait() != 0


class _Dies(Producer):
    """Is killed in the middle of sending."""

    async def send_all(self, _: Sequence[Sequence[Document]]) -> list[str]:
        raise asyncio.CancelledError


class _MarksFirst(Relay):
    """Believes in its own sending."""

    async def round(self, producer: Producer) -> int:
        rows = await self._store.read["outbox"].find({"pending": True})
        await self._store.read["outbox"].update_all({"pending": True}, {"$unset": {"pending": ""}})
        return len(await producer.send_all([rows]))


@pytest.mark.parametrize(("relay", "kept"), [(Relay, [1, 2, 3]), (_MarksFirst, [])])
async def test_a_relay_killed_in_mid_sending_loses_nothing_unless_it_marks_first(
    store: Store, stack: Stack, relay: type[Relay], kept: list[int]
):
    key = new_id()
    await put(store, key, [1, 2, 3])
    with pytest.raises(asyncio.CancelledError):
        await relay(store, lambda: _Dies(stack.kafka_url)).run()
    async with running(Relay(store, lambda: Producer(stack.kafka_url))):
        await drained(store)
    assert [envelope.seq for envelope in await published(stack, key)] == kept


async def test_without_the_cursor_a_fact_sent_twice_takes_effect_twice(store: Store):
    fact = Envelope.model_validate_json(an_envelope(key := new_id(), 1))

    async def effect(tx: Tx, fact: Fact) -> None:
        await tx["seen"].update({"_id": key}, {"$push": {"seqs": fact.seq}}, upsert=True)

    for apply in (inbox.apply, inbox.apply, without_cursor):
        await apply(store, "a", Order.EVERY, fact, effect)
    assert await seen(store, key) == [1, 1]


async def test_without_the_lease_two_relays_send_everything_twice(
    store: Store, stack: Stack, monkeypatch: pytest.MonkeyPatch
):
    together = asyncio.Barrier(2)

    class Meets(Producer):
        async def send_all(self, lines: Sequence[Sequence[Document]]) -> list[str]:
            if together.n_waiting < together.parties and not together.broken:
                await together.wait()
            return await super().send_all(lines)

    async def always(_: Lease) -> bool:
        return True

    monkeypatch.setattr(Lease, "hold", always)
    key = new_id()
    await put(store, key, range(1, 6))
    async with running(*(Relay(store, lambda: Meets(stack.kafka_url)) for _ in range(2))):
        await drained(store)
    assert len(await published(stack, key)) == 10


@pytest.mark.parametrize(("keyed", "entries"), [(True, 1), (False, 20)])
async def test_a_form_posted_by_twenty_racers_makes_one_entry_only_under_a_client_key(
    store: Store, *, keyed: bool, entries: int
):
    async def work(tx: Tx) -> Document:
        code = new_code()
        await tx["entries"].insert({"_id": code})
        return {"receipt": code}

    async def post() -> Document:
        if not keyed:
            return await store.transaction(work)
        return await once(store, action="enter", by="p", key="k", body={}, work=work)

    await store.read["entries"].count({})
    replies = await asyncio.gather(*(post() for _ in range(20)))
    assert len({reply["receipt"] for reply in replies}) == entries
    assert await store.read["entries"].count({}) == entries


def test_without_normalising_decomposed_text_is_another_text(monkeypatch: pytest.MonkeyPatch):
    name = unicodedata.normalize("NFD", "Đường Hồ Đắc")
    assert text.nfc(name) == "Đường Hồ Đắc"
    assert text.folded(name) == "duong ho dac"
    monkeypatch.setattr(unicodedata, "normalize", lambda _, given: given)
    assert text.nfc(name) != "Đường Hồ Đắc"
    monkeypatch.undo()
    only_marks = "".join(sign for sign in unicodedata.normalize("NFD", "đất") if not unicodedata.combining(sign))
    assert only_marks != text.folded("đất") == "dat"


async def test_without_the_limit_a_body_of_any_size_is_read(stack: Stack, database_name: str, monkeypatch: Any):
    body = b"x" * (web.MAX_BODY + 1)
    headers = {"content-type": "application/json", "origin": test_web.SITE}
    monkeypatch.setattr(web, "MAX_BODY", 10 * web.MAX_BODY)
    async with test_web.browser(stack.mongo_url, database_name) as client:
        test_web.sign_in(client, "judge")
        answer = await client.post("/api/kit/v1/ghi", content=body, headers=headers)
    assert answer.status_code != 413


async def test_a_figure_waits_for_a_database_that_is_away_instead_of_losing_its_fact(
    store: Store, monkeypatch: pytest.MonkeyPatch
):
    from tests.integration.shared.toy_worker import worker as toy  # noqa: PLC0415 - makes an application

    tries = 0

    async def figure() -> None:
        nonlocal tries
        tries += 1
        if tries <= 2 * consume.TRIES:
            raise AutoReconnect("connection closed")

    monkeypatch.setattr(consume, "_FIRST_WAIT", 0.001)
    monkeypatch.setattr(consume, "_LONGEST_WAIT", 0.001)
    monkeypatch.setattr(toy, "_store", store)
    await toy._to_the_end("toy.figure", Delivery(SHEETS.name, 0, 0, b"k", b"v"), figure)
    assert tries == 2 * consume.TRIES + 1
    assert await dead_letters.waiting(store) == []
