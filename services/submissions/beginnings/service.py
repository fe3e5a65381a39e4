"""Beginning a draft, in one transaction: the contest is open, and the owner may enter it."""

from datetime import datetime

from services.submissions.contests import service as contests
from services.submissions.eligibility import domain as eligible
from services.submissions.eligibility import service as eligibility
from services.submissions.entries import service as entries
from services.submissions.entries.domain import Entry, check_open
from services.submissions.people import service as people
from services.submissions.status_links import domain as status_links
from services.submissions.texts.domain import Words
from shared.identity import Person
from shared.ids import new_id
from shared.mongo import Document, Store, Tx
from shared.once import once


async def create(  # noqa: PLR0913 - a draft has so many sources
    store: Store, contest_id: str, words: Words, *, key: str, secret_key: str, by: Person, at: datetime
) -> Document:
    """A new draft: {entry_id, version}. Raises NotFound, NotOpenYet, DeadlinePassed, NotEligible, Invalid, KeyReused."""
    entry_id = new_id()

    async def work(tx: Tx) -> Document:
        contest = await contests.get(tx, contest_id)
        check_open(contest, at)
        owner = await people.get(tx, by.id)
        entrant = await eligibility.entrant(tx, contest, owner, at)
        eligible.check_beginning(contest, words.entrant_group, entrant)
        entry = Entry(
            id=entry_id,
            contest_id=contest.id,
            owner_id=owner.id,
            author_ids=[owner.id],
            unit_id=owner.unit_id,
            status_digest=status_links.kept_as(status_links.secret(entry_id, secret_key)),
            created_at=at,
            saved_at=at,
        )
        entry.write(words, contest, at)
        await entries.publish(tx, entry, entry.begun(), by=by, at=at)
        return {"entry_id": entry.id, "version": entry.version}

    body = {"contest_id": contest_id, **words.model_dump()}
    return await once(store, action="entries.create", by=by.id, key=key, body=body, work=work)
