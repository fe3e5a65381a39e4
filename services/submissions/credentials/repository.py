"""The only code that touches `attempts` and `codes`."""

from collections.abc import Sequence
from datetime import datetime

from services.submissions.credentials.domain import CODE_TRIES, Code
from shared.mongo import Duplicate, Index, Tx

_KEPT_SECONDS = 600
INDEXES = (
    Index("attempts", (("expires_at", 1),), expire_after=0),
    Index("codes", (("expires_at", 1),), expire_after=_KEPT_SECONDS),
    Index("codes", (("address", 1),)),
)


async def attempts(tx: Tx, windows: Sequence[str]) -> dict[str, int]:
    """How many were counted in each window; those with none are missing."""
    found = await tx["attempts"].find({"_id": {"$in": list(windows)}})
    return {each["_id"]: int(each["n"]) for each in found}


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


async def remember(tx: Tx, name: str, until: datetime) -> None:
    """A mark without a count."""
    await tx["attempts"].put({"_id": name, "n": 0, "expires_at": until})


async def add_code(tx: Tx, code: Code) -> None:
    """A new one."""
    await tx["codes"].insert({"_id": code.id, **code.model_dump(exclude={"id"})})


async def find_code(tx: Tx, code_id: str) -> Code | None:
    """Old ones may still be there."""
    document = await tx["codes"].get(code_id)
    return Code(id=document["_id"], **document) if document else None


async def try_code(tx: Tx, code_id: str, at: datetime) -> bool:
    """Count a try of a code that can still be tried; False when it cannot."""
    where = {"_id": code_id, "used_by": None, "tries": {"$lt": CODE_TRIES}, "expires_at": {"$gt": at}}
    return await tx["codes"].take(where, {"$inc": {"tries": 1}}) is not None


async def use_code(tx: Tx, code_id: str, browser: str, until: datetime) -> str:
    """The browser that used the code first: this one, unless another was quicker. There it is good `until` then."""
    change = {"$set": {"used_by": browser}, "$min": {"expires_at": until}}
    await tx["codes"].update({"_id": code_id, "used_by": None}, change)
    document = await tx["codes"].get(code_id)
    return str(document["used_by"]) if document else ""


async def forget_codes(tx: Tx, addresses: Sequence[str]) -> None:
    """All that were sent to one of `addresses`."""
    await tx["codes"].delete({"address": {"$in": list(addresses)}})
