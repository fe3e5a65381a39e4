"""Looking everywhere for somebody: every collection of every database, every topic from its beginning, every log."""

import asyncio
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from pymongo import MongoClient

from deploy.local.ports import SERVICES
from deploy.local.system import System
from shared.topics import CHANGELOGS, TOPICS


def in_databases(system: System, words: Iterable[str]) -> list[str]:
    """`service.collection: word` for every word that a document of any database holds, files and their chunks too."""
    found = []
    with MongoClient[dict[str, Any]](system.mongo_url) as client:
        for service in SERVICES:
            database = client[service]
            for name in sorted(database.list_collection_names()):
                for document in database[name].find({}):
                    text = "\n".join(_texts(document))
                    found += [f"{service}.{name}: {word}" for word in words if word in text]
    return sorted(set(found))


def _texts(value: object) -> Iterator[str]:
    """Every text in a document, keys and bytes too."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield str(key)
            yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)
    elif isinstance(value, bytes):
        yield value.decode(errors="replace")
    else:
        yield str(value)


async def in_topics(system: System, words: Iterable[str]) -> list[str]:
    """`topic: word` for every word in any message of any topic, also of the changelogs, from the first offset on."""
    consumer = AIOKafkaConsumer(bootstrap_servers=system.kafka_url, enable_auto_commit=False)
    await consumer.start()
    found = set()
    try:
        known = {one.name: one.partitions for one in TOPICS.values()} | {
            one.name: one.source.partitions for one in CHANGELOGS
        }
        there = {name for name in await consumer.topics() if not name.startswith("__")}
        assert there == set(known), "a topic that nobody looks into"
        places = [TopicPartition(name, part) for name in sorted(there) for part in range(known[name])]
        consumer.assign(places)
        ends = await consumer.end_offsets(places)
        await consumer.seek_to_beginning(*places)
        async with asyncio.timeout(120):
            while any([await consumer.position(place) < end for place, end in ends.items()]):
                for place, messages in (await consumer.getmany(timeout_ms=500)).items():
                    for message in messages:
                        text = _readable(message.key) + "\n" + _readable(message.value)
                        found |= {f"{place.topic}: {word}" for word in words if word in text}
    finally:
        await consumer.stop()
    return sorted(found)


def _readable(raw: bytes | None) -> str:
    """As it stands, and with what JSON escapes written out."""
    if raw is None:
        return ""
    text = raw.decode(errors="replace")
    try:
        return text + "\n" + json.dumps(json.loads(text), ensure_ascii=False)
    except ValueError:
        return text


def in_logs(system: System, words: Iterable[str]) -> list[str]:
    """`file: word` for every word in any log file of the run, except the mail catcher's, which stands for the outside."""
    found = []
    for path in sorted(Path(system.folder, "logs").rglob("*")):
        if path.is_file() and not path.name.startswith("maildev"):
            text = path.read_text(errors="replace")
            text += text.encode().decode("unicode_escape", errors="replace") if "\\u" in text else ""
            found += [f"{path.name}: {word}" for word in words if word in text]
    return found
