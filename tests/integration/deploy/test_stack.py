"""The embedded stores themselves: rights, restarts, kills, and what a killed owner leaves behind."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from confluent_kafka import Consumer, Producer, TopicPartition
from pymongo import MongoClient
from pymongo.errors import OperationFailure

from deploy.local import artifacts, leftovers, mongo, places
from deploy.local.progress import Silent
from deploy.local.stack import AlreadyRunningError, Stack
from shared.topics import CHANGELOGS, TOPICS

TOPIC = "submissions.entries"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("own-stack")


@pytest.fixture(scope="module")
def own(folder: Path) -> Iterator[Stack]:
    """A stack of this file alone: it is killed here."""
    with Stack(folder) as running:
        yield running


def _insert(stack: Stack, name: str) -> None:
    with MongoClient[dict[str, Any]](stack.service_mongo_url("judging"), w="majority", journal=True) as client:
        client["judging"]["kept"].insert_one({"_id": name})


def _has(stack: Stack, name: str) -> bool:
    with MongoClient[dict[str, Any]](stack.service_mongo_url("judging")) as client:
        return client["judging"]["kept"].find_one({"_id": name}) is not None


def _publish(stack: Stack, value: bytes) -> None:
    producer = Producer({"bootstrap.servers": stack.kafka_url, "acks": "all", "message.timeout.ms": 30_000})
    producer.produce(TOPIC, value, partition=0)
    assert producer.flush(30) == 0


def _published(stack: Stack) -> list[bytes]:
    consumer = Consumer({"bootstrap.servers": stack.kafka_url, "group.id": "reader", "enable.auto.commit": False})
    try:
        place = TopicPartition(TOPIC, 0, 0)
        _, end = consumer.get_watermark_offsets(place, timeout=30)
        consumer.assign([place])
        found: list[bytes] = []
        while len(found) < end:
            message = consumer.poll(30)
            assert message is not None, f"{len(found)} of {end} messages came"
            assert message.error() is None
            found.append(message.value() or b"")
        return found
    finally:
        consumer.close()


def _wait(true: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.05)


def _killed_and_back(stack: Stack, name: str) -> None:
    before = stack.kill(name)
    _wait(lambda: stack.pid(name) not in {0, before})
    stack.wait_ready(name)


def test_a_service_may_write_its_own_database_and_not_even_read_another(own: Stack):
    with MongoClient[dict[str, Any]](own.service_mongo_url("submissions")) as client:
        client["submissions"]["mine"].insert_one({"x": 1})
    with MongoClient[dict[str, Any]](own.service_mongo_url("judging")) as client:
        with pytest.raises(OperationFailure, match="not authorized"):
            client["submissions"]["mine"].find_one()
        with pytest.raises(OperationFailure, match="not authorized"):
            client["submissions"]["mine"].insert_one({"x": 2})


def test_without_a_password_nothing_is_read(own: Stack):
    with (
        MongoClient[dict[str, Any]]("127.0.0.1", own.ports.mongo, directConnection=True) as client,
        pytest.raises(OperationFailure, match="requires authentication"),
    ):
        client["submissions"]["mine"].find_one()


def test_a_service_user_has_transactions_and_change_streams(own: Stack):
    with MongoClient[dict[str, Any]](own.service_mongo_url("judging")) as client:
        client["judging"].create_collection("a")
        with client["judging"]["a"].watch() as stream, client.start_session() as session:
            with session.start_transaction():
                client["judging"]["a"].insert_one({"x": 1}, session=session)
            assert stream.next()["fullDocument"]["x"] == 1


def test_every_topic_is_there_with_its_partitions(own: Stack):
    there = Producer({"bootstrap.servers": own.kafka_url}).list_topics(timeout=30).topics
    for topic in TOPICS.values():
        assert len(there[topic.name].partitions) == topic.partitions
    for log in CHANGELOGS:
        assert len(there[log.name].partitions) == log.source.partitions


def test_mongod_killed_at_once_comes_back_with_what_was_acknowledged(own: Stack):
    _insert(own, "before the kill")
    _killed_and_back(own, "mongod")
    assert _has(own, "before the kill")


def test_the_broker_killed_at_once_comes_back_with_what_was_acknowledged(own: Stack):
    _publish(own, b"before the kill")
    _killed_and_back(own, "kafka")
    _publish(own, b"after the kill")
    assert _published(own)[-2:] == [b"before the kill", b"after the kill"]


def test_a_stopped_broker_stays_stopped_until_it_is_started(own: Stack):
    own.stop("kafka")
    assert own.pid("kafka") == 0
    assert not own.is_ready("kafka")
    own.start("kafka")
    assert own.is_ready("kafka")


def test_a_second_owner_of_the_folder_is_refused(own: Stack, folder: Path):
    with pytest.raises(AlreadyRunningError):
        Stack(folder).open()
    assert own.is_ready("mongod"), "the refused one must not touch what runs"


def test_logs_are_kept_for_each_process(own: Stack):
    assert any("Waiting for connections" in line for line in own.logs("mongod"))
    assert any("Kafka" in line for line in own.logs("kafka"))


def test_stop_and_start_again_loses_nothing_even_on_other_ports(tmp_path: Path):
    with Stack(tmp_path) as first:
        _insert(first, "kept")
        _publish(first, b"kept")
        ports = first.ports
    assert leftovers.of(tmp_path) == []
    (tmp_path / "ports.json").unlink()
    with Stack(tmp_path) as second:
        assert second.ports != ports
        assert _has(second, "kept")
        assert _published(second) == [b"kept"]


def test_mongod_runs_with_the_pinned_libcurl_where_the_machine_has_none(monkeypatch: pytest.MonkeyPatch):
    answers = mongo.why_not
    tried: list[str] = []

    def without_libcurl(mongod: Path, libraries: str) -> str:
        tried.append(libraries)
        return "libcurl.so.4: cannot open shared object file" if len(tried) == 1 else answers(mongod, libraries)

    monkeypatch.setattr(mongo, "why_not", without_libcurl)
    _, libraries = mongo.executable(Silent())
    curl = Path(libraries.split(os.pathsep)[1])
    assert (curl / "libcurl.so.4").is_file()
    assert len(tried) == 2


def test_a_machine_without_the_other_libraries_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(mongo, "why_not", lambda *_: "liblzma.so.5: cannot open shared object file")
    with pytest.raises(artifacts.ArtifactError, match="liblzma5"):
        mongo.executable(Silent())


_OWNER = """
import sys, time
from pathlib import Path
from deploy.local.progress import Silent
from deploy.local.stack import Stack
with Stack(Path(sys.argv[1])) as stack:
    print("up", flush=True)
    time.sleep(600)
