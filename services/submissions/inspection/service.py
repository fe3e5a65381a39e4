"""Children with limits: warm ones for the look at each upload, a fresh one for whatever makes something of a file."""

import asyncio
import multiprocessing
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from multiprocessing.reduction import send_handle
from typing import Any

from services.submissions.inspection import domain
from services.submissions.inspection.domain import Unreadable
from shared.blobs import Incoming

_CPU_SECONDS, _MEMORY_BYTES = 10, 1024 * 1024 * 1024
_PATIENCE_SECONDS = 25
_FILES_OF_A_CHILD = 50
_AT_ONCE = ThreadPoolExecutor(2, thread_name_prefix="inspect")
# A fork server starts a child in milliseconds and shares neither threads nor sockets of the web process with it.
_CHILDREN = multiprocessing.get_context("forkserver")
_CHILDREN.set_forkserver_preload([domain.__name__, "services.submissions.jury_copies.domain"])


class Ended(Unreadable):
    """The child reached a limit: perhaps the file's fault, perhaps the machine's."""


@dataclass(slots=True)
class _Child:
    """A process with a line to it."""

    process: BaseProcess
    line: Connection
    files: int = 0

    def answer(self) -> Any:
        """Raises what it refuses, and Ended."""
        try:
            refused, said = self.line.recv() if self.line.poll(_PATIENCE_SECONDS) else (Ended, None)
        except (EOFError, OSError):  # the limits ended it
            refused, said = Ended, None
        if refused is not None:
            raise refused(said)
        self.files += 1
        return said

    def end(self) -> None:
        self.process.kill()
        self.process.join()
        self.line.close()


_IDLE: list[_Child] = []
"""Appended to and popped from by the threads of the pool; both are one step."""


def _begun(work: Callable[..., None], *about: object) -> _Child:
    ours, theirs = _CHILDREN.Pipe()
    process = _CHILDREN.Process(target=work, args=(theirs, *about), daemon=True)
    process.start()
    theirs.close()
    return _Child(process, ours)


async def kind_of(content: Incoming, name: str, *, allowed: Sequence[str], max_bytes: int) -> str:
    """The kind of a file that opens. Raises what `domain.kind_of` and `domain.check` raise; whatever ends the child is Unreadable."""
    asked = (name, list(allowed), max_bytes)
    return await asyncio.get_running_loop().run_in_executor(_AT_ONCE, _inspected, content, asked)


def _inspected(content: Incoming, asked: tuple[str, list[str], int]) -> str:
    warm = bool(_IDLE)
    try:
        return _by(_asked(content, asked, warm=warm))
    except Ended:
        if not warm:
            raise
    return _by(
        _asked(content, asked, warm=False)
    )  # a warm one may have died of itself: a new one says what the file is


def _by(child: _Child) -> str:
    kept = False
    try:
        kind = child.answer()
        kept = child.files < _FILES_OF_A_CHILD
    finally:
        if kept:
            _IDLE.append(child)
        else:  # worn out, or its last file was at fault
            child.end()
    return str(kind)


def _asked(content: Incoming, asked: tuple[str, list[str], int], *, warm: bool) -> _Child:
    """A child that has the file. Raises Ended."""
    try:
        child = _IDLE.pop() if warm else _begun(domain.inspect_in_child, _CPU_SECONDS, _MEMORY_BYTES)
    except IndexError:  # somebody else took the last one
        return _asked(content, asked, warm=False)
    try:
        child.line.send(asked)
        send_handle(child.line, content.fileno(), child.process.pid)
    except OSError as error:
        child.end()
        raise Ended from error
    return child


async def apart(make: Callable[[bytes, str], bytes], content: bytes, kind: str) -> bytes:
    """What `make` makes of a file, in a child of its own: no file can touch what is made of the next.

    Raises what `make` refuses; Ended when it reaches a limit.
    """
    return await asyncio.get_running_loop().run_in_executor(_AT_ONCE, _made, make, content, kind)


def _made(make: Callable[[bytes, str], bytes], content: bytes, kind: str) -> bytes:
    child = _begun(domain.make_in_child, _CPU_SECONDS, _MEMORY_BYTES)
    try:
        child.line.send((make, content, kind))
        return bytes(child.answer())
    except OSError as error:
        raise Ended from error
    finally:
        child.end()
