"""A turn at one piece of work: renewed as long as whoever took it lives, somebody else's a few seconds after it died.

How a turn is taken and renewed in a document is its room's; the right to be the only one at a job is `lease`.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from datetime import timedelta
from typing import Any, TypeVar

from shared.mongo import DriverError

T = TypeVar("T")
LENGTH = timedelta(seconds=12)
"""Without being renewed; whoever waits for a piece of work waits longer than that, and then does it."""
_EVERY_SECONDS = 3.0
_TO_STOP_SECONDS = 2.0
"""So long before a turn that cannot be renewed ends, its work is stopped."""


class TurnLost(Exception):
    """Somebody else may be at it by now: nothing of this attempt counts, and nothing it left may be touched."""


async def kept(work: Coroutine[Any, Any, T], renew: Callable[[], Awaitable[bool]]) -> T:
    """What `work` answers or raises; `renew` says whether the turn is still ours. Raises TurnLost, with the work stopped.

    A database that is away for a moment ends nothing; one that is away until the turn is nearly over does.
    """
    task, sure = asyncio.create_task(work), time.monotonic()
    try:
        while not (await asyncio.wait([task], timeout=_EVERY_SECONDS))[0]:
            asked, left = time.monotonic(), sure + LENGTH.total_seconds() - _TO_STOP_SECONDS - time.monotonic()
            if left <= 0:
                raise TurnLost
            with suppress(DriverError, TimeoutError):
                async with asyncio.timeout(left):
                    if not await renew():
                        raise TurnLost
                sure = asked
        return await task
    finally:
        if not task.done():
            task.cancel()
            with suppress(asyncio.CancelledError, Exception):
                await task
