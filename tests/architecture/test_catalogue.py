"""The generated catalogue of events says what the code says."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def _catalogue_is_fresh(folder: Path) -> bool:
    done = subprocess.run(
        [sys.executable, "-m", "shared.catalogue", "--check"],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "No module named" not in done.stderr, done.stderr
    return done.returncode == 0


def test_the_catalogue_of_events_is_fresh():
    assert _catalogue_is_fresh(ROOT)


def test_a_stale_catalogue_is_found(tmp_path):
    for name in ("services", "shared", "deploy", "docs", "tests/contracts"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__", "dist"))
    assert _catalogue_is_fresh(tmp_path)
    catalogue = tmp_path / "docs/events.md"
    catalogue.write_text(catalogue.read_text().replace("submissions.entry.submitted.v1", "submissions.entry.sent.v1"))
    assert not _catalogue_is_fresh(tmp_path)
