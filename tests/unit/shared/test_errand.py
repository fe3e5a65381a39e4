"""Errands without a database: a call that was cancelled while its thread was at work leaves no session open."""

import asyncio
import threading
from typing import Any

import pytest

from shared.errand import Errands


class Session:
    """What the driver would give."""

    ended = False

    def end_session(self) -> None:
        """Noted."""
        self.ended = True


async def test_a_session_opened_by_a_call_that_nobody_waits_for_any_more_is_ended() -> None:
    opened, begun, go_on = Session(), threading.Event(), threading.Event()

    def begin() -> Any:
        begun.set()
        go_on.wait(10)
        return opened

    errands = Errands(asyncio.to_thread, begin, lambda _: None)

    async def work() -> None:
        try:
            await errands.at_once(lambda _: None)
        finally:
            go_on.set()
            await errands.end()

    task = asyncio.create_task(work())
    await asyncio.to_thread(begun.wait, 10)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert opened.ended
    with pytest.raises(RuntimeError, match="over"):
        await errands.at_once(lambda _: None)


async def test_a_transaction_in_which_nothing_is_done_never_begins() -> None:
    errands = Errands(asyncio.to_thread, lambda: pytest.fail("begun"), lambda _: None)
    await errands.commit()
    await errands.end()
