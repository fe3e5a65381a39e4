"""From a judge's score to the screens in the hall: the whole system, hundreds of readers of the board's stream."""

import asyncio
import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from urllib.parse import urlsplit

from deploy.demo.progress import Bar, Stages
from deploy.local.places import CHECKOUT
from deploy.local.system import System
from tests.bench import contest, revocation
from tests.bench.figures import Figure, percentile
from tests.bench.hall import Outcome, Plan, Score

_REVOCATIONS = 20


def measure(folder: Path, size: tuple[int, int], seed: int, stages: Stages) -> list[Figure]:
    """Bring the system up, play a contest to its final, measure. `size`: screens and scores."""
    clients, scores = size
    with stages.stage("The whole system"):
        system = System(folder)
        system.__enter__()
    try:
        ready = asyncio.run(contest.prepare(system.url, system.administrator, stages))
        address = urlsplit(system.url)
        plan = Plan(
            host=str(address.hostname),
            port=int(address.port or 80),
            slug=ready.slug,
            slots=ready.slots,
            organiser=ready.organiser,
            judges=ready.judges,
            clients=clients,
            scores=scores,
            seed=seed,
            web_pid=system.pid("judging.web"),
        )
        with stages.stage(f"Scores before {clients} screens", scores) as bar:
            given, outcome = watch(plan, folder, bar)
        with stages.stage("Roles taken away", _REVOCATIONS) as bar:
            seconds = asyncio.run(revocation.revoke(system.url, system.administrator, _REVOCATIONS, bar))
    finally:
        system.close()
    return [*figures(given, outcome, clients), *revocation.figures(seconds)]


def watch(plan: Plan, folder: Path, bar: Bar) -> tuple[list[Score], Outcome]:
    """Run the hall, one step of `bar` for each score. Raises RuntimeError when it fails."""
    path = folder / "plan.json"
    path.write_text(plan.model_dump_json())
    command = [sys.executable, "-m", "tests.bench.hall", str(path)]
    lines = []
    with subprocess.Popen(command, cwd=CHECKOUT, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        for line in process.stdout:
            lines.append(json.loads(line))
            bar.step()
        failure = process.stderr.read().decode(errors="replace")
    if process.returncode:
        raise RuntimeError(f"the hall failed:\n{failure[-2000:]}")
    *scores, outcome = lines
    return [Score.model_validate(score) for score in scores], Outcome.model_validate(outcome)


def figures(scores: Sequence[Score], outcome: Outcome, clients: int) -> list[Figure]:
    """The lines of the table."""
    shown = [value for score in scores for value in score.shown]
    quantiles = " / ".join(f"{percentile(shown, share):,.0f}" for share in (0.5, 0.99, 1.0))
    answered = [score.answered for score in scores]
    late = sum(score.late for score in scores)
    note = f"{len(scores)} scores one by one, {clients} screens through the front door; the judge's answer p50 {median(answered):.0f} ms"
    lost = f"late (over 10 s) {late}, streams broken {outcome.broken}"
    cost = outcome.web_cpu / max(1, outcome.events) * 1e6
    return [
        Figure("score to screen: p50 / p99 / max, ms", quantiles, note=note),
        Figure(
            "score to screen: lost updates",
            f"{outcome.differ + late}",
            note=f"screens that differ at the end {outcome.differ}, {lost}",
        ),
        Figure(
            "score to screen: CPU of judging.web, µs/delivery",
            f"{cost:,.0f}",
            note="scores and all else it did meanwhile included",
        ),
    ]
