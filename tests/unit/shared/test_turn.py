"""A turn is renewed while its work runs; lost, the work stops before anybody else begins."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta

import pytest

from shared import turn
from shared.mongo import DriverError


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turn, "_EVERY_SECONDS", 0.01)


class Work:
    """Goes on until it is told to end, and remembers how it ended."""

    def __init__(self) -> None:
        self.go_on, self.stopped = asyncio.Event(), False

    async def run(self) -> str:
        try:
            await self.go_on.wait()
        except asyncio.CancelledError:
            self.stopped = True
            raise
        return "done"


def renewing(
    answers: Sequence[bool | Exception], then: Callable[[], object] = lambda: None
) -> Callable[[], Awaitable[bool]]:
    """Answers one after the other; after the last of them `then` is called, and it goes on answering the same."""
    left = list(answers)

    async def renew() -> bool:
        answer = left.pop(0) if len(left) > 1 else left[0]
        if len(left) == 1:
            then()
        if isinstance(answer, Exception):
            raise answer
        return answer

    return renew


async def test_work_ends_in_its_own_time_while_its_turn_is_renewed() -> None:
    work = Work()
    assert await turn.kept(work.run(), renewing([True] * 3, then=work.go_on.set)) == "done"


async def test_what_the_work_raises_is_raised() -> None:
    async def fails() -> None:
        raise ValueError("so it is")

    with pytest.raises(ValueError, match="so it is"):
        await turn.kept(fails(), renewing([True]))


async def test_a_turn_that_is_somebody_elses_stops_the_work() -> None:
    work = Work()
    with pytest.raises(turn.TurnLost):
        await turn.kept(work.run(), renewing([True, False]))
    assert work.stopped


async def test_a_database_that_is_away_for_a_moment_ends_nothing_and_one_that_stays_away_does(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    work = Work()
    assert await turn.kept(work.run(), renewing([DriverError(), DriverError(), True], then=work.go_on.set)) == "done"
    monkeypatch.setattr(turn, "LENGTH", timedelta(seconds=turn._TO_STOP_SECONDS + 0.2))
    work = Work()
    with pytest.raises(turn.TurnLost):
        await turn.kept(work.run(), renewing([DriverError()]))
    assert work.stopped


async def test_whoever_is_cancelled_stops_the_work() -> None:
    work = Work()
    waiting = asyncio.create_task(turn.kept(work.run(), renewing([True])))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert work.stopped
