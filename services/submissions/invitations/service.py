"""Answering an invitation: found by the secret of a letter, or signed in with the address it went to."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from services.submissions.coauthors import domain
from services.submissions.coauthors import service as coauthors
from services.submissions.coauthors.domain import Invitation, State
from services.submissions.contests import service as contests
from services.submissions.contests.domain import Contest
from services.submissions.entries import service as entries
from services.submissions.people import service as people
from shared.errors import NotFound
from shared.identity import Person
from shared.mongo import Store, Tx


@dataclass(frozen=True, slots=True)
class Asked:
    """What an invited person is shown: no word of the text but the title."""

    invitation: Invitation
    title: str
    contest: Contest
    owner: str


async def by_secret(store: Store, secret: str, at: datetime) -> Asked:
    """For whoever holds the letter. Raises InvitationOver."""
    return await _asked(store.read, await _found(store.read, secret, at))


async def _found(tx: Tx, secret: str, at: datetime) -> Invitation:
    invitation = await coauthors.by_digest(tx, domain.kept_as(secret))
    if invitation is None:
        raise domain.InvitationOver
    invitation.check_open(at)
    return invitation


async def _asked(tx: Tx, invitation: Invitation) -> Asked:
    entry = await entries.get(tx, invitation.entry_id)
    contest = await contests.get(tx, entry.contest_id)
    owner = await people.shown(tx, entry.owner_id)
    return Asked(invitation, entry.title, contest, owner.name)


async def answered_by(store: Store, secret: str, person: Person) -> Invitation | None:
    """The invitation that this person has answered with this secret: a second click finds what the first one did."""
    invitation = await coauthors.by_digest(store.read, domain.kept_as(secret))
    done = invitation is not None and invitation.person_id == person.id and invitation.state is not State.INVITED
    return invitation if done else None


async def waiting(store: Store, person: Person, at: datetime) -> list[Asked]:
    """What waits for a signed-in person's answer, by their confirmed addresses."""
    account = await people.get(store.read, person.id)
    phone = account.phone if account.phone_confirmed_at else ""
    found = await coauthors.concerning(store.read, person.id, [one for one in (account.email, phone) if one])
    return [await _asked(store.read, one) for one in found if one.state_at(at) is State.INVITED]


async def for_person(store: Store, invitation_id: str, person: Person, at: datetime) -> Asked:
    """One that waits for this person. Raises NotFound, InvitationOver."""
    return await _asked(store.read, await _for_account(store.read, invitation_id, person, at))


async def _for_account(tx: Tx, invitation_id: str, person: Person, at: datetime) -> Invitation:
    invitation = await coauthors.get(tx, invitation_id)
    if not invitation.is_for(await people.get(tx, person.id)):
        raise NotFound
    invitation.check_open(at)
    return invitation


@dataclass(frozen=True, slots=True)
class Answer:
    """What somebody says to an invitation, found by the secret of its letter or by its id for the account it is for."""

    secret: str = ""
    invitation_id: str = ""
    share: Decimal | None = None
    """What was agreed to, as it was shown; None declines."""
    reason: str = ""


async def _given(tx: Tx, said: Answer, by: Person) -> Invitation | None:
    """The invitation to which this person has said just this before."""
    if said.secret:
        found = await coauthors.by_digest(tx, domain.kept_as(said.secret))
    else:
        found = await coauthors.get(tx, said.invitation_id)
    if found is None or found.person_id != by.id:
        return None
    agreed = found.state is State.AGREED and found.share == said.share
    return found if agreed or (said.share is None and found.state is State.DECLINED) else None


async def answer(store: Store, said: Answer, *, by: Person, at: datetime) -> str:
    """Agree or decline; the entry's id. The same answer again is the first one, told once more.

    Raises NotFound, InvitationOver, ShareChanged, AlreadyAuthor, ReasonMissing.
    """

    async def work(tx: Tx) -> str:
        if given := await _given(tx, said, by):
            return given.entry_id
        if said.secret:
            invitation = await _found(tx, said.secret, at)
        else:
            invitation = await _for_account(tx, said.invitation_id, by, at)
        entry = await entries.get(tx, invitation.entry_id)
        if by.id in entry.author_ids:
            raise domain.AlreadyAuthor
        if said.share is None:
            invitation.decline(by.id, said.reason, at)
        else:
            invitation.agree(by.id, said.share, at)
        await coauthors.put(tx, invitation)
        await coauthors.settle(tx, entry, await contests.get(tx, entry.contest_id), entry.owner_share, at)
        return entry.id

    return await store.transaction(work)
