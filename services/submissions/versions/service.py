"""Keeping the words of a draft in the transaction that changes them, and looking at what was kept."""

import hashlib
from datetime import datetime

from services.submissions.texts.domain import Words
from services.submissions.versions import repository
from services.submissions.versions.domain import MOST, How, Version
from shared.identity import Person
from shared.mongo import Tx

INDEXES = repository.INDEXES
of_entry, get = repository.of_entry, repository.get


def made(entry_id: str, words: Words, by: Person, at: datetime, how: How = How.TYPED) -> Version:
    """What a save by this person is, before it is known which version it belongs to."""
    browser = hashlib.sha256(by.session.encode()).hexdigest()[:16] if by.session else ""
    typed = words.model_dump(include=set(Words.model_fields))
    return Version(**typed, entry_id=entry_id, by=by.id, browser=browser, how=how, begun_at=at, at=at)


async def keep(tx: Tx, version: Version, before: Words, since: datetime) -> None:
    """Words took the place of `before`, saved at `since`. The same words are no version."""
    if before.same_words(version):
        return
    last = await repository.last(tx, version.entry_id)
    if last is None and any(before.prose().values()):
        # Written before anything was kept, or when the draft was begun.
        typed = before.model_dump(include=set(Words.model_fields))
        first = Version(**typed, entry_id=version.entry_id, by=version.by, begun_at=since, at=since)
        await repository.put(tx, first)
        kept = version.model_copy(update={"number": first.number + 1})
    else:
        kept = version.after(last) if last else version
    await repository.put(tx, kept)
    if kept.number > MOST and (last is None or kept.number > last.number):
        await repository.delete(tx, kept.entry_id, up_to=kept.number - MOST)


async def forget(tx: Tx, entry_id: str) -> None:
    """Nothing is left of an entry's versions."""
    await repository.delete(tx, entry_id)
