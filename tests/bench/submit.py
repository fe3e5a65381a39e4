"""Handing in an entry, the whole stack against a bare route with a transaction of two documents, in one server process."""

import asyncio
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from deploy.demo.progress import Bar
from deploy.local.environment import Addresses, of
from deploy.local.places import CHECKOUT
from deploy.local.ports import HOST, SERVICES
from deploy.local.stack import Stack
from shared.mongo import Store
from tests.bench import drafts
from tests.bench.figures import Figure, Ratio, paired, percentile
from tests.bench.loader import BARE, OURS, Plan, Slice

CONNECTIONS = 8
_SECONDS = 0.45
_HIGHEST_RATE = 420
"""Hand-ins a second that the drafts are enough for; a faster server ends its slices early."""
_READY_SECONDS = 60


def drafts_for(pairs: int) -> int:
    """How many drafts a run of so many pairs is given."""
    return int((pairs + 3) * _SECONDS * _HIGHEST_RATE)


@contextmanager
def server(stack: Stack) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """The server under measurement and its port; ended at the end of the block."""
    at = Addresses({service: stack.service_mongo_url(service) for service in SERVICES}, stack.kafka_url)
    environment = of("submissions.web", at, stack.ports, stack.keys) | {"BENCH_MONGO_URL": stack.mongo_url}
    port = stack.ports.web["submissions"]
    command = [sys.executable, "-m", "shared.serve", "tests.bench.site:app", "--host", HOST, "--port", str(port)]
    with (stack.folder / "server.log").open("wb") as log:
        process = subprocess.Popen(command, env={**os.environ, **environment}, cwd=CHECKOUT, stdout=log, stderr=log)
        try:
            _until_ready(process, port, stack.folder / "server.log")
            yield process, port
        finally:
            process.terminate()
            process.wait(timeout=30)


def _until_ready(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    stop = time.monotonic() + _READY_SECONDS
    while time.monotonic() < stop and process.poll() is None:
        try:
            with urllib.request.urlopen(f"http://{HOST}:{port}/readyz", timeout=5):
                return
        except (OSError, urllib.error.URLError):
            time.sleep(0.1)
    raise RuntimeError("the server under measurement did not start:\n" + log.read_text(errors="replace")[-2000:])


def prepare(stack: Stack, count: int) -> drafts.Prepared:
    """Drafts for `server`, which has made the indexes."""

    async def work() -> drafts.Prepared:
        store = Store(stack.service_mongo_url("submissions"), "submissions", name="bench")
        try:
            return await drafts.prepare(store, stack.keys.identity_private, stack.keys.secret, count=count)
        finally:
            store.close()

    return asyncio.run(work())


def load(plan: Plan, folder: Path, bar: Bar) -> list[Slice]:
    """Run the loader, one step of `bar` for each slice. Raises RuntimeError when it fails."""
    path = folder / "plan.json"
    path.write_text(plan.model_dump_json())
    command = [sys.executable, "-m", "tests.bench.loader", str(path)]
    slices = []
    with subprocess.Popen(command, cwd=CHECKOUT, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        for line in process.stdout:
            slices.append(Slice.model_validate_json(line))
            bar.step()
        failure = process.stderr.read().decode(errors="replace")
    if process.returncode:
        raise RuntimeError(f"the loader failed:\n{failure[-2000:]}")
    return [one for one in slices if one.pair >= 0]


def _cost(one: Slice, *, whole: bool) -> float:
    """CPU microseconds for one request, of the server or of server and mongod."""
    used = one.server_cpu + (one.mongod_cpu if whole else 0.0)
    return used / one.requests * 1e6


def _pairs(slices: Sequence[Slice], *, control: bool, whole: bool) -> list[tuple[float, float]]:
    """(ours, floor) pair by pair; of a control pair the two in turn, so that it leans to neither side."""
    found = []
    for pair in sorted({one.pair for one in slices}):
        both = [one for one in slices if one.pair == pair and one.control is control]
        both.sort(key=lambda one: one.side == BARE)
        if control and pair % 2:
            both.reverse()
        found.append((_cost(both[0], whole=whole), _cost(both[1], whole=whole)))
    return found


def figures(slices: Sequence[Slice], *, seed: int) -> list[Figure]:
    """The lines of the table."""
    lines = []
    control = paired(_pairs(slices, control=True, whole=True), seed=seed)
    note = "VOID: the control left 0.85 to 1.15" if control.void else ""
    for name, whole in (
        ("submit: CPU of the server, µs/request", False),
        ("submit: CPU with mongod, µs/request", True),
    ):
        pairs = _pairs(slices, control=False, whole=whole)
        own, floor = (f"{median(side):,.0f}" for side in zip(*pairs, strict=True))
        lines.append(Figure(name, own, floor, paired(pairs, seed=seed), note))
    lines.append(_throughput(slices, seed=seed))
    said = "void" if control.void else "valid"
    lines.append(Figure("submit: control, floor against itself (A/A)", "", "", control, said))
    return lines


def _throughput(slices: Sequence[Slice], *, seed: int) -> Figure:
    sides = {side: [one for one in slices if one.side == side and not one.control] for side in (OURS, BARE)}
    rates = {side: [one.rate for one in found] for side, found in sides.items()}
    ratio: Ratio = paired(list(zip(rates[OURS], rates[BARE], strict=True)), seed=seed)
    took = sorted(value for one in sides[OURS] for value in one.latencies)
    note = f"{CONNECTIONS} connections, closed loop; ours p50 {percentile(took, 0.5):.0f} ms, p99 {percentile(took, 0.99):.0f} ms"
    own, floor = (f"{median(rates[side]):,.0f}" for side in (OURS, BARE))
    return Figure("submit: requests/s", own, floor, ratio, note)


def measure(stack: Stack, prepared: drafts.Prepared, at: tuple[int, int], pairs: int, bar: Bar) -> list[Slice]:
    """The slices of so many pairs; `at`: process id and port of the server."""
    plan = Plan(
        host=HOST,
        port=at[1],
        connections=CONNECTIONS,
        seconds=_SECONDS,
        pairs=pairs,
        server_pid=at[0],
        mongod_pid=stack.pid("mongod"),
        words=prepared.words,
        drafts=prepared.drafts,
    )
    return load(plan, stack.folder, bar)
