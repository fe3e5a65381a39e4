"""The collection `progress`: the board of sealed sheets, one document for each judge of a round."""

from collections.abc import Collection
from datetime import datetime
from decimal import Decimal

from shared.mongo import Index, Tx

INDEXES = (Index("progress", (("contest_id", 1), ("round", 1))),)


async def count_sealed(tx: Tx, sheet_id: str, place: tuple[str, str, str], total: Decimal, at: datetime) -> None:
    """Enter a sealed sheet on the board of `place` (contest, round, judge); twice is the same as once."""
    contest_id, round_, judge_id = place
    of = {"contest_id": contest_id, "round": round_, "judge_id": judge_id}
    change = {"$set": {f"sealed.{sheet_id}": {"total": total, "at": at}, **of}}
    await tx["progress"].update({"_id": f"{contest_id}:{round_}:{judge_id}"}, change, upsert=True)


async def sealed(tx: Tx, contest_id: str, round_: str, without: Collection[str]) -> dict[str, int]:
    """Sealed sheets by judge, from the board, those of `without` not counted."""
    found = await tx["progress"].find({"contest_id": contest_id, "round": round_})
    return {one["judge_id"]: len(set(one["sealed"]) - set(without)) for one in found}
