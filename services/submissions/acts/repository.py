"""The only code that touches `acts`."""

from services.submissions.acts.domain import Act, Asked
from shared.mongo import Document, Index, Tx

INDEXES = (
    Index("acts", (("at", -1),)),
    Index("acts", (("person_id", 1), ("at", -1))),
    Index("acts", (("by", 1), ("at", -1))),
)


async def add(tx: Tx, act: Act) -> None:
    """Written once, never changed."""
    await tx["acts"].insert({"_id": act.id, **act.model_dump(exclude={"id"})})


def _where(asked: Asked) -> Document:
    where: Document = {}
    if asked.people is not None:
        where["$or"] = [{"person_id": {"$in": asked.people}}, {"by": {"$in": asked.people}}]
    if asked.kind is not None:
        where["kind"] = asked.kind.value
    if asked.from_at is not None:
        where["at"] = {"$gte": asked.from_at}
    if asked.before_at is not None:
        where["at"] = {**where.get("at", {}), "$lt": asked.before_at}
    return where


async def found(tx: Tx, asked: Asked, *, skip: int = 0, limit: int = 0) -> list[Act]:
    """The latest first; all of them when `limit` is 0."""
    documents = await tx["acts"].find(_where(asked), sort=[("at", -1), ("_id", -1)], skip=skip, limit=limit)
    return [Act(id=document["_id"], **document) for document in documents]


async def count(tx: Tx, asked: Asked) -> int:
    """How many there are."""
    return await tx["acts"].count(_where(asked))


async def about(tx: Tx, person_id: str) -> list[Act]:
    """What was done with one account, the latest first."""
    documents = await tx["acts"].find({"person_id": person_id}, sort=[("at", -1), ("_id", -1)])
    return [Act(id=document["_id"], **document) for document in documents]
