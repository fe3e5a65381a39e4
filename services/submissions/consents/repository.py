"""The only code that touches `consents`."""

from services.submissions.consents.domain import Consent
from shared.mongo import Index, Tx

INDEXES = (Index("consents", (("person_id", 1), ("at", 1))),)


async def add(tx: Tx, line: Consent) -> None:
    """One more line."""
    await tx["consents"].insert({"_id": line.id, **line.model_dump(exclude={"id"})})


async def history(tx: Tx, person_id: str) -> list[Consent]:
    """A person's lines, the oldest first."""
    found = await tx["consents"].find({"person_id": person_id}, sort=[("at", 1), ("_id", 1)])
    return [Consent(id=one["_id"], **one) for one in found]


async def delete(tx: Tx, person_id: str) -> None:
    """All of a person."""
    await tx["consents"].delete({"person_id": person_id})
