"""Which port each process of a system listens on; every one of them on 127.0.0.1 only."""

import json
import socket
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Self

HOST = "127.0.0.1"
FIRST = 8080
SERVICES = ("submissions", "judging", "notifications")


@dataclass(frozen=True)
class Ports:
    """`front` is the one that people use, `mail_page` shows the caught mails; the rest is for the processes."""

    front: int
    mail_page: int
    smtp: int
    mongo: int
    kafka: int
    controller: int
    web: dict[str, int] = field(default_factory=dict)
    health: dict[str, int] = field(default_factory=dict)
    """Of `<service>.worker` and `<service>.relay`."""
    smpp: int = 0
    """Of the catcher of text messages."""

    @classmethod
    def fixed(cls, first: int = FIRST) -> Self:
        """The ports a person meets: `first` is the front door, the others follow it."""
        return cls._from(list(range(first, first + _count())))

    @classmethod
    def free(cls) -> Self:
        """Ports that nobody listens on now."""
        held = [socket.socket() for _ in range(_count())]
        try:
            for each in held:
                each.bind((HOST, 0))
            return cls._from([each.getsockname()[1] for each in held])
        finally:
            for each in held:
                each.close()

    @classmethod
    def _from(cls, numbers: list[int]) -> Self:
        front, mail_page, smtp, mongo, kafka, controller, *rest = numbers
        web = dict(zip(SERVICES, rest, strict=False))
        names = [f"{service}.{kind}" for service in SERVICES for kind in ("worker", "relay")]
        *others, smpp = rest[len(SERVICES) :]
        health = dict(zip(names, others, strict=True))
        return cls(front, mail_page, smtp, mongo, kafka, controller, web, health, smpp)

    @classmethod
    def kept(cls, folder: Path) -> Self:
        """The ports this data folder had before, else free ones, which are written down."""
        path = folder / "ports.json"
        if path.is_file():
            known = cls(**json.loads(path.read_text()))
            # A folder of the time before text messages has no port for them.
            return known if known.smpp else replace(known, smpp=cls.free().smpp)
        ports = cls.free()
        ports.keep(folder)
        return ports

    def keep(self, folder: Path) -> None:
        """Write them down for `status`, `doctor` and the next start."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "ports.json").write_text(json.dumps(asdict(self), indent=1) + "\n")

    def named(self) -> dict[str, int]:
        """Every port with the name of its process."""
        single = {"caddy": self.front, "maildev (page)": self.mail_page, "maildev (SMTP)": self.smtp}
        single |= {"mongod": self.mongo, "kafka": self.kafka, "kafka (controller)": self.controller}
        single |= {"sms": self.smpp}
        return single | {f"{service}.web": port for service, port in self.web.items()} | self.health


def _count() -> int:
    return 7 + 3 * len(SERVICES)


def taken(port: int) -> bool:
    """Whether something listens on this port of 127.0.0.1, or holds it."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return True
    return False


def answers(port: int) -> bool:
    """Whether a connection to this port of 127.0.0.1 is accepted."""
    with socket.socket() as probe:
        probe.settimeout(1.0)
        return probe.connect_ex((HOST, port)) == 0
