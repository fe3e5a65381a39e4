"""A message without a value: the end of a key where states are kept, a fault elsewhere; and the end of its bytes."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

from aiokafka import AIOKafkaProducer

from deploy.local.stack import Stack
from shared import dead_letters, kafka, outbox
from shared.clock import now
from shared.dead_letters import Delivery
from shared.events.envelope import Envelope
from shared.events.submissions import PersonUpdated
from shared.ids import new_id
from shared.kafka import Producer
from shared.mongo import Store
from shared.outbox import Relay
from shared.topics import PEOPLE, SHEETS, Topic
from tests.integration.shared.workers import an_envelope, seen, until, worker


def a_state(person: str, seq: int) -> bytes:
    """What is known of a person."""
    state = PersonUpdated(person_id=person, name="Lê Thị An")
    return Envelope.wrap(state, subject=person, seq=seq, by=person, time=now()).model_dump_json().encode()


async def put(kafka_url: str, topic: Topic, key: str, values: Sequence[bytes | None]) -> None:
    """Messages of one key in order; None is a tombstone."""
    producer = AIOKafkaProducer(bootstrap_servers=kafka_url, acks="all")
    await producer.start()
    for value in values:
        await producer.send_and_wait(topic.name, value, key=key.encode())
    await producer.stop()


async def carry(store: Store, kafka_url: str) -> None:
    """What the relay does until nothing waits."""
    relay = Relay(store, lambda: Producer(kafka_url))
    async with Producer(kafka_url) as producer:
        while await relay.round(producer):
            pass


async def is_gone(store: Store, person: str) -> bool:
    """Whether the toy agent forgot a person."""
    document = await store.read["seen"].get(person)
    return bool(document and document.get("gone"))


async def tell(store: Store, person: str, seq: int) -> None:
    """Publish a state of a person through the outbox."""
    state = PersonUpdated(person_id=person, name="Lê Thị An")
    await store.transaction(lambda tx: outbox.add(tx, state, subject=person, seq=seq, by=person, time=now()))


async def erase(store: Store, person: str, seq: int) -> None:
    """Erase a person's key through the outbox."""
    await store.transaction(lambda tx: outbox.erase(tx, PEOPLE.name, subject=person, seq=seq, time=now()))


async def test_an_emptied_key_of_a_compacted_topic_reaches_the_agent_and_of_any_other_becomes_a_dead_letter(
    store: Store, stack: Stack, database_name: str, tmp_path: Path
) -> None:
    person, sheet = new_id(), new_id()
    await put(stack.kafka_url, PEOPLE, person, [a_state(person, 1), None, a_state(person, 2)])
    await put(stack.kafka_url, SHEETS, sheet, [None, an_envelope(sheet, 1)])
    async with worker(stack.mongo_url, stack.kafka_url, database_name, tmp_path):

        async def both() -> bool:
            return await seen(store, person) == [2] and await seen(store, sheet) == [1]

        await until(both)
    # Each last fact was read, so the message without a value before it was as well.
    letters = [(one["key"], one["reason"]) for one in await dead_letters.waiting(store)]
    assert [letter for letter in letters if letter[0] in {person.encode(), sheet.encode()}] == [
        (sheet.encode(), "undecodable")
    ]


async def test_erasing_leaves_no_fact_in_the_outbox_and_the_tombstone_reaches_the_agent(
    store: Store, stack: Stack, database_name: str, tmp_path: Path
) -> None:
    person = new_id()
    await tell(store, person, 1)
    await carry(store, stack.kafka_url)
    async with worker(stack.mongo_url, stack.kafka_url, database_name, tmp_path):

        async def read() -> bool:
            return await seen(store, person) == [1]

        await until(read)
        await erase(store, person, 2)
        await carry(store, stack.kafka_url)
        await until(lambda: is_gone(store, person))
    assert [(row["type"], row["value"]) for row in await store.read["outbox"].find({"key": person})] == [
        ("tombstone", None)
    ]


