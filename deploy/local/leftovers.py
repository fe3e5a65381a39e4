"""Processes that an earlier run of the same data folder left behind: found by a mark in their environment, then ended.

A process without the mark of exactly this folder, or of another user, is never touched.
"""

import os
import signal
import time
from pathlib import Path

MARK = "SANGKIEN_RUN"
"""The environment variable that every process of a system carries: its data folder."""
_GRACE_SECONDS = 60


def of(folder: Path) -> list[int]:
    """Process ids that carry this folder's mark, supervisord first."""
    wanted = f"{MARK}={folder}".encode()
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        try:
            if entry.stat().st_uid != os.getuid() or wanted not in (entry / "environ").read_bytes().split(b"\0"):
                continue
            supervises = b"deploy/local/supervise.py" in (entry / "cmdline").read_bytes()
        except OSError:  # it ended while we looked, or is not ours to look at
            continue
        found.append((not supervises, int(entry.name)))
    return [pid for _, pid in sorted(found)]


def end(folder: Path, grace: float = _GRACE_SECONDS) -> list[int]:
    """End them, SIGTERM first; answers which there were."""
    there = of(folder)
    if not there:
        return []
    _signal(there[:1], signal.SIGTERM)  # a supervisord ends the others in order
    _wait(there[:1], folder, grace)
    _signal(of(folder), signal.SIGTERM)
    _wait(there, folder, grace)
    _signal(of(folder), signal.SIGKILL)
    _wait(there, folder, grace)
    return there


def _signal(pids: list[int], number: signal.Signals) -> None:
    for pid in pids:
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            continue


def _wait(pids: list[int], folder: Path, grace: float) -> None:
    deadline = time.monotonic() + grace
    while time.monotonic() < deadline and set(of(folder)) & set(pids):
        time.sleep(0.1)
