"""The collection `sheets`: one document for each sheet that somebody wrote on."""

from services.judging.juries.domain import Assignment
from services.judging.sheets.domain import Sheet
from shared.mongo import Document, Index, Tx

INDEXES = (
    Index("sheets", (("judge_id", 1),)),
    Index("sheets", (("contest_id", 1), ("round", 1), ("entry_id", 1))),
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


def _sheet(found: Document) -> Sheet:
    return Sheet.model_validate({"id": found["_id"], **found})
