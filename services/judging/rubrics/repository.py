"""The collections `rubrics` (the version in force) and `rubric_versions` (every version as it was saved)."""

from datetime import datetime

from services.judging.rubrics.domain import Rubric
from shared.mongo import Document, Index, Tx

INDEXES = (
    Index("rubrics", (("contest_id", 1),)),
    Index("rubric_versions", (("contest_id", 1), ("round", 1), ("version", 1)), unique=True),
)


def _key(contest_id: str, round_: str) -> str:
    return f"{contest_id}:{round_}"


async def find(tx: Tx, contest_id: str, round_: str) -> Rubric | None:
    """The version in force."""
    found = await tx["rubrics"].get(_key(contest_id, round_))
    return _rubric(found) if found else None


async def save(tx: Tx, rubric: Rubric, *, by: str, at: datetime) -> None:
    """Put a new version in force and keep it for good. Raises Stale."""
    document: Document = {"_id": _key(rubric.contest_id, rubric.round), **rubric.model_dump()}
    await tx["rubrics"].save(document)
    rubric.version = document["version"]
    kept = {**document, "_id": f"{document['_id']}:{rubric.version}", "saved_by": by, "saved_at": at}
    await tx["rubric_versions"].insert(kept)


async def freeze(tx: Tx, contest_id: str, round_: str, at: datetime) -> bool:
    """Mark the version in force as used; False when it was already."""
    where = {"_id": _key(contest_id, round_), "frozen_at": None}
    return bool(await tx["rubrics"].update(where, {"$set": {"frozen_at": at}}))


def _rubric(found: Document) -> Rubric:
    return Rubric.model_validate({name: value for name, value in found.items() if name != "_id"})
