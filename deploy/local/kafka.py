"""The embedded broker: Apache Kafka in KRaft mode, one node, from pinned jars. Topics are made by `shared/kafka.py`."""

import json
import secrets
import subprocess
from base64 import urlsafe_b64encode
from pathlib import Path

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient

from deploy.local import artifacts, java
from deploy.local.ports import HOST, Ports
from deploy.local.program import Program
from deploy.local.progress import Reporter

HEAP = ["-Xmx256m", "-Xms64m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:+ExitOnOutOfMemoryError"]
_FORMAT_SECONDS = 120

_CONFIG = """\
# Written by deploy/local/kafka.py at every start; changes here are lost.
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:{controller}
listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}
advertised.listeners=PLAINTEXT://127.0.0.1:{port}
controller.listener.names=CONTROLLER
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
log.dirs={data}
auto.create.topics.enable=false
num.partitions=4
default.replication.factor=1
min.insync.replicas=1
offsets.topic.replication.factor=1
offsets.topic.num.partitions=8
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=8
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
share.coordinator.state.topic.num.partitions=4
group.initial.rebalance.delay.ms=0
num.network.threads=2
num.io.threads=4
log.cleaner.dedupe.buffer.size=16777216
log.retention.hours=-1
# A killed broker may come back only when its old registration has expired: two seconds, not nine.
broker.session.timeout.ms=2000
broker.heartbeat.interval.ms=500
"""

_LOGGING = """\
status = warn
appender.out.type = Console
appender.out.name = out
appender.out.layout.type = PatternLayout
appender.out.layout.pattern = %d{yyyy-MM-dd'T'HH:mm:ss.SSSXXX} %p %c{1} %m%n
rootLogger.level = warn
rootLogger.appenderRef.out.ref = out
logger.start.name = kafka.server.KafkaRaftServer
logger.start.level = info
"""


class BrokerError(Exception):
    """The broker's storage cannot be prepared; the message holds its last words."""


def program(folder: Path, ports: Ports, report: Reporter) -> Program:
    """The process; its files are in `folder`/kafka, formatted at the first start.

    Raises:
        ArtifactError: Java or a jar cannot be had.
        BrokerError: the storage cannot be formatted.
    """
    home = folder / "kafka"
    home.mkdir(parents=True, exist_ok=True)
    run = [str(java.find(report)), "-cp", f"{artifacts.kafka_jars(report)}/*"]
    config = home / "server.properties"
    config.write_text(config_text(home / "data", ports))
    (home / "log4j2.properties").write_text(_LOGGING)
    run += [f"-Dlog4j2.configurationFile={home / 'log4j2.properties'}", "-Djava.net.preferIPv4Stack=true", *HEAP]
    if not (home / "data" / "meta.properties").is_file():
        _format(run, config, _cluster_id(home))
    return Program("kafka", [*run, "kafka.Kafka", str(config)], rank=10, stop_seconds=60)


def config_text(data: Path, ports: Ports) -> str:
    """`server.properties` of one node that is broker and controller."""
    return _CONFIG.format(data=data, port=ports.kafka, controller=ports.controller)


def _cluster_id(home: Path) -> str:
    path = home / "cluster.json"
    if not path.is_file():
        number = urlsafe_b64encode(secrets.token_bytes(16)).decode().rstrip("=")
        path.write_text(json.dumps({"cluster": f"A{number[1:]}"}))  # an id may not begin with a dash
    return str(json.loads(path.read_text())["cluster"])


def _format(run: list[str], config: Path, cluster: str) -> None:
    command = [*run, "kafka.tools.StorageTool", "format", "--ignore-formatted", "-t", cluster, "-c", str(config)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=_FORMAT_SECONDS, check=False)
    if done.returncode:
        raise BrokerError(f"kafka format: {done.stdout[-1000:]}{done.stderr[-1000:]}")


def address(ports: Ports) -> str:
    """host:port of the embedded broker."""
    return f"{HOST}:{ports.kafka}"


def ready(kafka_url: str, seconds: float = 2.0) -> bool:
    """Whether the broker answers with its metadata."""
    client = AdminClient({"bootstrap.servers": kafka_url, "log_level": 0, "socket.timeout.ms": int(seconds * 1000)})
    try:
        return bool(client.list_topics(timeout=seconds).brokers)
    except KafkaException:
        return False
