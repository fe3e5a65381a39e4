"""Supervisord for one data folder: its configuration, its life, and its control socket. Knows programs, not what they do."""

import getpass
import http.client
import json
import os
import subprocess
import sys
import tempfile
import time
import xmlrpc.client
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from supervisor.xmlrpc import SupervisorTransport

from deploy.local import leftovers, places
from deploy.local.keys import write_private
from deploy.local.program import Program

_START_SECONDS = 30
_SUPERVISE = Path(__file__).with_name("supervise.py")
_NOT_RUNNING = 70
_ALREADY_STARTED = 60
_GONE = (OSError, http.client.HTTPException, xmlrpc.client.ProtocolError)

_HEAD = """\
; Written by deploy/local/supervision.py at every start; changes here are lost.
[unix_http_server]
file={socket}
chmod=0700

[supervisord]
nodaemon=true
silent=true
logfile={logs}/supervisord.log
logfile_maxbytes=5MB
logfile_backups=2
loglevel=info
pidfile={run}/supervisord.pid
childlogdir={logs}
{user}
[rpcinterface:supervisor]
supervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface
"""

_PROGRAM = """
[program:{name}]
command={python} -I {launch} {file}
directory={directory}
priority={rank}
autostart=false
autorestart={restart}
startsecs={settle_seconds}
startretries={retries}
stopsignal=TERM
stopwaitsecs={stop_seconds}
killasgroup=true
redirect_stderr=true
stdout_logfile={logs}/{name}.log
stdout_logfile_maxbytes=10MB
stdout_logfile_backups=2
"""


class SupervisorError(Exception):
    """The supervisor did not start, or refused."""


def config_text(programs: Iterable[Program], folder: Path, socket: Path) -> str:
    """What supervisord reads. A dead program is tried again after one second, then two, three, … for ever."""
    logs, run = folder / "logs", folder / "run"
    user = f"user={getpass.getuser()}\n" if os.getuid() == 0 else ""
    text = _HEAD.format(socket=socket, logs=logs, run=run, user=user)
    for program in programs:
        text += _PROGRAM.format(
            name=program.name,
            python=sys.executable,
            launch=Path(__file__).with_name("launch.py"),
            file=launch_file(folder, program.name),
            directory=places.CHECKOUT,
            rank=program.rank,
            restart="true" if program.restart else "false",
            settle_seconds=program.settle_seconds,
            retries=1_000_000 if program.restart else 0,
            stop_seconds=program.stop_seconds,
            logs=logs,
        )
    return text.replace("%", "%%")


def launch_file(folder: Path, name: str) -> Path:
    """Where `launch.py` reads the command and the environment of a program."""
    return folder / "run" / "programs" / f"{name}.json"


class Supervisor:
    """The running supervisord of one data folder."""

    def __init__(self, folder: Path) -> None:
        """`folder`: the data folder; nothing happens yet."""
        self.folder = folder
        self.socket = places.socket_path(folder, Path(tempfile.gettempdir()))
        self._process: subprocess.Popen[bytes] | None = None

    def prepare(self, programs: Iterable[Program]) -> None:
        """Write what the programs are; a running program takes a change at its next start."""
        (self.folder / "run" / "programs").mkdir(parents=True, exist_ok=True)
        for program in programs:
            write_private(launch_file(self.folder, program.name), json.dumps(asdict(program)))

    def begin(self, programs: list[Program]) -> None:
        """Start supervisord with all programs known and none started.

        It ends, and with it every program, when the process that called this dies.
        Raises SupervisorError when it does not answer.
        """
        logs = self.folder / "logs"
        logs.mkdir(parents=True, exist_ok=True)
        self.prepare(programs)
        config = self.folder / "run" / "supervisord.conf"
        config.write_text(config_text(programs, self.folder, self.socket))
        self.socket.unlink(missing_ok=True)
        with (logs / "supervisord.out").open("wb") as out:
            self._process = subprocess.Popen(
                [sys.executable, str(_SUPERVISE), str(os.getpid()), "-n", "-c", str(config)],
                stdout=out,
                stderr=out,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
                env=os.environ | {leftovers.MARK: str(self.folder)},
            )
        self._wait_for_socket(logs / "supervisord.out")

    def _wait_for_socket(self, out: Path) -> None:
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline:
            if self.answers():
                return
            if self._process is not None and self._process.poll() is not None:
                break
            time.sleep(0.05)
        raise SupervisorError(f"supervisord: {out.read_text(errors='replace')[-1000:]}")

    @property
    def _rpc(self) -> Any:
        transport = SupervisorTransport(None, None, f"unix://{self.socket}")
        return xmlrpc.client.ServerProxy("http://127.0.0.1", transport=transport).supervisor

    def answers(self) -> bool:
        """Whether its control socket answers."""
        try:
            return bool(self._rpc.getState()["statename"] == "RUNNING")
        except _GONE:
            return False

    def running(self) -> bool:
        """Whether the supervisord that we began still lives."""
        return self._process is not None and self._process.poll() is None

    def exit_status(self) -> int | None:
        """How the supervisord that we began ended; None while it lives. 0 when it was told to stop."""
        return None if self._process is None else self._process.poll()

    def states(self) -> dict[str, dict[str, Any]]:
        """Of every program: `statename`, `pid`, `start`, `description`, as supervisord tells them."""
        return {info["name"]: info for info in self._rpc.getAllProcessInfo()}

    def start(self, name: str) -> None:
        """Start a program and do not wait; one that runs is left alone."""
        self._tolerating(_ALREADY_STARTED, self._rpc.startProcess, name)

    def stop(self, name: str, *, wait: bool = True) -> None:
        """Stop a program with SIGTERM, after its grace with SIGKILL; it stays stopped."""
        self._tolerating(_NOT_RUNNING, self._rpc.stopProcess, name, wait=wait)

    @staticmethod
    def _tolerating(code: int, call: Any, name: str, *, wait: bool = False) -> None:
        try:
            call(name, wait)
        except xmlrpc.client.Fault as fault:
            if fault.faultCode != code:
                raise SupervisorError(f"{name}: {fault.faultString}") from fault

    def end(self) -> None:
        """Stop everything, the latest started first, then supervisord itself."""
        if self.answers():
            states = self.states()
            for names in _in_stop_order(self.folder, states):
                self._stop_together(names)
            with suppress(*_GONE):  # it may be gone before it has answered
                self._rpc.shutdown()
        if self._process is not None:
            self._process.wait()
        self.socket.unlink(missing_ok=True)

    def _stop_together(self, names: list[str]) -> None:
        for name in names:
            self.stop(name, wait=False)
        while any(self.states()[name]["statename"] in {"RUNNING", "STOPPING", "STARTING"} for name in names):
            time.sleep(0.05)


def _in_stop_order(folder: Path, names: Iterable[str]) -> list[list[str]]:
    """Programs in groups of the same ten of ranks, the highest first: the door, the services, the stores."""
    groups: dict[int, list[str]] = {}
    for name in names:
        rank = json.loads(launch_file(folder, name).read_text())["rank"]
        groups.setdefault(rank // 10, []).append(name)
    return [groups[key] for key in sorted(groups, reverse=True)]
