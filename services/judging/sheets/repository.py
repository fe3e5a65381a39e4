"""The collections `sheets` and `progress` (the board of sealed sheets, one document for each judge of a round)."""

from datetime import datetime
from decimal import Decimal

from services.judging.juries.domain import Assignment
from services.judging.sheets.domain import Sheet
from shared.mongo import Document, Index, Tx

INDEXES = (
    Index("sheets", (("judge_id", 1),)),
    Index("sheets", (("contest_id", 1), ("round", 1), ("entry_id", 1))),
    Index("progress", (("contest_id", 1), ("round", 1))),
)


async def sheet(tx: Tx, given: Assignment) -> Sheet:
    """The sheet of an assignment; a blank one of version 0 before anything was written."""
    found = await tx["sheets"].get(given.id)
    return _sheet(found) if found else Sheet.blank(given)


async def sheets(tx: Tx, where: Document) -> list[Sheet]:
    """The sheets that match; those nobody wrote on are not there."""
    return [_sheet(one) for one in await tx["sheets"].find(where)]


async def save(tx: Tx, sheet: Sheet) -> None:
    """Save with the optimistic lock. Raises Stale."""
    document: Document = {"_id": sheet.id, **sheet.model_dump(exclude={"id"})}
    await tx["sheets"].save(document)
    sheet.version = document["version"]


async def count_sealed(tx: Tx, sheet_id: str, place: tuple[str, str, str], total: Decimal, at: datetime) -> None:
    """Enter a sealed sheet on the board of `place` (contest, round, judge); twice is the same as once."""
    contest_id, round_, judge_id = place
    of = {"contest_id": contest_id, "round": round_, "judge_id": judge_id}
    change = {"$set": {f"sealed.{sheet_id}": {"total": total, "at": at}, **of}}
    await tx["progress"].update({"_id": f"{contest_id}:{round_}:{judge_id}"}, change, upsert=True)


async def sealed(tx: Tx, contest_id: str, round_: str) -> dict[str, int]:
    """Sealed sheets by judge, from the board."""
    found = await tx["progress"].find({"contest_id": contest_id, "round": round_})
    return {one["judge_id"]: len(one["sealed"]) for one in found}


def _sheet(found: Document) -> Sheet:
    return Sheet.model_validate({"id": found["_id"], **found})
