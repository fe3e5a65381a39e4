"""The collection `boards`: one running figure for each slot of a final."""

from collections.abc import AsyncIterator

from services.judging.boards.domain import Board
from shared.mongo import Duplicate, Index, Store, Tx

INDEXES = (Index("boards", (("contest_id", 1), ("position", 1))),)


async def boards(tx: Tx, contest_id: str) -> dict[str, Board]:
    """The figures of a contest's slots, by slot id."""
    found = await tx["boards"].find({"contest_id": contest_id})
    return {one["_id"]: Board.model_validate({"id": one["_id"], **one}) for one in found}


async def put(tx: Tx, board: Board) -> None:
    """Write the figure unless the one that is there knows as much or more."""
    newer = {"_id": board.id, "moves": {"$lt": board.moves}}
    try:
        await tx["boards"].update(newer, {"$set": board.model_dump(exclude={"id"})}, upsert=True)
    except Duplicate:  # the figure there is as new
        return


async def moves(store: Store) -> AsyncIterator[str]:
    """The contest id of every figure as it moves. Raises DriverError: what happened meanwhile must be read."""
    async for changed in store.changes("boards"):
        yield changed["contest_id"]
