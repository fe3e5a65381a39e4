"""The only code that touches `team_drafts`."""

from collections.abc import Sequence

from services.submissions.team_drafts.domain import Draft
from shared.mongo import Index, Tx

INDEXES = (Index("team_drafts", (("addresses", 1),)), Index("team_drafts", (("by", 1),)))


async def of_entry(tx: Tx, entry_id: str) -> Draft:
    """Nothing typed where there is none."""
    document = await tx["team_drafts"].get(entry_id)
    return Draft(id=entry_id, **document) if document else Draft(id=entry_id)


async def put(tx: Tx, draft: Draft, addresses: Sequence[str]) -> None:
    """`addresses` as accounts have them: an erasure finds them however they were typed."""
    kept = draft.model_dump(exclude={"id"}) | {"addresses": list(addresses)}
    await tx["team_drafts"].put({"_id": draft.id, **kept})


async def naming(tx: Tx, person_id: str, addresses: Sequence[str]) -> list[Draft]:
    """Those that a person wrote or that name one of these addresses."""
    where = {"$or": [{"by": person_id}, {"addresses": {"$in": list(addresses)}}]}
    return [Draft(id=one["_id"], **one) for one in await tx["team_drafts"].find(where)]


async def delete(tx: Tx, entry_id: str) -> None:
    """For good."""
    await tx["team_drafts"].delete({"_id": entry_id})
