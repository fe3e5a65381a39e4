"""Killing processes of a running system at random moments, and the demo as a process of its own."""

import random
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from deploy.local.ports import SERVICES
from deploy.local.system import System

ROOT = Path(__file__).parents[2]
VICTIMS = [f"{service}.{kind}" for service in SERVICES for kind in ("web", "worker", "relay")] + ["kafka", "mongod"]
_PAUSE = 1.0, 6.0
_BACK_SECONDS = 60


def wait_until(true: Callable[[], bool], what: str, seconds: float = _BACK_SECONDS) -> None:
    """Wait for what other processes do."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, f"waited in vain: {what}"
        time.sleep(0.05)


def kill(system: System, name: str) -> None:
    """Kill -9 as soon as it runs; the supervisor brings it back."""
    wait_until(lambda: system.pid(name) != 0, f"{name} to run")
    system.kill(name)


def kill_each(system: System, demo: "Demo", victims: Sequence[str], source: random.Random) -> list[str]:
    """Kill the victims one after the other while the demo runs; answers those it was too quick for."""
    left = source.sample(victims, len(victims))
    while left and demo.runs():
        time.sleep(source.uniform(*_PAUSE))
        if demo.runs():
            print(f"{demo.seconds():5.1f} s: kill -9 {left[0]}", flush=True)
            kill(system, left.pop(0))
    return left


class Demo:
    """`python -m deploy demo` on a system that runs."""

    def __init__(self, system: System, *, entries: int, judges: int, finalists: int) -> None:
        """Starts at once."""
        size = ["--entries", str(entries), "--judges", str(judges), "--finalists", str(finalists)]
        command = [sys.executable, "-m", "deploy", "demo", "--data", str(system.folder), *size]
        self._began = time.monotonic()
        self._process = subprocess.Popen(
            command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, encoding="utf-8"
        )

    def runs(self) -> bool:
        """Whether it plays still."""
        return self._process.poll() is None

    def seconds(self) -> float:
        """How long it has been."""
        return time.monotonic() - self._began

    def result(self) -> tuple[int, str]:
        """Wait for its end: exit status and everything it said."""
        said, _ = self._process.communicate()
        print(said, flush=True)
        return self._process.returncode, said

    def end(self) -> None:
        """Whatever happened, it does not outlive its test."""
        if self.runs():
            self._process.kill()
            self._process.communicate()
