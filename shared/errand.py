"""One transaction as few errands to the database: writes wait, and travel with the next read or with the commit.

Every call through motor costs a change of thread, so one change of thread carries as much as it can. No driver is named.
"""

import threading
from collections.abc import Awaitable, Callable
from typing import Any, Protocol, TypeVar

T = TypeVar("T")
Step = Callable[[Any], T]
"""Something done with the driver's session, in a thread."""


class Away(Protocol):
    """Runs something in one of the driver's threads."""

    def __call__(self, work: Callable[..., T], /, *arguments: Any) -> Awaitable[T]:
        """Answers, or raises, what `work` does."""
        ...


class Errands:
    """What is to be done within one transaction, in the order in which it was asked for.

    A write that nobody waits for is only noted (`later`). A read (`at_once`) first does what was noted, so it sees it;
    the commit does the rest. A write's own error (a unique index, a version that moved on) is therefore raised by the
    next read or by the commit. After any error nothing more is done and nothing is committed, whoever caught it.
    """

    def __init__(self, away: Away, begin: Callable[[], Any], commit: Step[None]) -> None:
        """`begin` opens a session with a transaction; `commit` ends the transaction."""
        self._away = away
        self._begin = begin
        self._commit = commit
        self._session: Any = None
        self._open = False
        """Whether a session may be open; known here before the thread has one."""
        self._noted: list[Step[object]] = []
        self._failure: BaseException | None = None
        # A cancelled call still runs in its thread; the end of the transaction must come after it.
        self._one_at_a_time = threading.Lock()

    def later(self, write: Step[object]) -> None:
        """Note a write."""
        self._noted.append(write)

    async def at_once(self, step: Step[T]) -> T:
        """Do what was noted, then `step`. Raises the first error among them."""
        self._open = True
        return await self._away(self._go, step)

    async def commit(self) -> None:
        """Do what was noted and commit; a transaction in which nothing was done is not begun for that."""
        if self._noted or self._open:
            self._open = True
            await self._away(self._finish)
            self._open = False

    async def end(self) -> None:
        """Take back what was not committed."""
        if self._open:
            await self._away(self._leave)

    def _go(self, step: Step[T]) -> T:
        with self._one_at_a_time:
            return self._do(step)

    def _finish(self) -> None:
        with self._one_at_a_time:
            self._do(self._commit)
            self._end_session()

    def _leave(self) -> None:
        with self._one_at_a_time:
            self._failure = self._failure or RuntimeError("the transaction is over")
            self._end_session()

    def _do(self, step: Step[T]) -> T:
        if self._failure is not None:
            raise self._failure
        try:
            if self._session is None:
                self._session = self._begin()
            noted, self._noted = self._noted, []
            for write in noted:
                write(self._session)
            return step(self._session)
        except BaseException as error:
            self._failure = error
            raise

    def _end_session(self) -> None:
        if self._session is not None:
            session, self._session = self._session, None
            session.end_session()
