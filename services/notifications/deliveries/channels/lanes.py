"""Lanes: a few workers side by side, woken by a bell and by the clock, that finish what they hold before they stop."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

from shared import logs
from shared.mongo import DriverError

_POLL_SECONDS = 1.0
_FAREWELL_SECONDS = 12.0
_LONGEST_PAUSE = 30.0
log = logs.get(__name__)

Step = Callable[[], Awaitable[float]]
"""Does one piece of work and answers how many seconds to rest: 0 when more may wait, more while something is down."""
NOTHING_TO_DO = _POLL_SECONDS


class Bell:
    """Wakes whoever waits; a ring that nobody heard is made up for by the clock."""

    def __init__(self) -> None:
        """Make it in the loop that uses it."""
        self._rung = asyncio.Event()

    def ring(self) -> None:
        """Wake all."""
        self._rung.set()
        self._rung = asyncio.Event()

    async def wait(self, seconds: float) -> None:
        """Until the bell rings, at most so long."""
        try:
            async with asyncio.timeout(seconds):
                await self._rung.wait()
        except TimeoutError:
            pass


class Lanes:
    """Runs steps again and again until it is cancelled."""

    def __init__(self) -> None:
        """Make it in the loop that uses it."""
        self.bell = Bell()
        self._closing = False

    async def run(self, steps: Sequence[Step], alarm: Callable[[], AsyncIterator[object]]) -> None:
        """Each step in a lane of its own; `alarm` yields when there may be work. Ends by cancellation only.

        A lane in the middle of a step is given some seconds to finish it: what it holds is then neither lost nor doubled.
        """
        lanes = [asyncio.create_task(self._lane(step)) for step in steps]
        listener = asyncio.create_task(self._listen(alarm))
        try:
            await asyncio.wait(lanes)  # unlike gather, it does not cancel what it waits for
        finally:
            self._closing = True
            listener.cancel()
            self.bell.ring()
            await asyncio.wait(lanes, timeout=_FAREWELL_SECONDS)
            for lane in lanes:
                lane.cancel()
            await asyncio.gather(listener, *lanes, return_exceptions=True)

    async def _lane(self, step: Step) -> None:
        failures = 0
        while not self._closing:
            try:
                rest = await step()
                failures = 0
            except Exception as error:  # noqa: BLE001 - a lane must outlive whatever it meets
                failures += 1
                rest = min(_LONGEST_PAUSE, 0.5 * 2 ** min(failures, 6))
                log.warning("deliveries.lane.failed", error=repr(error)[:300])
            if rest and not self._closing:
                await self.bell.wait(rest)

    async def _listen(self, alarm: Callable[[], AsyncIterator[object]]) -> None:
        while True:
            try:
                async for _ in alarm():
                    self.bell.ring()
            except DriverError:
                await asyncio.sleep(_POLL_SECONDS)
