"""Contacts, contests and entries as notifications knows them."""

from datetime import datetime
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from shared.events.submissions import ContestPublished, Role

ContestCopy = ContestPublished
"""The contest as it was last published."""


class EntryState(StrEnum):
    """Where an entry stands."""

    DRAFT = "draft"
    """Begun, never handed in."""
    SUBMITTED = "submitted"
    RETURNED = "returned"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class _Copy(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class Contact(_Copy):
    """How a person is called and reached; the latest state of the account."""

    id: str
    name: str
    email: str = ""
    active: bool = True
    roles: list[Role] = []
    signed_out_before: datetime | None = None
    erased: bool = False
    """Nothing is left but the id, so that nobody waits for an address and tokens given out before are void."""


class EntryCopy(_Copy):
    """An entry: whose it is and, once it was handed in, its title and receipt code."""

    id: str
    contest_id: str
    owner_id: str
    """The author whom letters go to: the owner, or whom a group named as its representative."""
    title: str = ""
    receipt: str = ""
    state: EntryState
    begun_at: datetime | None = None
    accepted_at: datetime | None = None
