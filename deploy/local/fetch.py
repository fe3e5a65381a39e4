"""Fetching by name and version through the ordinary clients: pip for wheels, jgo for jars.

Nothing here judges whether the bytes are right; `artifacts.py` does.
"""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from jgo.maven import MavenContext, PythonResolver

_TRIES = 3
_JAR_TIMEOUT = 60
_LAST_LINES = 4


class NotToBeHadError(Exception):
    """The client says it cannot get this; its last words are the message."""


def wheel(package: str, version: str, folder: Path, progress: Callable[[int], None]) -> Path:
    """Fetch one wheel into `folder`, reporting the bytes that have arrived."""
    target = folder / "wheel"
    scratch = folder / "pip"
    target.mkdir()
    scratch.mkdir()
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-cache-dir"]
    command += ["--disable-pip-version-check", "--only-binary=:all:", "--python-version", "3.11"]
    command += ["--dest", str(target), f"{package}=={version}"]
    environment = os.environ | {"TMPDIR": str(scratch)}
    log = folder / "pip.log"
    with log.open("w") as out:
        process = subprocess.Popen(command, stdout=out, stderr=out, env=environment)
        while process.poll() is None:
            progress(_bytes_under(scratch))
            time.sleep(0.2)
    found = list(target.glob("*.whl"))
    if process.returncode or not found:
        raise NotToBeHadError(_last_words(log))
    return found[0]


def jar(coordinate: str, folder: Path) -> Path:
    """Fetch one jar by its coordinate; jgo only downloads, it never resolves the tree."""
    group, artifact, version = coordinate.split(":")
    failure = ""
    for attempt in range(_TRIES):
        context = MavenContext(
            resolver=PythonResolver(), repo_cache=folder / str(attempt), local_repos=[], timeout=_JAR_TIMEOUT
        )
        try:
            got = context.resolver.download(context.project(group, artifact).at_version(version).artifact())
        except Exception as error:  # noqa: BLE001 - jgo raises whatever its HTTP client does; all mean "not this time"
            failure = f"{type(error).__name__}: {error}"
            continue
        if got is not None:
            return Path(got)
    raise NotToBeHadError(failure)


def _bytes_under(folder: Path) -> int:
    total = 0
    for path in folder.rglob("*"):
        try:
            total += path.stat().st_size if path.is_file() else 0
        except FileNotFoundError:
            continue
    return total


def _last_words(log: Path) -> str:
    return "\n  ".join(log.read_text(errors="replace").strip().splitlines()[-_LAST_LINES:])
