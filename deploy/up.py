"""`python -m deploy up`: bring everything up, show the one address, stay in front until told to stop."""

import json
import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from types import FrameType
from typing import Any

from pymongo import MongoClient
from rich.console import Console
from rich.panel import Panel
from rich.table import Table

from deploy.local import artifacts, java, leftovers, mongo
from deploy.local.kafka import BrokerError
from deploy.local.keys import write_private
from deploy.local.node import NpmError
from deploy.local.ports import Ports, taken
from deploy.local.progress import Reporter, shown, step
from deploy.local.stack import AlreadyRunningError, NotReadyError
from deploy.local.supervision import SupervisorError
from deploy.local.system import System

_KNOWN_FAILURES = (artifacts.ArtifactError, NpmError, BrokerError, NotReadyError, SupervisorError, TimeoutError)


_COLUMNS = {"vai": "Vai", "ten": "Họ tên", "email": "Thư điện tử", "mat_khau": "Mật khẩu"}


class _ToldToStop(BaseException):
    """Ctrl-C, SIGTERM or a closed terminal."""


def up(folder: Path, first_port: int, broker: str, *, seed: bool) -> int:
    """Run until told to stop; answers the exit status."""
    console = Console()
    with _signals():
        try:
            return _run(console, folder, first_port, broker, seed=seed)
        except _KNOWN_FAILURES as failure:
            console.print(f"[bold red]Không khởi động được / could not start[/bold red]\n{failure}", highlight=False)
            console.print("Chạy [bold]python -m deploy doctor[/bold] để biết nên làm gì.")
            return 1
        except _ToldToStop:
            return 0


def _run(console: Console, folder: Path, first_port: int, broker: str, *, seed: bool) -> int:
    with shown() as report:
        system = _system(console, folder, first_port, broker, report)
        try:
            system.hold()
        except AlreadyRunningError:
            console.print(f"Hệ thống đang chạy rồi / already running: [bold]{system.url}[/bold]")
            return 0
        leftovers.end(folder)
        if busy := {name: port for name, port in system.own_ports().items() if taken(port)}:
            console.print(_busy(busy), highlight=False)
            system.close()
            return 1
        try:
            system.open()
            sign_ins = _demo(system, report) if seed else []
        except BaseException:
            system.close()
            raise
    _announce(console, system, sign_ins)
    return _stay(console, system)


def _system(console: Console, folder: Path, first_port: int, broker: str, report: Reporter) -> System:
    external = os.environ.get("KAFKA_URL", "")
    if broker == "auto" and not external:
        try:
            artifacts.kafka_jars(report)
            java.find(report)
        except artifacts.ArtifactError as error:
            console.print(f"[yellow]{error}[/yellow]", highlight=False)
            broker = "memory"
    system = System(folder, Ports.fixed(first_port), report, broker="memory" if broker == "memory" else "kafka")
    system.external_mongo = os.environ.get("MONGO_URL", "")
    system.external_kafka = external
    if system.broker == "memory" and not external:
        console.print(
            Panel(
                "Kafka chạy trong bộ nhớ, chỉ để xem thử: tin chưa xử lý [bold]mất khi dừng[/bold], mỗi dịch vụ chỉ một worker.\n"
                "In-memory broker, for trying only: nothing it holds survives a stop.",
                style="yellow",
            )
        )
    return system


def _busy(ports: dict[str, int]) -> str:
    lines = "\n".join(f"  cổng {port} ({name})" for name, port in ports.items())
    return (
        f"[bold red]Cổng đang bị chương trình khác dùng / ports in use[/bold red]\n{lines}\n"
        "Dừng chương trình đó, hoặc chọn dãy cổng khác / choose other ports: python -m deploy up --port 9080"
    )


def _demo(system: System, report: Reporter) -> list[dict[str, Any]]:
    """The demo's sign-ins; its data is loaded first when there is no contest yet."""
    from deploy.demo import seed  # noqa: PLC0415 - the demo is large and needed only here

    kept = system.folder / "sign-ins.json"
    if not _empty(system):
        return list(json.loads(kept.read_text())) if kept.is_file() else []
    with step(report, "Nạp dữ liệu trình diễn (kế hoạch 34/KH-UBND năm 2019)"):
        people = [asdict(one) for one in seed(system.url, system.administrator)]
    write_private(kept, json.dumps(people, ensure_ascii=False, indent=1))
    return people


def _empty(system: System) -> bool:
    with MongoClient[dict[str, Any]](system.service_mongo_url("submissions"), timeoutMS=10_000) as client:
        return client["submissions"]["contests"].find_one() is None


def _announce(console: Console, system: System, sign_ins: list[dict[str, Any]]) -> None:
    if sign_ins:
        table = Table(title="Tài khoản trình diễn / demo sign-ins", box=None, padding=(0, 1))
        for name in sign_ins[0]:
            # An address or a password that is cut off is of no use, however narrow the terminal.
            table.add_column(_COLUMNS[name], overflow="fold", no_wrap=name in {"email", "mat_khau"})
        for person in sign_ins:
            table.add_row(*(str(value) for value in person.values()))
        console.print(table)
    if not system.external_mongo:
        console.print(
            f"MongoDB {mongo.VERSION} đi kèm chỉ để phát triển và xem thử (hết hạn hỗ trợ, giấy phép SSPL).",
            style="dim",
        )
    console.print(
        Panel(
            f"[bold]{system.url}[/bold]\nHộp thư thử / caught mails and text messages: {system.mail_url}\n"
            "Dừng bằng Ctrl-C: không mất gì, chạy lại bằng make up. / Stop with Ctrl-C; nothing is lost.",
            title="Sáng Kiến đang chạy",
            style="green",
        ),
        highlight=False,
    )


def _stay(console: Console, system: System) -> int:
    try:
        while system.supervisor.running():
            time.sleep(0.5)
    except _ToldToStop:
        console.print("Đang dừng… / stopping…")
        _ignore_signals()
        system.close()
        console.print("Đã dừng, dữ liệu còn nguyên. / Stopped; the data stays.")
        return 0
    status = system.supervisor.exit_status()
    leftovers.end(system.folder)
    system.close()
    console.print(
        "Đã dừng. / Stopped." if status == 0 else f"Bộ giám sát dừng bất thường / supervisord ended: {status}"
    )
    return 0 if status == 0 else 1


@contextmanager
def _signals() -> Iterator[None]:
    def stop(_: int, __: FrameType | None) -> None:
        raise _ToldToStop

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _ignore_signals() -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
