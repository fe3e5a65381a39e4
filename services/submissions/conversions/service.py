"""Taking up an offered conversion: the converted text is a new version of the draft."""

from collections.abc import Collection
from datetime import datetime

from services.submissions.entries import service as entries
from services.submissions.entries.domain import Entry
from services.submissions.histories import service as histories
from services.submissions.versions import service as versions
from services.submissions.versions.domain import How
from shared.errors import Invalid
from shared.identity import Person
from shared.mongo import Store


async def convert(
    store: Store, entry_id: str, fields: Collection[str], *, version: int, by: Person, at: datetime
) -> Entry:
    """Put the offered text into these fields. Raises NotFound, Invalid, SavedElsewhere, Settled, EditingOver."""
    entry, _ = await entries.view(store, entry_id, by)
    offers = {name: offer.text for name, offer in entry.offers().items() if name in fields}
    if not offers:
        raise Invalid([{"field": "fields", "text": "Hãy chọn ít nhất một mục cần chuyển."}])
    words = entry.saying(offers)
    made = versions.made(entry_id, words, by, at, How.CONVERTED)
    return await histories.put(store, made, version=version, by=by)
