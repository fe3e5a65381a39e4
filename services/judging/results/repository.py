"""The collection `results`, one document for each contest and round; the published files by their digest."""

from services.judging.results.domain import Result, ResultState
from shared.errors import NotFound
from shared.mongo import Document, DriverError, Index, Store, Tx

INDEXES = (
    Index("results", (("contest_id", 1), ("round", 1)), unique=True),
    Index("results", (("slug", 1),)),
    Index("results", (("state", 1), ("published_at", -1))),
)


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


def _blob(sha256: str) -> str:
    return f"result:{sha256}"


async def keep_file(store: Store, content: bytes, sha256: str) -> None:
    """Store a file under its digest; the same file is stored once."""
    try:
        await store.get_blob(_blob(sha256))
    except DriverError:
        await store.put_blob(_blob(sha256), content, media_type="application/json")


async def file(store: Store, sha256: str) -> bytes:
    """The published bytes."""
    return await store.get_blob(_blob(sha256))
