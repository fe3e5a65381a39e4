"""One coloured view of all processes' logs: JSON lines made readable, other lines as they are, merged by time."""

import json
import re
import time
from collections.abc import Iterator
from pathlib import Path

from rich.console import Console
from rich.markup import escape

_COLOURS = ("cyan", "green", "magenta", "yellow", "blue", "bright_cyan", "bright_green", "bright_magenta")
_LEVELS = {"error": "bold red", "critical": "bold red", "warning": "yellow", "debug": "dim"}
_MONGO_LEVELS = {"E": "error", "F": "critical", "W": "warning", "I": "info", "D": "debug"}
_PLAIN_TIME = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d[.,]?\d*")
_HIDDEN = {"timestamp", "level", "event", "process", "exception"}


def view(folder: Path, names: list[str], *, last: int, follow: bool, console: Console) -> None:
    """Print the last lines, merged by time; with `follow` also what comes, until interrupted."""
    files = _files(folder, names)
    width = max((len(name) for name in files), default=0)
    lines = [(stamp, name, line) for name, path in files.items() for stamp, line in _stamped(_tail(path, last))]
    for _, name, line in sorted(lines, key=lambda found: found[0])[-last:]:
        _print(console, name, width, line)
    if follow:
        for name, line in _coming(folder, names):
            _print(console, name, width, line)


def _files(folder: Path, names: list[str]) -> dict[str, Path]:
    found = {path.stem: path for path in sorted((folder / "logs").glob("*.log"))}
    return {name: path for name, path in found.items() if not names or any(name.startswith(asked) for asked in names)}


def _tail(path: Path, last: int) -> list[str]:
    return path.read_text(errors="replace").splitlines()[-last:]


def _stamped(lines: list[str]) -> Iterator[tuple[str, str]]:
    """Each line with its time; a line without one belongs to the line before it."""
    stamp = ""
    for line in lines:
        stamp = _time_of(line) or stamp
        yield stamp, line


def _time_of(line: str) -> str:
    found = _PLAIN_TIME.search(line[:200])
    return found.group(0).replace(" ", "T").replace(",", ".") if found else ""


def readable(line: str) -> tuple[str, str]:
    """Level and text of one line; a JSON record becomes `time event key=value …`."""
    try:
        record = json.loads(line)
    except ValueError:
        return ("error" if " ERROR " in line else "info"), line
    if not isinstance(record, dict):
        return "info", line
    if "msg" in record and "s" in record:  # mongod's own form
        level = _MONGO_LEVELS.get(str(record["s"])[:1], "info")
        return level, f"{_time_of(line)[11:23]} {record['msg']} {record.get('attr', '')}"
    if "msg" in record:  # Caddy's
        return str(record.get("level", "info")), f"{record['msg']} {record.get('error', '')}"
    rest = " ".join(f"{key}={value}" for key, value in record.items() if key not in _HIDDEN)
    trace = f"\n{record['exception']}" if "exception" in record else ""
    stamp = str(record.get("timestamp", ""))[11:23]
    return str(record.get("level", "info")), f"{stamp} {record.get('event', '')} {rest}{trace}"


def _print(console: Console, name: str, width: int, line: str) -> None:
    level, text = readable(line)
    colour = _COLOURS[sum(name.encode()) % len(_COLOURS)]
    style = _LEVELS.get(level.lower(), "")
    body = f"[{style}]{escape(text)}[/{style}]" if style else escape(text)
    console.print(f"[{colour}]{name:<{width}}[/{colour}] {body}", highlight=False, soft_wrap=True)


def _coming(folder: Path, names: list[str]) -> Iterator[tuple[str, str]]:
    """New lines as they are written, also of files that appear or are rotated meanwhile."""
    at = {name: path.stat().st_size for name, path in _files(folder, names).items()}
    while True:
        for name, path in _files(folder, names).items():
            size = path.stat().st_size
            if size < at.get(name, 0):
                at[name] = 0
            with path.open("rb") as stream:
                stream.seek(at.get(name, 0))
                whole, _, _ = stream.read().rpartition(b"\n")
            if whole:
                at[name] = at.get(name, 0) + len(whole) + 1
                for line in whole.decode(errors="replace").splitlines():
                    yield name, line
        time.sleep(0.3)
