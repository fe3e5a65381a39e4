"""Entries with several authors, for tests of submissions."""

from decimal import Decimal
from typing import Any

from services.submissions.coauthors import service
from services.submissions.coauthors.domain import Team
from services.submissions.coauthors.service import Sender
from services.submissions.entries import service as entries
from services.submissions.entries.domain import Entry
from services.submissions.invitations import service as invitations
from services.submissions.invitations.service import Answer
from services.submissions.team_drafts.domain import Row, Typed
from shared.clock import now
from shared.identity import Person
from shared.mongo import Store
from tests.integration.submissions import entry_builders as made
from tests.integration.submissions.builders import (
    SECRET_KEY,
    a_contest,
    email_of,
    last_code,
)

LAN, MAI = email_of("lan"), email_of("mai")


async def a_team(store: Store, owner: Person, **rules: Any) -> Entry:
    """A complete draft of `owner` alone."""
    contest = await a_contest(store, **rules)
    return await made.a_draft(store, owner, contest.id)


async def name(
    store: Store, entry_id: str, owner: Person, *rows: Row, own: str = "60", representative: str = ""
) -> Team:
    """What the owner's form does."""
    version = (await service.team(store, entry_id, owner)).draft.version
    typed = Typed(owner_share=own, representative_id=representative, members=list(rows))
    return await service.revise(store, entry_id, typed, version=version, sender=Sender(owner, SECRET_KEY, now()))


async def agree(store: Store, address: str, by: Person, share: str = "40") -> str:
    """With the newest letter."""
    said = Answer(secret=await last_code(store, address), share=Decimal(share))
    return await invitations.answer(store, said, by=by, at=now())


async def a_pair(store: Store, owner: Person, other: Person, **rules: Any) -> Entry:
    """A draft of two, who share it 60 to 40."""
    draft = await a_team(store, owner, **rules)
    await name(store, draft.id, owner, Row(name="Lan", address=LAN, share="40"))
    await agree(store, LAN, other)
    return await entries.get(store.read, draft.id)
