"""Hashing and checking passwords off the event loop; counting attempts."""

import asyncio
from collections.abc import Sequence

from services.submissions.credentials import domain, repository
from shared.clock import now
from shared.errors import TooMany
from shared.mongo import Tx

INDEXES = repository.INDEXES


async def hashed(password: str) -> str:
    """The argon2 hash of a password."""
    return await asyncio.to_thread(domain.PASSWORDS.hash, password)


async def is_right(password: str, kept: str | None) -> bool:
    """Whether `password` fits the kept hash; without one the answer takes as long and is no."""
    right = await asyncio.to_thread(domain.PASSWORDS.verify, password, kept or domain.NOBODYS)
    return right and kept is not None


async def count(tx: Tx, names: Sequence[str], limits: Sequence[int]) -> list[str]:
    """Count an attempt under each name in the window of now; the windows. Raises TooMany."""
    at = now()
    number, until = domain.window_of(at)
    windows = [f"{name}|{number}" for name in names]
    counts = [await repository.count_attempt(tx, one, until) for one in windows]
    if any(counted > limit for counted, limit in zip(counts, limits, strict=True)):
        minutes = int((until - at).total_seconds() // 60) + 1
        raise TooMany(f"Có quá nhiều lần thử. Hãy đợi {minutes} phút rồi thử lại.", retry_after=minutes * 60)
    return windows


async def take_back(tx: Tx, windows: Sequence[str]) -> None:
    """They were no misuse."""
    for window in windows:
        await repository.take_back_attempt(tx, window)
