"""The collections `panels` (draws of a round), `assignments` (who reads which script) and `conflicts` (declared ones)."""

from collections.abc import Sequence

from services.judging.juries.domain import Assignment, Drawn, Pair, Panel
from shared.errors import NotFound
from shared.mongo import Document, Index, Tx

INDEXES = (
    Index("panels", (("contest_id", 1),)),
    Index("assignments", (("contest_id", 1), ("round", 1), ("entry_id", 1), ("judge_id", 1)), unique=True),
    Index("assignments", (("judge_id", 1), ("contest_id", 1))),
    Index("conflicts", (("contest_id", 1), ("judge_id", 1))),
)


async def panel(tx: Tx, contest_id: str, round_: str) -> Panel:
    """The panel of a round, new when nothing was drawn yet."""
    found = await tx["panels"].get(f"{contest_id}:{round_}")
    if found is None:
        return Panel(contest_id, round_)
    draws = [Drawn.model_validate(one) for one in found["draws"]]
    return Panel(contest_id, round_, draws, found["version"], found["facts"])


async def save_panel(tx: Tx, panel: Panel) -> None:
    """Save with the optimistic lock. Raises Stale."""
    document: Document = {
        "_id": panel.id,
        "contest_id": panel.contest_id,
        "round": panel.round,
        "draws": [one.model_dump() for one in panel.draws],
        "version": panel.version,
        "facts": panel.facts,
    }
    await tx["panels"].save(document)
    panel.version = document["version"]


async def assignment(tx: Tx, assignment_id: str) -> Assignment:
    """One assignment. Raises NotFound."""
    found = await tx["assignments"].get(assignment_id)
    if found is None:
        raise NotFound
    return _assignment(found)


async def assignments(tx: Tx, where: Document) -> list[Assignment]:
    """The assignments that match."""
    return [_assignment(one) for one in await tx["assignments"].find(where, sort=[("_id", 1)])]


async def add(tx: Tx, given: Sequence[Assignment]) -> None:
    """Keep new assignments. Raises Duplicate when a judge has or had the script."""
    await tx["assignments"].insert_all([{"_id": one.id, **one.model_dump(exclude={"id"})} for one in given])


async def set_recused(tx: Tx, assignment_id: str) -> None:
    """The judge gave the script back."""
    await tx["assignments"].update({"_id": assignment_id}, {"$set": {"recused": True}})


async def set_held(tx: Tx, assignment_id: str, *, held: bool) -> None:
    """Whether its sheet waits for the chair."""
    await tx["assignments"].update({"_id": assignment_id}, {"$set": {"held": held}})


async def declared(tx: Tx, contest_id: str) -> set[Pair]:
    """The conflicts that somebody declared."""
    found = await tx["conflicts"].find({"contest_id": contest_id})
    return {(one["entry_id"], one["judge_id"]) for one in found}


async def declare(tx: Tx, contest_id: str, pair: Pair, **about: object) -> None:
    """Keep a declared conflict; declared again, the last reason counts."""
    entry, judge = pair
    where = {"contest_id": contest_id, "entry_id": entry, "judge_id": judge}
    await tx["conflicts"].put({"_id": f"{contest_id}:{entry}:{judge}", **where, **about})


def _assignment(found: Document) -> Assignment:
    return Assignment.model_validate({"id": found["_id"], **found})
