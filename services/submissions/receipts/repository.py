"""The only code that touches `entry_news`: one document for each entry that another service told something about."""

from services.submissions.receipts.domain import Mail, News, Place
from shared.mongo import Document, Index, Tx

INDEXES = (Index("entry_news", (("contest_id", 1),)),)


def _news(document: Document) -> News:
    return News(entry_id=document["_id"], **{name: value for name, value in document.items() if name != "_id"})


async def get(tx: Tx, entry_id: str) -> News:
    """Empty when there is none."""
    document = await tx["entry_news"].get(entry_id)
    return _news(document) if document else News(entry_id=entry_id)


async def of(tx: Tx, entry_ids: list[str]) -> dict[str, News]:
    """By entry id; those without news are left out."""
    documents = await tx["entry_news"].find({"_id": {"$in": entry_ids}})
    return {document["_id"]: _news(document) for document in documents}


async def note_mail(tx: Tx, entry_id: str, delivery_id: str, mail: Mail) -> None:
    """The last thing known about one delivery."""
    await tx["entry_news"].update({"_id": entry_id}, {"$set": {f"mails.{delivery_id}": mail.model_dump()}}, upsert=True)


async def forget_mails(tx: Tx, entry_id: str) -> None:
    """What became of letters about it."""
    await tx["entry_news"].update({"_id": entry_id}, {"$unset": {"mails": ""}})


async def note_finalist(tx: Tx, entry_id: str, *, finalist: bool) -> None:
    """Whether it goes on to the final."""
    await tx["entry_news"].update({"_id": entry_id}, {"$set": {"finalist": finalist}}, upsert=True)


async def note_place(tx: Tx, entry_id: str, place: Place) -> None:
    """Its line of the published result."""
    await tx["entry_news"].update({"_id": entry_id}, {"$set": {"place": place.model_dump()}}, upsert=True)
