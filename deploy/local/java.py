"""Which Java runs the broker: the machine's own (>= 17), or the pinned one."""

import os
import re
import shutil
import subprocess
from pathlib import Path

from deploy.local import artifacts
from deploy.local.progress import Reporter

OLDEST = 17
_ANSWER_SECONDS = 20


def find(report: Reporter) -> Path:
    """A `java` that is new enough; the pinned one is fetched when the machine has none.

    `SANGKIEN_JAVA` names one, or says `pinned` to leave the machine's own aside.
    """
    asked = os.environ.get("SANGKIEN_JAVA", "")
    if asked != "pinned" and (own := on_the_machine(asked)):
        return own
    return artifacts.wheel("java", report) / "bin" / "java"


def on_the_machine(named: str = "") -> Path | None:
    """The first Java on this machine that answers with version 17 or later."""
    home = os.environ.get("JAVA_HOME")
    candidates = [named, f"{home}/bin/java" if home else "", shutil.which("java") or ""]
    for candidate in candidates:
        if candidate and (major(Path(candidate)) or 0) >= OLDEST:
            return Path(candidate)
    return None


def major(java: Path) -> int | None:
    """Major version of a `java`, or None when it does not run."""
    try:
        answer = subprocess.run(
            [str(java), "-version"], capture_output=True, text=True, timeout=_ANSWER_SECONDS, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return None
    found = re.search(r'version "(\d+)', answer.stderr + answer.stdout)
    return int(found.group(1)) if found else None
