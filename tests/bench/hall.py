"""A hall: a process that keeps hundreds of board streams open, gives scores, and notes when each screen shows them.

`python -m tests.bench.hall PLAN` prints a JSON line for each score and one at the end, and decides nothing. Scores are
given one after the other, each when every screen shows the one before, so that a board's version tells which it holds.
"""

import asyncio
import json
import random
import sys
import time
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from shared.ids import new_id
from tests.bench import clocks, contest, wire

API = "/api/judging/v1"
_LATEST_SECONDS = 10.0
"""How long a screen may lag before it counts as one that never showed the score."""
_PATIENCE_SECONDS = 60.0
_STILL_SECONDS = 4.0
_FEWEST = 2
FORBIDDEN = 403


class Plan(BaseModel):
    """What is played, for how many screens."""

    host: str
    port: int
    slug: str
    slots: list[str]
    organiser: str
    judges: list[str]
    clients: int
    scores: int
    seed: int
    web_pid: int


class Score(BaseModel):
    """One score: milliseconds from just before its request to each screen, and to its own answer."""

    answered: float
    shown: list[float]
    late: int
    """Screens that did not show it within ten seconds."""


class Outcome(BaseModel):
    """How the screens stood at the end."""

    differ: int
    """Screens whose last board is not the one that a fresh reader gets."""
    broken: int
    """Streams that ended before their time."""
    events: int
    """Boards delivered to all screens, while scores were given."""
    web_cpu: float
    """CPU seconds of the judging web process meanwhile."""


class Screen:
    """One reader of the stream."""

    def __init__(self) -> None:
        """Nothing seen yet."""
        self.version, self.board, self.at, self.events = 0, "", 0.0, 0
        self.task: asyncio.Task[None] | None = None
        self._moved = asyncio.Event()

    async def read(self, plan: Plan) -> None:
        """Follow the stream for as long as it lasts."""
        connection = await wire.Connection.to(plan.host, plan.port)
        path = f"/chung-khao/{plan.slug}/luong"
        try:
            async for event in connection.events(wire.encode("GET", plan.host, path)):
                self.at = time.perf_counter()
                self.version, self.board, self.events = int(event.id), event.data, self.events + 1
                self._moved.set()
        finally:
            connection.close()

    async def reaches(self, version: int) -> float:
        """The instant at which the board was at `version` or beyond."""
        while self.version < version:
            self._moved.clear()
            await self._moved.wait()
        return self.at


