"""`python -m tests.bench`: every measurement in one run, one table at the end. Nothing is written but a temporary folder.

The exit status is 0 unless the run itself fails: no figure is a test.
"""

import argparse
import platform
import random
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from deploy.demo.progress import Stages, shown
from deploy.local.stack import Stack
from tests.bench import clocks, likeness, pipes, register, report, screens, submit, uploads
from tests.bench.figures import Figure


@dataclass(frozen=True, slots=True)
class Size:
    """How much is measured."""

    pairs: int
    scores: int
    facts: int
    clients: int = 200
    texts: int = 100_000


QUICK, FULL = Size(pairs=8, scores=30, facts=1_000, texts=10_000), Size(pairs=20, scores=120, facts=6_000)
_QUERIES = 200
_ENTRIES = 10_000
"""In the register."""
PARTS = ("submit", "uploads", "pipes", "likeness", "register", "screens")


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description="Paired measurements in one run.")
    parser.add_argument("--quick", action="store_true", help="about a minute instead of about four")
    parser.add_argument("--seed", type=int, default=random.randrange(1_000_000), help="of pauses, marks and samples")
    parser.add_argument("--only", choices=PARTS, action="append", help="leave the other parts out")
    parser.add_argument("--write", type=Path, metavar="FILE", help="also put the figures into this document")
    asked = parser.parse_args()
    if platform.system() != "Linux":
        parser.error("the bench reads the CPU clocks of processes, which only Linux shows")
    return asked


def _submit(stack: Stack, size: Size, seed: int, stages: Stages) -> list[Figure]:
    count = submit.drafts_for(size.pairs)
    with stages.stage("Server with both routes"), submit.server(stack) as (process, port):
        with stages.stage(f"Preparing {count} drafts"):
            prepared = submit.prepare(stack, count)
        with stages.stage("Submit against the floor, slices", 4 * size.pairs + 6) as bar:
            slices = submit.measure(stack, prepared, (process.pid, port), size.pairs, bar)
    return submit.figures(slices, seed=seed)


def _stores(folder: Path, size: Size, seed: int, stages: Stages, parts: set[str]) -> list[Figure]:
    """What needs mongod and the broker for itself."""
    work: dict[str, Callable[[Stack, Size, int, Stages], list[Figure]]] = {
        "submit": _submit,
        "uploads": _uploads,
        "pipes": _pipes,
        "likeness": _likeness,
        "register": _register,
    }
    lines: list[Figure] = []
    if parts & set(work):
        with stages.stage("MongoDB and Kafka"):
            stack = Stack(folder / "stores")
            stack.__enter__()
        try:
            for name in (name for name in work if name in parts):
                lines += work[name](stack, size, seed, stages)
        finally:
            stack.close()
    return lines


def _uploads(stack: Stack, size: Size, seed: int, stages: Stages) -> list[Figure]:
    with stages.stage("Server with both routes"), submit.server(stack) as (process, port):
        prepared = submit.prepare(stack, 4 * (size.pairs + 1))
        with stages.stage("Upload of 1 MB against the floor, slices", 2 * (size.pairs + 1)) as bar:
            pairs = uploads.measure(prepared, (process.pid, port), stack.pid("mongod"), size.pairs, bar)
    return uploads.figures(pairs, seed=seed)


def _pipes(stack: Stack, size: Size, _: int, stages: Stages) -> list[Figure]:
    return pipes.measure(stack, size.facts, stages)


def _likeness(stack: Stack, size: Size, seed: int, stages: Stages) -> list[Figure]:
    return likeness.measure(stack, size.texts, _QUERIES, seed, stages)


def _register(stack: Stack, size: Size, seed: int, stages: Stages) -> list[Figure]:
    return register.measure(stack, _ENTRIES, 2 * size.pairs, seed, stages)


def _run(folder: Path, size: Size, seed: int, parts: set[str]) -> list[Figure]:
    with shown() as stages:
        lines = _stores(folder, size, seed, stages, parts)
        if "screens" in parts:
            lines += screens.measure(folder / "system", (size.clients, size.scores), seed, stages)
    return lines


def main() -> int:
    """Measure and print."""
    asked, console = _asked(), Console(width=None if sys.stdout.isatty() else 160)
    size, parts = QUICK if asked.quick else FULL, set(asked.only or PARTS)
    before = clocks.load_average()
    console.print(f"seed {asked.seed}; {clocks.machine()}; load average {before:.1f}", markup=False, highlight=False)
    with tempfile.TemporaryDirectory(prefix="sang-kien-bench-") as folder:
        lines = _run(Path(folder), size, asked.seed, parts)
    others = f"load average before {before:.1f}" + (", others were at work" if before > 0.5 else "")
    about = f"Seed {asked.seed}, {'quick' if asked.quick else 'full'} run; {clocks.machine()}; {others}."
    report.show(console, lines, about)
    if asked.write:
        report.write(asked.write, lines, about)
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit("stopped; everything that was started is ended")
