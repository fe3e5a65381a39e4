"""`--broker memory`: the broker simulated inside confluent-kafka, as its own process. For trying only: it keeps nothing.

It knows no topic administration and one member per group; its address changes with every start.
"""

import signal
import sys
from pathlib import Path

from confluent_kafka import Producer

from deploy.local.ports import HOST
from deploy.local.program import Program

_ADDRESS = "memory-broker"


def program(folder: Path) -> Program:
    """The process; it is not restarted, since the services could not find it again."""
    address_file(folder).parent.mkdir(parents=True, exist_ok=True)
    address_file(folder).unlink(missing_ok=True)
    command = [sys.executable, "-m", "deploy.local.memory_broker", str(address_file(folder))]
    return Program("kafka", command, rank=10, restart=False)


def address_file(folder: Path) -> Path:
    """Where the process writes host:port once it listens."""
    return folder / "run" / _ADDRESS


def main(path: Path) -> None:
    """Serve until SIGTERM, with every topic of ours made by being asked for."""
    from shared.topics import CHANGELOGS, TOPICS  # noqa: PLC0415 - the parent imports this file without needing them

    broker = Producer({"test.mock.num.brokers": 1, "log_level": 3})
    port = next(iter(broker.list_topics(timeout=10).brokers.values())).port
    for topic in [*TOPICS, *(log.name for log in CHANGELOGS)]:
        broker.list_topics(topic, timeout=10)
    path.write_text(f"{HOST}:{port}")
    signal.sigwait({signal.SIGTERM, signal.SIGINT})


if __name__ == "__main__":
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM, signal.SIGINT})
    main(Path(sys.argv[1]))
