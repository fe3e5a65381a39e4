"""A message without a value, read by a real worker: the end of a key where states are kept, a fault elsewhere."""

from collections.abc import Sequence
from pathlib import Path

from aiokafka import AIOKafkaProducer

from deploy.local.stack import Stack
from shared import dead_letters
from shared.clock import now
from shared.events.envelope import Envelope
from shared.events.submissions import PersonUpdated
from shared.ids import new_id
from shared.mongo import Store
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


async def test_an_emptied_key_of_a_compacted_topic_is_passed_over_and_of_any_other_becomes_a_dead_letter(
    store: Store, stack: Stack, database_name: str, tmp_path: Path
) -> None:
    person, sheet = new_id(), new_id()
    await put(stack.kafka_url, PEOPLE, person, [a_state(person, 1), None, a_state(person, 2)])
    await put(stack.kafka_url, SHEETS, sheet, [None, an_envelope(sheet, 1)])
    async with worker(stack.mongo_url, stack.kafka_url, database_name, tmp_path):

        async def both() -> bool:
            return await seen(store, person) == [1, 2] and await seen(store, sheet) == [1]

        await until(both)
    # Each last fact was read, so the message without a value before it was as well.
    letters = [(one["key"], one["reason"]) for one in await dead_letters.waiting(store)]
    assert [letter for letter in letters if letter[0] in {person.encode(), sheet.encode()}] == [
        (sheet.encode(), "undecodable")
    ]
