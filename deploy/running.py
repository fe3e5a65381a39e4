"""What is known of a system from outside of it: is it up, where does it answer, stop it."""

import fcntl
import json
import os
import time
from pathlib import Path

import typer
from rich.console import Console
from rich.table import Table

from deploy.local import leftovers
from deploy.local.ports import Ports
from deploy.local.supervision import Supervisor
from deploy.local.system import System

_STOP_SECONDS = 120


def ports(folder: Path) -> Ports:
    """The ports of this folder's system; the fixed ones when it never ran."""
    return Ports.kept(folder) if (folder / "ports.json").is_file() else Ports.fixed()


def system(folder: Path) -> System:
    """The system of this folder as it was last started."""
    if not (folder / "ports.json").is_file():
        Ports.fixed().keep(folder)
    return System.running(folder)


def kafka_url(folder: Path) -> str:
    """host:port of its broker; `KAFKA_URL` names another one, and then the folder is not looked at."""
    return os.environ.get("KAFKA_URL") or system(folder).kafka_url


def mongo_url(service: str, folder: Path) -> str:
    """Where a service's database is: what its processes are told here, else what this folder's were told."""
    return os.environ.get(f"{service.upper()}_MONGO_URL") or system(folder).service_mongo_url(service)


def entrance(folder: Path, url: str | None) -> tuple[str, tuple[str, str]]:
    """Where a system is, and the e-mail address and password of its first account.

    `url` names another system than this folder's: its account then comes from the environment.
    """
    if url is None:
        here = system(folder)
        return here.url, here.administrator
    try:
        return url, (os.environ["SUBMISSIONS_BOOTSTRAP_EMAIL"], os.environ["SUBMISSIONS_BOOTSTRAP_PASSWORD"])
    except KeyError as missing:
        raise typer.BadParameter(f"đặt {missing.args[0]} cùng với --url / set it together with --url") from None


def held(folder: Path) -> bool:
    """Whether some process runs this folder's system."""
    path = folder / "run" / "lock"
    if not path.is_file():
        return False
    with path.open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def down(folder: Path) -> int:
    """Stop it, also what a killed `up` left; answers the exit status."""
    supervisor = Supervisor(folder)
    if not supervisor.answers() and not leftovers.of(folder):
        typer.echo("Không có gì đang chạy / nothing is running")
        return 0
    supervisor.end()
    deadline = time.monotonic() + _STOP_SECONDS
    while held(folder) and leftovers.of(folder) and time.monotonic() < deadline:
        time.sleep(0.1)
    leftovers.end(folder)
    typer.echo("Đã dừng, dữ liệu còn nguyên / stopped, the data stays")
    return 0


def status(folder: Path, *, as_json: bool) -> int:
    """Print every process; exit status 0 when all are ready, 3 when nothing runs, else 1."""
    supervisor = Supervisor(folder)
    if not supervisor.answers():
        typer.echo(json.dumps({"running": False}) if as_json else "Không chạy / not running")
        return 3
    seen = system(folder)
    rows = [
        {"name": name, "state": info["statename"], "pid": info["pid"], "ready": seen.is_ready(name)}
        for name, info in supervisor.states().items()
    ]
    if as_json:
        typer.echo(json.dumps({"running": True, "url": seen.url, "processes": rows}, indent=1))
    else:
        _show(rows, seen.url)
    return 0 if all(row["ready"] for row in rows) else 1


def _show(rows: list[dict[str, object]], address: str) -> None:
    table = Table("tiến trình", "trạng thái", "pid", "sẵn sàng")
    for row in rows:
        table.add_row(str(row["name"]), str(row["state"]), str(row["pid"]), "✓" if row["ready"] else "[red]✗[/red]")
    console = Console()
    console.print(table, highlight=False)
    console.print(address)
