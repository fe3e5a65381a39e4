"""Which Node.js runs npm and the mail catcher: the machine's own (>= 20, with npm), or the pinned one.

Also the npm assets of this checkout: installed once for each `package-lock.json`.
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from deploy.local import artifacts, places
from deploy.local.progress import Reporter, step

OLDEST = 20
_ANSWER_SECONDS = 20
_MADE = "shared/ui/static/dist/.made"
_LAST_LINES = 12


class NpmError(Exception):
    """npm failed; the message holds its last lines."""


@dataclass(frozen=True)
class Node:
    """A Node.js and the command that runs its npm."""

    node: Path
    npm: list[str]

    @property
    def environment(self) -> dict[str, str]:
        """The environment in which npm's scripts find this very node."""
        return os.environ | {"PATH": f"{self.node.parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}"}


def find(report: Reporter) -> Node:
    """The machine's Node.js when it is new enough and has npm, else the pinned one; `SANGKIEN_NODE=pinned` forces that."""
    if os.environ.get("SANGKIEN_NODE") != "pinned" and (own := on_the_machine()):
        return own
    home = artifacts.wheel("node", report)
    node = home / "bin" / "node"
    return Node(node, [str(node), str(home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")])


def on_the_machine() -> Node | None:
    """Node.js >= 20 (the oldest that `package.json` names) with npm on the PATH."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm and (major(Path(node)) or 0) >= OLDEST:
        return Node(Path(node), [npm])
    return None


def major(node: Path) -> int | None:
    """Major version of a `node`, or None when it does not run."""
    try:
        answer = subprocess.run(
            [str(node), "--version"], capture_output=True, text=True, timeout=_ANSWER_SECONDS, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return None
    found = re.match(r"v(\d+)", answer.stdout)
    return int(found.group(1)) if found else None


def npm(args: list[str], report: Reporter, folder: Path = places.CHECKOUT) -> None:
    """Run npm in `folder`.

    Raises:
        NpmError: npm answered with an error.
    """
    found = find(report)
    environment = found.environment | {"npm_config_update_notifier": "false"}
    done = subprocess.run([*found.npm, *args], cwd=folder, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        last = "\n  ".join((done.stdout + done.stderr).strip().splitlines()[-_LAST_LINES:])
        raise NpmError(f"npm {' '.join(args)} không chạy được / failed:\n  {last}")


def install_assets(report: Reporter, *, development: bool = False, folder: Path = places.CHECKOUT) -> None:
    """`npm ci` and the copy of vendor files into the pages, once for each lock file; `development` adds what only the tests need."""
    mark = folder / "node_modules" / ".sang-kien"
    wanted = assets_mark(folder, development=development)
    have = mark.read_text().strip() if mark.is_file() else ""
    if have not in {wanted, assets_mark(folder, development=True)}:
        with step(report, "Cài trang trí, phông chữ và hộp thư thử (npm)"):
            npm(["ci", "--no-audit", "--no-fund", *([] if development else ["--omit=dev"])], report, folder)
        mark.write_text(wanted + "\n")
    made, sources = folder / _MADE, _sources_mark(folder)
    if not made.is_file() or made.read_text().strip() != sources:
        with step(report, "Dựng kiểu trình bày và kịch bản của các trang"):
            _copy_into_pages(folder)
        made.write_text(sources + "\n")


def _copy_into_pages(folder: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "shared.ui.assets"], cwd=folder, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise NpmError(f"python -m shared.ui.assets: {done.stdout}{done.stderr}")


def _sources_mark(folder: Path) -> str:
    """A digest of what the pages' assets are made from: a pull that changes a style must not show the old one."""
    kit = folder / "shared" / "ui"
    files = [
        folder / "package-lock.json",
        *kit.glob("*.py"),
        *(path for path in (kit / "static").rglob("*.*") if "dist" not in path.parts),
    ]
    digest = hashlib.sha256()
    for file in sorted(files):
        digest.update(file.name.encode() + file.read_bytes())
    return digest.hexdigest()


def assets_mark(folder: Path, *, development: bool) -> str:
    """What `node_modules/.sang-kien` says after a complete install of the present lock file."""
    digest = hashlib.sha256((folder / "package-lock.json").read_bytes()).hexdigest()
    return f"{digest} {'development' if development else 'use'}"