async def test_a_state_that_waits_in_the_outbox_when_its_person_is_erased_is_never_sent(
    store: Store, stack: Stack
) -> None:
    person = new_id()
    await tell(store, person, 1)
    await erase(store, person, 2)
    await carry(store, stack.kafka_url)
    assert await kafka.kept(stack.kafka_url, PEOPLE, [person]) == set()


async def test_a_tombstone_that_comes_twice_does_nothing_more_and_an_older_state_brings_nobody_back(
    store: Store, stack: Stack, database_name: str, tmp_path: Path
) -> None:
    person = new_id()
    states: list[bytes | None] = [a_state(person, 1), a_state(person, 2), None, None, a_state(person, 2)]
    await put(stack.kafka_url, PEOPLE, person, states)
    async with worker(stack.mongo_url, stack.kafka_url, database_name, tmp_path):
        await until(lambda: is_gone(store, person))
        # The same key, so the same partition and the same order: when the newer state is read, all before it was.
        await put(stack.kafka_url, PEOPLE, person, [a_state(person, 3)])

        async def newer() -> bool:
            return bool(await seen(store, person))

        await until(newer)
    assert await seen(store, person) == [3]
    assert await is_gone(store, person)


async def test_the_dead_letters_of_a_key_go_with_it_and_those_of_others_stay(
    store: Store, stack: Stack, database_name: str, tmp_path: Path
) -> None:
    person, other = new_id(), new_id()
    for offset, key in enumerate((person, other), 10**9):
        letter = Delivery(PEOPLE.name, 0, offset, key.encode(), a_state(key, 1))
        await dead_letters.bury(store, "copies.on_people", letter, reason="failed", error="…")
    await put(stack.kafka_url, PEOPLE, person, [None])
    async with worker(stack.mongo_url, stack.kafka_url, database_name, tmp_path):
        await until(lambda: is_gone(store, person))
    kept = {one["key"] for one in await dead_letters.waiting(store)}
    assert person.encode() not in kept
    assert other.encode() in kept


async def test_a_worker_that_was_down_while_a_person_was_erased_forgets_it_when_it_is_back(
    store: Store, stack: Stack, database_name: str, tmp_path: Path
) -> None:
    person = new_id()
    await tell(store, person, 1)
    await carry(store, stack.kafka_url)
    async with worker(stack.mongo_url, stack.kafka_url, database_name, tmp_path) as running:

        async def read() -> bool:
            return await seen(store, person) == [1]

        await until(read)
        running.signal(15)
        await running.process.wait()
    await erase(store, person, 2)
    await carry(store, stack.kafka_url)
    assert not await is_gone(store, person)
    async with worker(stack.mongo_url, stack.kafka_url, database_name, tmp_path):
        await until(lambda: is_gone(store, person))
    assert await seen(store, person) == []


async def test_what_was_known_of_an_erased_person_leaves_the_compacted_topic_itself(store: Store, stack: Stack) -> None:
    person, other = new_id(), new_id()
    quick = {"cleanup.policy": "compact", "segment.ms": "100", "max.compaction.lag.ms": "100"}
    await kafka.configure(stack.kafka_url, PEOPLE.name, {**quick, "min.cleanable.dirty.ratio": "0.01"})
    try:
        for key in (person, other):
            await tell(store, key, 1)
        await carry(store, stack.kafka_url)
        await erase(store, person, 2)
        await carry(store, stack.kafka_url)
        assert await kafka.kept(stack.kafka_url, PEOPLE, [person, other]) == {person, other}

        async def emptied() -> bool:
            await outbox.send_again(store.read, PEOPLE.name, subject=person)
            await carry(store, stack.kafka_url)
            await asyncio.sleep(1)
            return await kafka.kept(stack.kafka_url, PEOPLE, [person]) == set()

        await until(emptied, seconds=120)
        assert await kafka.kept(stack.kafka_url, PEOPLE, [other]) == {other}
    finally:
        await kafka.create_topics(stack.kafka_url)