class Hall:
    """The screens, and the one who plays the final before them."""

    def __init__(self, plan: Plan, desk: wire.Connection) -> None:
        """`desk`: the connection that the requests of judges and organiser go over."""
        self._plan, self._desk = plan, desk
        self._random = random.Random(plan.seed)
        self._criteria = contest.criteria()
        self._screens = [Screen() for _ in range(plan.clients)]
        self._revisions: dict[tuple[str, str], int] = {}

    async def play(self) -> Outcome:
        """Open every slot, give its share of the scores, close it. Raises RefusedError, TimeoutError, RuntimeError."""
        plan = self._plan
        for screen in self._screens:
            screen.task = asyncio.create_task(screen.read(plan))
        await asyncio.gather(*(screen.reaches(1) for screen in self._screens))
        events, cpu = self._events(), clocks.cpu_seconds(plan.web_pid)
        for place, slot in enumerate(plan.slots):
            share = plan.scores // len(plan.slots) + (place < plan.scores % len(plan.slots))
            await self._one_slot(slot, share)
        events, cpu = self._events() - events, clocks.cpu_seconds(plan.web_pid) - cpu
        truth = await self._truth()
        broken = sum(screen.task is not None and screen.task.done() for screen in self._screens)
        differ = sum((one.version, one.board) != (truth.version, truth.board) for one in self._screens)
        for screen in (*self._screens, truth):
            if screen.task is not None:
                screen.task.cancel()
        return Outcome(differ=differ, broken=broken, events=events, web_cpu=cpu)

    async def _truth(self) -> Screen:
        """What a fresh reader gets once nothing moves any more; the others are given time to get there."""
        await asyncio.sleep(_STILL_SECONDS)
        truth = Screen()
        truth.task = asyncio.create_task(truth.read(self._plan))
        await truth.reaches(1)
        waiting = [asyncio.create_task(screen.reaches(truth.version)) for screen in self._screens]
        _, late = await asyncio.wait(waiting, timeout=_LATEST_SECONDS)
        for task in late:
            task.cancel()
        return truth

    def _events(self) -> int:
        return sum(screen.events for screen in self._screens)

    async def _one_slot(self, slot: str, scores: int) -> None:
        await self._do(f"{API}/slots/{slot}/open", self._plan.organiser)
        panel, version, step = await self._first_scores(slot)
        async with asyncio.timeout(_PATIENCE_SECONDS):
            await asyncio.gather(*(screen.reaches(version) for screen in self._screens))
        for number in range(scores):
            version += step
            _say((await self._measured(slot, panel[number % len(panel)], version)).model_dump_json())
            await asyncio.sleep(self._random.uniform(0.05, 0.25))
        if (found := await self._board())["version"] != version:
            raise RuntimeError(f"the board is at {found['version']}, not at {version}: somebody else moved it")
        await self._do(f"{API}/slots/{slot}/close", self._plan.organiser)
        await self._until(slot, "state", "closed")

    async def _first_scores(self, slot: str) -> tuple[list[str], int, int]:
        """Every judge's first score, not measured. Answers who may mark, the version now and the step of one score.

        Only first scores can be counted on the public board, so they tell when a version holds all that was given.
        """
        panel, versions = [], []
        for judge in self._plan.judges:
            try:
                await self._give(slot, judge)
            except wire.RefusedError as refused:
                if refused.status != FORBIDDEN:  # a judge with a conflict of interest leaves this slot to the others
                    raise
                continue
            panel.append(judge)
            versions.append(await self._until(slot, "marked", len(panel)))
        if len(panel) < _FEWEST:
            raise RuntimeError("a slot has fewer than two judges who may mark it: take another seed")
        return panel, versions[-1], versions[-1] - versions[-2]

    async def _until(self, slot: str, name: str, wanted: object) -> int:
        """The board's version as soon as `name` in the row of `slot` is as wanted. Raises TimeoutError."""
        async with asyncio.timeout(_PATIENCE_SECONDS):
            while True:
                board = await self._board()
                if next(row for row in board["rows"] if row["slot_id"] == slot)[name] == wanted:
                    return int(board["version"])
                await asyncio.sleep(0.05)

    async def _board(self) -> Any:
        request = wire.encode("GET", self._plan.host, f"{API}/board/{self._plan.slug}")
        return await self._desk.ask_json(request)

    async def _measured(self, slot: str, judge: str, version: int) -> Score:
        waiting = [asyncio.create_task(screen.reaches(version)) for screen in self._screens]
        began = time.perf_counter()
        await self._give(slot, judge)
        answered = time.perf_counter()
        done, late = await asyncio.wait(waiting, timeout=_LATEST_SECONDS)
        for task in late:
            task.cancel()
        shown = [(task.result() - began) * 1000 for task in done]
        return Score(answered=(answered - began) * 1000, shown=shown, late=len(late))

    async def _give(self, slot: str, judge: str) -> None:
        revision = self._revisions.get((slot, judge), 0)
        body = {"client_key": new_id(), "revision": revision, "marks": contest.marks(self._criteria, self._random)}
        given = await self._ask("PUT", f"{API}/slots/{slot}/scores/mine", judge, body)
        self._revisions[slot, judge] = given["revision"]

    async def _do(self, path: str, token: str) -> None:
        await self._ask("POST", path, token, {"client_key": new_id()})

    async def _ask(self, method: str, path: str, token: str, body: dict[str, Any]) -> Any:
        request = wire.encode(method, self._plan.host, path, json.dumps(body).encode(), token=token)
        return await self._desk.ask_json(request)


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


async def _main(plan: Plan) -> None:
    desk = await wire.Connection.to(plan.host, plan.port)
    _say((await Hall(plan, desk).play()).model_dump_json())
    desk.close()


if __name__ == "__main__":
    asyncio.run(_main(Plan.model_validate_json(Path(sys.argv[1]).read_text())))
