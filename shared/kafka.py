"""Kafka: the Faust application of a worker, the relay's producer, topics. Only this file imports faust and aiokafka."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Collection, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import faust
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import KafkaConnectionError, KafkaError, for_code
from faust.transport.drivers import aiokafka as driver

from shared import logs
from shared.mongo import Document
from shared.topics import CHANGELOGS, TOPICS, Changelog, Topic

_SEND_SECONDS = 30
_ALREADY_THERE = 36
_BROKER_PAUSE = 2.0
_HOUR_MS = 3_600_000
COMPACTION = {
    "max.compaction.lag.ms": str(_HOUR_MS),
    "segment.ms": str(_HOUR_MS),
    "min.cleanable.dirty.ratio": "0.01",
    "delete.retention.ms": str(90 * 24 * _HOUR_MS),
}
"""What was replaced or erased is off the disk about an hour later; a reader that was away 90 days still sees tombstones.

Only a later message closes the segment that a tombstone is in: who erases sends the tombstone again (decision 0006).
"""
log = logs.get(__name__)
App = faust.App
Stream = faust.StreamT[bytes]


class SendFailed(Exception):
    """Some facts were not acknowledged; whether they arrived is unknown, so they are sent again."""


class _IdempotentProducer(driver.Producer):
    """Faust's own producer writes changelogs without idempotence; retries must not double there either."""

    def _settings_extra(self) -> dict[str, Any]:
        return {"acks": "all", "enable_idempotence": True}

    async def on_start(self) -> None:
        """Wait for the broker instead of dying without it: a crash loop helps nobody (stack notes, test 9)."""
        while True:
            try:
                await super().on_start()
            except KafkaConnectionError:
                log.warning("worker.broker.awaited", url=str(self.transport.url))
                if self._producer is not None:
                    await self._producer.stop()
                await asyncio.sleep(_BROKER_PAUSE)
            else:
                return


driver.Transport.Producer = _IdempotentProducer


def worker_app(service: str, kafka_url: str, *, slot: int, agents: Sequence[str]) -> App:
    """The Faust application of a service's worker, set up as the stack notes (1.5) prove right."""
    return faust.App(
        service,
        broker=f"kafka://{kafka_url}",
        autodiscover=list(agents),
        origin=f"services.{service}",
        consumer_group_instance_id=f"{service}-worker-{slot}",
        topic_allow_declare=False,
        topic_disable_leader=True,
        consumer_auto_offset_reset="earliest",
        broker_commit_every=100,
        broker_commit_interval=1.0,
        broker_max_poll_records=200,
        broker_max_poll_interval=300.0,
        broker_session_timeout=30.0,
        broker_heartbeat_interval=3.0,
        broker_request_timeout=40.0,
        stream_buffer_maxsize=256,
        stream_wait_empty=True,
        producer_acks=-1,
        producer_request_timeout=30.0,
        producer_compression_type="lz4",
        producer_linger=0.005,
        table_standby_replicas=0,
        store="memory://",
        processing_guarantee="at_least_once",
        worker_redirect_stdouts=False,
        web_enabled=False,
        # Faust throws every handler away at start: give it ours back and keep the levels.
        logging_config={"version": 1, "incremental": True, "disable_existing_loggers": False},
        loghandlers=[logs.handler()],
        datadir=str(Path(tempfile.gettempdir()) / f"sang-kien-{service}-{slot}"),
    )


def source(app: App, topic: Topic) -> Any:
    """The Faust topic with raw bytes: decoding is ours, so that nothing undecodable is lost."""
    return app.topic(
        topic.name,
        value_type=bytes,
        value_serializer="raw",
        key_type=bytes,
        key_serializer="raw",
        partitions=topic.partitions,
    )


def table(app: App, changelog: Changelog) -> Any:
    """A Faust table for running figures; it can be lost and rebuilt from its changelog."""
    return app.Table(changelog.table, default=dict, partitions=changelog.source.partitions)


