"""Progress of slow work: bars on a terminal, plain lines elsewhere. Says nothing about what the work is."""

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

_MEBIBYTE = 1 << 20
DONE = "xong"


class Reporter(Protocol):
    """What slow work reports to; safe to call from several threads."""

    def begin(self, label: str, total: int | None = None) -> int:
        """Start one task; `total` is in bytes when the work is a download, absent when its length is unknown."""

    def at(self, task: int, done: int) -> None:
        """The task has done so many bytes in all."""

    def end(self, task: int, outcome: str = DONE) -> None:
        """The task is over."""


class PlainLines:
    """One line when a task begins and one when it ends."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._tasks: list[tuple[str, float]] = []

    def begin(self, label: str, total: int | None = None) -> int:
        size = f" ({total / _MEBIBYTE:.1f} MiB)" if total else ""
        with self._lock:
            self._tasks.append((label, time.monotonic()))
            sys.stderr.write(f"… {label}{size}\n")
            return len(self._tasks) - 1

    def at(self, task: int, done: int) -> None:
        """Plain lines do not follow bytes."""

    def end(self, task: int, outcome: str = DONE) -> None:
        label, began = self._tasks[task]
        with self._lock:
            sys.stderr.write(f"  {label}: {outcome} ({time.monotonic() - began:.1f} s)\n")


class Bars:
    """Rich bars; a task without a known length pulses."""

    def __init__(self, bars: Progress) -> None:
        self._bars = bars

    def begin(self, label: str, total: int | None = None) -> int:
        size = f" ({total / _MEBIBYTE:.0f} MiB)" if total else ""
        return int(self._bars.add_task(label + size, total=total))

    def at(self, task: int, done: int) -> None:
        self._bars.update(TaskID(task), completed=done)

    def end(self, task: int, outcome: str = DONE) -> None:
        known = self._bars.tasks[task]
        if outcome != DONE:
            self._bars.update(TaskID(task), description=f"[red]✗ {known.description}: {outcome}")
            self._bars.stop_task(TaskID(task))
            return
        total = known.total or 1
        self._bars.update(TaskID(task), total=total, completed=total)


class Silent:
    """For tests and for callers who print themselves."""

    def begin(self, label: str, total: int | None = None) -> int:  # noqa: ARG002 - it has nobody to tell
        return 0

    def at(self, task: int, done: int) -> None:
        """Nothing is shown."""

    def end(self, task: int, outcome: str = DONE) -> None:
        """Nothing is shown."""


@contextmanager
def shown() -> Iterator[Reporter]:
    """Bars when standard error is a terminal, plain lines when it is a file or a pipe."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield PlainLines()
        return
    columns = (SpinnerColumn(finished_text="✓"), TextColumn("{task.description}"), BarColumn(24), TimeElapsedColumn())
    with Progress(*columns, console=console) as bars:
        yield Bars(bars)


@contextmanager
def step(report: Reporter, label: str) -> Iterator[None]:
    """One slow step; an error inside is shown as such and goes on."""
    task = report.begin(label)
    try:
        yield
    except BaseException:
        report.end(task, "KHÔNG XONG / failed")
        raise
    report.end(task)
