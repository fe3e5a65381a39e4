"""`python -m deploy dlq`: the dead letters of all services, read and marked through `shared/dead_letters.py`."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, TypeVar

from deploy import running
from deploy.local.ports import SERVICES
from shared import dead_letters
from shared.mongo import Store

T = TypeVar("T")


def waiting(folder: Path, service: str | None) -> list[dict[str, Any]]:
    """Those that nobody has dealt with, each with its service."""

    async def read() -> list[dict[str, Any]]:
        found = []
        for name in [service] if service else SERVICES:
            letters = await _with(folder, name, dead_letters.waiting)
            found += [{"service": name, **letter} for letter in letters]
        return found

    return asyncio.run(read())


def replay(folder: Path, service: str | None, letters: list[str] | None) -> int:
    """Mark the named ones, or all, for replay; answers how many."""

    async def mark() -> int:
        names = [service] if service else SERVICES
        return sum([await _with(folder, name, lambda store: dead_letters.ask_replay(store, letters)) for name in names])

    return asyncio.run(mark())


async def _with(folder: Path, service: str, work: Callable[[Store], Awaitable[T]]) -> T:
    store = Store(running.mongo_url(service, folder), service, name="dlq")
    try:
        return await work(store)
    finally:
        store.close()
