"""The collections `score_heads` and `score_lines`. Lines are inserted, never changed."""

from dataclasses import asdict, fields

from services.judging.scorelog.domain import Head, Line, start
from shared.errors import Stale
from shared.mongo import Document, Index, Tx

INDEXES = (
    Index("score_heads", (("at", 1),)),
    Index("score_lines", (("contest_id", 1), ("n", 1)), unique=True),
)
_FIELDS = tuple(one.name for one in fields(Line))


async def head(tx: Tx, contest_id: str) -> Head:
    """The end of the chain."""
    kept = await tx["score_heads"].get(contest_id)
    return Head(contest_id, kept["n"], kept["hash"]) if kept else start(contest_id)


async def add(tx: Tx, before: Head, line: Line, private: dict[str, str]) -> None:
    """Move the head from `before` to `line` and insert it. Raises Stale when the head is elsewhere."""
    heads = tx["score_heads"]
    moved = {"n": line.n, "hash": line.hash, "at": line.at}
    if before.n == 0:
        await heads.insert({"_id": line.contest_id, **moved})
    elif not await heads.update({"_id": line.contest_id, "n": before.n}, {"$set": moved}):
        raise Stale
    await tx["score_lines"].insert({"_id": f"{line.contest_id}:{line.n}", **asdict(line), "private": private})


async def lines(tx: Tx, contest_id: str, round_: str | None = None, kinds: tuple[str, ...] = ()) -> list[Line]:
    """The lines in their order; of one round, of some kinds only."""
    where: Document = {"contest_id": contest_id}
    if round_ is not None:
        where["round"] = round_
    if kinds:
        where["kind"] = {"$in": list(kinds)}
    found = await tx["score_lines"].find(where, sort=[("n", 1)])
    return [Line(**{name: one[name] for name in _FIELDS}) for one in found]
