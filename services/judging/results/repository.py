"""The collection `results`, one document for each contest and round; the published files."""

from collections.abc import Mapping, Sequence
from typing import Any

from services.judging.copies.domain import ContestCopy
from services.judging.results.domain import Result, ResultState, labels
from shared import recount
from shared.errors import NotFound
from shared.ids import new_id
from shared.mongo import Document, Index, Store, Tx

INDEXES = (
    Index("results", (("contest_id", 1), ("round", 1)), unique=True),
    Index("results", (("slug", 1),)),
    Index("results", (("state", 1), ("published_at", -1))),
)


FORMAT = "sang-kien/result/v1"
Lines = Sequence[Mapping[str, Any]]


def _result(found: Document) -> Result:
    return Result.model_validate({"id": found["_id"], **found})


async def get(tx: Tx, contest_id: str, round_: str) -> Result:
    """The result of a round, an open one when nothing was decided yet."""
    key = f"{contest_id}:{round_}"
    found = await tx["results"].get(key)
    return _result(found) if found else Result(id=key, contest_id=contest_id, round=round_)


async def published(tx: Tx) -> list[Result]:
    """Every published result, the latest first."""
    found = await tx["results"].find({"state": ResultState.PUBLISHED.value}, sort=[("published_at", -1)])
    return [_result(one) for one in found]


async def published_under(tx: Tx, slug: str) -> Result:
    """The published result of the contest with this address. Raises NotFound."""
    found = await tx["results"].find_one({"slug": slug, "state": ResultState.PUBLISHED.value})
    if found is None:
        raise NotFound
    return _result(found)


async def save(tx: Tx, result: Result) -> None:
    """Raises Stale."""
    document = {"_id": result.id, **result.model_dump(exclude={"id"})}
    await tx["results"].save(document)
    result.version = document["version"]


async def keep_file(store: Store, content: bytes) -> str:
    """Store a file and answer its id; `drop_unlinked` takes it back after an attempt that published nothing.

    The id is a fresh one: two attempts under one id would tear each other's bytes apart.
    """
    file_id = f"result:{new_id()}"
    await store.blobs.put(file_id, content, media_type="application/json")
    return file_id


async def drop_unlinked(store: Store, contest_id: str, round_: str, file_id: str) -> None:
    """Delete a kept file unless it is the one that the result of the round links to."""
    if file_id and (await get(store.read, contest_id, round_)).file_id != file_id:
        await store.blobs.delete(file_id)


async def file(store: Store, file_id: str) -> bytes:
    """The published bytes."""
    return await store.blobs.get(file_id)


def bytes_of(result: Result, contest: ContestCopy, entries: Lines, lines: Lines) -> bytes:
    """Everything to count the result again, in canonical JSON, with a digest of all the rest.

    Judges and staff stand in it by id: the chain was made over these lines, so no word of them may change, and an id is
    random and leads to nobody outside of this system.
    """
    content = {
        "format": FORMAT,
        "contest": contest.model_dump(mode="json"),
        "rules": {line["round"]: line["data"] for line in lines if line["kind"] == "rubric.frozen"},
        "entries": entries,
        "judges": labels(lines),
        "log": lines,
        "log_head": lines[-1]["hash"],
        "result": result.model_dump(include={"result_version", "places", "unplaced", "signed_at"}),
    }
    return recount.canonical({**content, "digest": recount.digest(content)})
