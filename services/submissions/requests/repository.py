"""The only code that touches `data_requests`."""

from services.submissions.requests.domain import OPEN, DataRequest
from shared.errors import NotFound
from shared.mongo import Document, Index, Tx

INDEXES = (
    Index("data_requests", (("person_id", 1), ("received_at", -1))),
    Index("data_requests", (("state", 1), ("due_at", 1))),
)
_OPEN: Document = {"state": {"$in": sorted(OPEN)}}


def _request(document: Document) -> DataRequest:
    return DataRequest(id=document["_id"], **document)


async def get(tx: Tx, request_id: str) -> DataRequest:
    """Raises NotFound."""
    document = await tx["data_requests"].get(request_id)
    if document is None:
        raise NotFound
    return _request(document)


async def of_person(tx: Tx, person_id: str) -> list[DataRequest]:
    """The newest first."""
    found = await tx["data_requests"].find({"person_id": person_id}, sort=[("received_at", -1)])
    return [_request(one) for one in found]


async def open_of(tx: Tx, person_id: str) -> int:
    """How many wait for an answer."""
    return await tx["data_requests"].count({"person_id": person_id, **_OPEN})


async def listed(tx: Tx, *, open_only: bool, skip: int, limit: int) -> tuple[list[DataRequest], int]:
    """Those that are due first come first; and how many there are in all."""
    where = _OPEN if open_only else {}
    sort = [("due_at", 1)] if open_only else [("received_at", -1)]
    found = await tx["data_requests"].find(where, sort=[*sort, ("_id", 1)], skip=skip, limit=limit)
    return [_request(one) for one in found], await tx["data_requests"].count(where)


async def save(tx: Tx, request: DataRequest) -> None:
    """Raises Stale."""
    document = {"_id": request.id, **request.model_dump(exclude={"id"})}
    await tx["data_requests"].save(document)
    request.version = document["version"]
