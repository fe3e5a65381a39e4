"""The collections `finals`, `final_slots`, `final_scores` and `final_recusals`."""

from services.judging.finals.domain import Final, Score, Slot
from shared.errors import NotFound
from shared.ids import derived_id
from shared.mongo import Document, Index, Tx

INDEXES = (
    Index("finals", (("state", 1),)),
    Index("final_slots", (("contest_id", 1), ("position", 1)), unique=True),
    Index("final_scores", (("slot_id", 1), ("judge_id", 1)), unique=True),
    Index("final_scores", (("contest_id", 1), ("judge_id", 1))),
    Index("final_recusals", (("slot_id", 1),)),
)


def _of(found: Document) -> Document:
    return {"id": found["_id"], **found}


def _to(document: Document) -> Document:
    document["_id"] = document.pop("id")
    return document


async def final(tx: Tx, contest_id: str) -> Final:
    """The final of a contest, an empty one before the order is drawn."""
    found = await tx["finals"].get(contest_id)
    return Final.model_validate(_of(found)) if found else Final(id=contest_id)


async def finals(tx: Tx) -> list[Final]:
    """Every final that has an order."""
    return [Final.model_validate(_of(found)) for found in await tx["finals"].find({}, sort=[("drawn_at", -1)])]


async def save_final(tx: Tx, aggregate: Final) -> None:
    """Raises Stale."""
    document = _to(aggregate.model_dump())
    await tx["finals"].save(document)
    aggregate.version = document["version"]


async def slot(tx: Tx, slot_id: str) -> Slot:
    """Raises NotFound."""
    found = await tx["final_slots"].get(slot_id)
    if found is None:
        raise NotFound
    return Slot.model_validate(_of(found))


async def slots(tx: Tx, contest_id: str) -> list[Slot]:
    """The slots in the running order."""
    found = await tx["final_slots"].find({"contest_id": contest_id}, sort=[("position", 1)])
    return [Slot.model_validate(_of(one)) for one in found]


async def save_slot(tx: Tx, aggregate: Slot) -> None:
    """Raises Stale."""
    document = _to(aggregate.model_dump())
    await tx["final_slots"].save(document)
    aggregate.version = document["version"]


async def score(tx: Tx, slot: Slot, judge_id: str) -> Score:
    """The marks of a judge for a slot, an empty score (revision 0) before the first sending."""
    key = derived_id("score", slot.id, judge_id)
    found = await tx["final_scores"].get(key)
    if found is None:
        return Score(id=key, slot_id=slot.id, contest_id=slot.contest_id, entry_id=slot.entry_id, judge_id=judge_id)
    return Score.model_validate(_of(found))


async def scores(tx: Tx, slot_id: str) -> list[Score]:
    """All marks given for a slot."""
    found = await tx["final_scores"].find({"slot_id": slot_id}, sort=[("given_at", 1)])
    return [Score.model_validate(_of(one)) for one in found]


async def mine(tx: Tx, contest_id: str, judge_id: str) -> dict[str, Score]:
    """A judge's own marks in a final, by slot id."""
    found = await tx["final_scores"].find({"contest_id": contest_id, "judge_id": judge_id})
    return {one["slot_id"]: Score.model_validate(_of(one)) for one in found}


async def save_score(tx: Tx, given: Score) -> None:
    """Insert or replace; the slot's version, saved in the same transaction, keeps two writers apart."""
    await tx["final_scores"].put(_to(given.model_dump()))


async def recuse(tx: Tx, slot_id: str, judge_id: str) -> None:
    """Remember that a judge does not mark a slot."""
    await tx["final_recusals"].put({"_id": f"{slot_id}:{judge_id}", "slot_id": slot_id, "judge_id": judge_id})


async def recused(tx: Tx, slot_id: str) -> set[str]:
    """The judges who asked not to mark a slot."""
    return {found["judge_id"] for found in await tx["final_recusals"].find({"slot_id": slot_id})}
