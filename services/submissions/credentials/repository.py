"""The only code that touches `attempts`."""

from datetime import datetime

from shared.mongo import Duplicate, Index, Tx

INDEXES = (Index("attempts", (("expires_at", 1),), expire_after=0),)


async def count_attempt(tx: Tx, window: str, until: datetime) -> int:
    """One attempt more in `window`, which is forgotten after `until`; how many there are now."""
    change = {"$inc": {"n": 1}, "$setOnInsert": {"expires_at": until}}
    try:
        counted = await tx["attempts"].take({"_id": window}, change, upsert=True)
    except Duplicate:  # another process opened the window at this moment
        counted = await tx["attempts"].take({"_id": window}, change)
    return int(counted["n"]) if counted else 1


async def take_back_attempt(tx: Tx, window: str) -> None:
    """It was no misuse."""
    await tx["attempts"].update({"_id": window}, {"$inc": {"n": -1}})
