"""The only code that touches `invitations`."""

from collections.abc import Sequence

from services.submissions.coauthors.domain import Invitation
from shared.errors import NotFound
from shared.mongo import Document, Index, Tx

INDEXES = (
    Index("invitations", (("entry_id", 1),)),
    Index("invitations", (("digest", 1),), unique=True),
    Index("invitations", (("address", 1),)),
    Index("invitations", (("person_id", 1),)),
)


def _of(document: Document) -> Invitation:
    return Invitation(id=document["_id"], **document)


async def get(tx: Tx, invitation_id: str) -> Invitation:
    """Raises NotFound."""
    document = await tx["invitations"].get(invitation_id)
    if document is None:
        raise NotFound
    return _of(document)


async def by_digest(tx: Tx, digest: str) -> Invitation | None:
    """The one whose letter has this secret."""
    document = await tx["invitations"].find_one({"digest": digest})
    return _of(document) if document else None


async def of_entry(tx: Tx, entry_id: str) -> list[Invitation]:
    """In the order in which they were made."""
    return [_of(one) for one in await tx["invitations"].find({"entry_id": entry_id}, sort=[("_id", 1)])]


async def concerning(tx: Tx, person_id: str, addresses: Sequence[str]) -> list[Invitation]:
    """Everything that was sent to these addresses or answered by this person."""
    where = {"$or": [{"person_id": person_id}, {"address": {"$in": list(addresses)}}]}
    return [_of(one) for one in await tx["invitations"].find(where, sort=[("_id", 1)])]


async def put(tx: Tx, invitation: Invitation) -> None:
    """As it is now; the version of the entry guards it, which is saved with every change."""
    await tx["invitations"].put({"_id": invitation.id, **invitation.model_dump(exclude={"id"})})


async def drop(tx: Tx, ids: Sequence[str]) -> None:
    """For good."""
    await tx["invitations"].delete({"_id": {"$in": list(ids)}})
