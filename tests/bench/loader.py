"""The load on the submit route, as a process of its own: slices of half a second in turn, with the CPU they cost.

`python -m tests.bench.loader PLAN` reads a plan, prints one JSON line for every slice, and decides nothing.
"""

import asyncio
import json
import sys
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from pydantic import BaseModel

from shared.ids import new_id
from tests.bench import clocks, wire

BARE, OURS = "bare", "ours"
BARE_PATH = "/bare/entries"
BARE_UPLOAD = "/bare/files"
_PAUSE_SECONDS = 0.03
"""Between slices, for what the server does after its last answer."""
_WARM_SLICES = 3
OK = 200


class Plan(BaseModel):
    """What to load, and whose CPU to read."""

    host: str
    port: int
    connections: int = 8
    seconds: float = 0.45
    pairs: int
    server_pid: int
    mongod_pid: int
    words: dict[str, object]
    """The body of the bare route."""
    drafts: list[tuple[str, str]]
    """Entry id and bearer token; each is handed in once."""


class Slice(BaseModel):
    """What one slice of one side did; `pair` -1 is warm-up, `control` a pair of the floor with itself."""

    pair: int
    control: bool
    side: str
    requests: int
    rate: float
    """Requests a second: each connection's own, added up, so that the wait for the last one counts for nobody."""
    server_cpu: float
    mongod_cpu: float
    latencies: list[float]
    """Milliseconds."""


class Load:
    """The connections and what they send."""

    def __init__(self, plan: Plan, connections: list[wire.Connection]) -> None:
        """The connections stay open between slices."""
        self._plan = plan
        self._connections = connections
        self._drafts = iter(plan.drafts)
        slices = plan.pairs + _WARM_SLICES
        self._most = len(plan.drafts) // slices
        """So that no slice takes the drafts of the next; a full slice just ends a little early."""

    def _requests(self, side: str) -> Iterator[bytes]:
        host = self._plan.host
        if side == BARE:
            while True:
                body = json.dumps({"client_key": new_id(), **self._plan.words}, ensure_ascii=False).encode()
                yield wire.encode("POST", host, BARE_PATH, body)
        for entry_id, token in islice(self._drafts, self._most):
            path = f"/api/submissions/v1/entries/{entry_id}/submit"
            yield wire.encode("POST", host, path, json.dumps({"client_key": new_id()}).encode(), token=token)

    async def _use(self, connection: wire.Connection, requests: Iterator[bytes], stop: float) -> list[float]:
        """Ask until `stop`; how long each answer took, in milliseconds. Raises RuntimeError for any answer but 200."""
        took = []
        for request in requests:
            asked = time.perf_counter()
            status, body = await connection.ask(request)
            if status != OK:
                raise RuntimeError(f"{status} {body.decode(errors='replace')[:500]}")
            answered = time.perf_counter()
            took.append((answered - asked) * 1000)
            if answered >= stop:
                break
        return took

    async def slice(self, side: str, *, pair: int, control: bool = False) -> Slice:
        """Load one side for the length of a slice. Raises RuntimeError for any answer but 200."""
        plan = self._plan
        server, mongod = clocks.cpu_seconds(plan.server_pid), clocks.cpu_seconds(plan.mongod_pid)
        requests, stop = self._requests(side), time.perf_counter() + plan.seconds
        took = await asyncio.gather(*(self._use(one, requests, stop) for one in self._connections))
        await asyncio.sleep(_PAUSE_SECONDS)
        return Slice(
            pair=pair,
            control=control,
            side=side,
            requests=sum(map(len, took)),
            rate=sum(len(one) * 1000 / sum(one) for one in took if one),
            server_cpu=clocks.cpu_seconds(plan.server_pid) - server,
            mongod_cpu=clocks.cpu_seconds(plan.mongod_pid) - mongod,
            latencies=[value for one in took for value in one],
        )

    async def run(self) -> None:
        """Warm up; then every pair of ours with the floor followed by a control pair, in turn ABBA."""
        for _ in range(_WARM_SLICES):
            for side in (BARE, OURS):
                _say(await self.slice(side, pair=-1))
        for pair in range(self._plan.pairs):
            for side in (BARE, OURS) if pair % 2 == 0 else (OURS, BARE):
                _say(await self.slice(side, pair=pair))
            for _ in range(2):
                _say(await self.slice(BARE, pair=pair, control=True))


def _say(done: Slice) -> None:
    sys.stdout.write(done.model_dump_json() + "\n")
    sys.stdout.flush()


async def _main(plan: Plan) -> None:
    connections = [await wire.Connection.to(plan.host, plan.port) for _ in range(plan.connections)]
    await Load(plan, connections).run()
    for connection in connections:
        connection.close()


if __name__ == "__main__":
    asyncio.run(_main(Plan.model_validate_json(Path(sys.argv[1]).read_text())))