"""


@pytest.fixture
def owner(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that runs a stack in `tmp_path`."""
    process = subprocess.Popen(
        [sys.executable, "-c", _OWNER, str(tmp_path)], cwd=places.CHECKOUT, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "up\n"
    yield process
    process.kill()
    process.wait()
    process.stdout.close()
    leftovers.end(tmp_path)


def test_everything_stops_when_the_owner_is_killed_at_once(owner: subprocess.Popen[str], tmp_path: Path):
    assert len(leftovers.of(tmp_path)) == 3
    owner.kill()
    _wait(lambda: not leftovers.of(tmp_path))


def test_what_a_killed_supervisor_left_is_ended_and_its_data_kept(owner: subprocess.Popen[str], tmp_path: Path):
    _insert(Stack(tmp_path), "kept")
    supervisord, *orphans = leftovers.of(tmp_path)
    os.kill(supervisord, signal.SIGKILL)
    owner.kill()
    owner.wait()
    _wait(lambda: leftovers.of(tmp_path) == orphans)  # the kernel takes its time to end a killed one
    with Stack(tmp_path) as again:
        assert not set(orphans) & set(leftovers.of(tmp_path))
        assert _has(again, "kept")


def test_a_process_without_the_folders_mark_is_never_ended(tmp_path: Path):
    stranger = subprocess.Popen(
        [sys.executable, "-c", "import time; time.sleep(600)", str(tmp_path)],
        env=os.environ | {leftovers.MARK: f"{tmp_path}-other"},
    )
    try:
        assert leftovers.end(tmp_path) == []
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()