class Producer:
    """An idempotent producer, used by one relay and thrown away after a failure."""

    def __init__(self, kafka_url: str) -> None:
        """`kafka_url`: host:port[,host:port…]."""
        self._url = kafka_url
        self._producer: Any = None

    async def __aenter__(self) -> Self:
        """Connect. Raises SendFailed when the broker cannot be reached."""
        self._producer = AIOKafkaProducer(
            bootstrap_servers=self._url,
            acks="all",
            enable_idempotence=True,
            compression_type="lz4",
            linger_ms=2,
            max_batch_size=131072,
            request_timeout_ms=_SEND_SECONDS * 1000,
        )
        try:
            await self._producer.start()
        except BaseException as error:  # also when it is cancelled in mid-way: what has begun must be closed
            await self._stop()
            if isinstance(error, KafkaError):
                raise SendFailed(str(error)) from error
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Disconnect; what was not acknowledged stays unpublished."""
        await self._stop()

    async def _stop(self) -> None:
        try:
            async with asyncio.timeout(5):
                await self._producer.stop()
        except (KafkaError, TimeoutError):
            pass

    async def send_all(self, lines: Sequence[Sequence[Document]]) -> list[str]:
        """Send each line of rows in its order; answers the ids of the rows that the broker acknowledged."""
        futures: list[tuple[str, Any]] = []
        try:
            async with asyncio.timeout(_SEND_SECONDS):
                for row in (row for line in lines for row in line):
                    sent = self._producer.send(
                        row["topic"], row["value"] and row["value"].encode(), key=row["key"].encode()
                    )
                    futures.append((row["_id"], await sent))
                await asyncio.gather(*(future for _, future in futures), return_exceptions=True)
        except (TimeoutError, KafkaError):  # an unfinished send is unknown, not failed: the row is sent again
            pass
        return [row for row, future in futures if future.done() and not future.cancelled() and not future.exception()]


async def create_topics(kafka_url: str, *, replication: int = 1) -> list[str]:
    """Create the topics and changelogs that are missing, give the compacted ones that are there their settings.

    Answers the names of those created. Raises KafkaError.
    """
    wanted = [
        _new_topic(topic.name, topic.partitions, replication, compacted=topic.compacted, hours=topic.retention_hours)
        for topic in TOPICS.values()
    ]
    wanted += [_new_topic(log.name, log.source.partitions, replication, compacted=True) for log in CHANGELOGS]
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka_url)
    await admin.start()
    try:
        answer = await admin.create_topics(wanted)
        codes = {name: code for name, code, *_ in answer.topic_errors}
        for name, code in codes.items():
            if code not in (0, _ALREADY_THERE):
                raise for_code(code)(name)
        old = {one.name: one.topic_configs for one in wanted if codes[one.name]}
        await _configure(admin, {name: kept for name, kept in old.items() if kept["cleanup.policy"] == "compact"})
    finally:
        await admin.close()
    return [name for name, code in codes.items() if code == 0]


async def configure(kafka_url: str, topic: str, settings: dict[str, str]) -> None:
    """Replace the settings of a topic; those not named fall back to the broker's. Raises KafkaError."""
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka_url)
    await admin.start()
    try:
        await _configure(admin, {topic: settings})
    finally:
        await admin.close()


async def _configure(admin: AIOKafkaAdminClient, wanted: dict[str, dict[str, str]]) -> None:
    if not wanted:
        return
    changes = [ConfigResource(ConfigResourceType.TOPIC, name, settings) for name, settings in wanted.items()]
    for answer in await admin.alter_configs(changes):
        for code, message, *_ in answer.resources:
            if code:
                raise for_code(code)(message)


def _new_topic(name: str, partitions: int, replication: int, *, compacted: bool, hours: int | None = None) -> NewTopic:
    kept = -1 if hours is None else hours * _HOUR_MS
    settings = {"retention.ms": str(kept), "min.insync.replicas": str(max(1, replication - 1))}
    settings |= {"cleanup.policy": "compact", **COMPACTION} if compacted else {"cleanup.policy": "delete"}
    if hours is not None:
        settings["segment.ms"] = str(kept)  # only a closed segment is ever deleted
    return NewTopic(name, partitions, replication, topic_configs=settings)


async def kept(kafka_url: str, topic: Topic, keys: Collection[str]) -> set[str]:
    """Which of `keys` still have a value anywhere on `topic`: it is read from its beginning. Raises KafkaError."""
    found: set[str] = set()
    for key in keys:
        for partition in range(topic.partitions):
            async for _ in replay(kafka_url, topic.name, partition, key=key.encode()):
                found.add(key)
                break
            if key in found:
                break
    return found


async def replay(kafka_url: str, topic: str, partition: int, *, key: bytes) -> AsyncIterator[tuple[int, bytes]]:
    """Offset and value of every message of `key` now in one partition, from its beginning."""
    place = TopicPartition(topic, partition)
    consumer = AIOKafkaConsumer(bootstrap_servers=kafka_url, enable_auto_commit=False, auto_offset_reset="earliest")
    await consumer.start()
    try:
        consumer.assign([place])
        end = (await consumer.end_offsets([place]))[place]
        await consumer.seek_to_beginning(place)
        while await consumer.position(place) < end:
            for messages in (await consumer.getmany(timeout_ms=500)).values():
                for message in messages:
                    if message.key == key and message.value is not None:
                        yield message.offset, message.value
    finally:
        await consumer.stop()


async def reachable(kafka_url: str) -> None:
    """Raises KafkaError when no broker answers."""
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka_url, request_timeout_ms=5000)
    try:
        await admin.start()
    finally:
        await admin.close()
