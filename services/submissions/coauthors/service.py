"""Naming co-authors, asking them, their answers; one function is one transaction that also writes the entry."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from services.submissions.authors.domain import WHOLE
from services.submissions.coauthors import domain, repository
from services.submissions.coauthors.domain import Invitation, Row, State, Wanted
from services.submissions.contests import service as contests
from services.submissions.contests.domain import Contest
from services.submissions.credentials import service as credentials
from services.submissions.entries import service as entries
from services.submissions.entries.domain import Entry
from services.submissions.people import service as people
from services.submissions.people.domain import Account
from shared import outbox
from shared.errors import Invalid, NotFound, Stale
from shared.events.submissions import CodeIssued
from shared.identity import Person
from shared.ids import new_id, new_secret
from shared.mongo import Store, Tx
from shared.sealed import seal

INDEXES = repository.INDEXES
_LETTERS_IN_WINDOW = 60
_PURPOSE = "invitation"


@dataclass(frozen=True, slots=True)
class Team:
    """An entry with everybody who is named in it."""

    entry: Entry
    contest: Contest
    names: dict[str, str]
    """Of the authors, by id."""
    invitations: list[Invitation]
    owner_share: Decimal
    most: int
    """How many co-authors there may be."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What an invited person is shown: no word of the text but the title."""

    invitation: Invitation
    title: str
    contest: Contest
    owner: str


@dataclass(frozen=True, slots=True)
class Sender:
    """Who changes what by which rights, and the key that seals letters."""

    by: Person
    secret_key: str
    at: datetime


async def team(store: Store, entry_id: str, person: Person) -> Team:
    """For every author of the entry. Raises NotFound."""
    return await _team(store.read, await entries.own(store.read, entry_id, person))


async def _team(tx: Tx, entry: Entry) -> Team:
    contest, known = await contests.get(tx, entry.contest_id), await repository.of_entry(tx, entry.id)
    names = await people.names(tx, list({*entry.author_ids, *(one.person_id for one in known if one.person_id)}))
    return Team(entry, contest, names, known, _owner_share(entry), _most(contest, entry))


def _owner_share(entry: Entry) -> Decimal:
    return entry.shares.get(entry.owner_id, WHOLE)


def _most(contest: Contest, entry: Entry) -> int:
    sizes = [group.max_authors for group in contest.entrant_groups if entry.entrant_group in ("", group.id)]
    return min(max(sizes, default=1) - 1, domain.MOST)


async def revise(  # noqa: PLR0913 - a page has so many fields
    store: Store,
    entry_id: str,
    rows: Sequence[Row],
    owner_share: str,
    representative: str,
    *,
    version: int,
    sender: Sender,
) -> Team:
    """Name the co-authors anew and write to whom that concerns.

    Raises NotFound, OwnerOnly, Stale, Invalid, TooMany, Settled, EditingOver.
    """
    await credentials.count(store.read, [f"invite|{sender.by.id}"], [_LETTERS_IN_WINDOW])

    async def work(tx: Tx) -> Team:
        entry = await entries.owned(tx, entry_id, sender.by)
        if entry.version != version:
            raise Stale
        contest, known = await contests.get(tx, entry.contest_id), await repository.of_entry(tx, entry_id)
        owner = await people.get(tx, entry.owner_id)
        wanted = domain.understood(rows, known, {owner.email, owner.phone} - {""}, _most(contest, entry))
        share = WHOLE if not wanted else domain.share_of(owner_share)
        if share is None:
            raise Invalid([{"field": "owner_share", "text": "Hãy ghi tỉ lệ của bạn, ví dụ 60 hoặc 33,5."}])
        await repository.drop(tx, [one.id for one in known if one.id not in {row.id for row in wanted}])
        for row in wanted:
            await _ask(tx, entry, contest, next((one for one in known if one.id == row.id), None), row, sender)
        entry.representative_id = representative
        await _settle(tx, entry, contest, share, sender.at)
        return await _team(tx, entry)

    return await store.transaction(work)


async def _ask(tx: Tx, entry: Entry, contest: Contest, there: Invitation | None, row: Wanted, sender: Sender) -> None:
    """Write the row down; a letter goes out where somebody has not been asked this before."""
    at, secret = sender.at, new_secret()
    asks = there is None or domain.must_ask(there, row)
    if there is None:
        there = Invitation(
            id=new_id(), entry_id=entry.id, name=row.name, address=row.address, share=row.share, digest="",
            sent_at=at, expires_at=at,
        )  # fmt: skip
    elif asks:
        there.asked_again = there.state is State.AGREED
        there.person_id = there.person_id if there.asked_again else None
    there.name, there.address, there.share = row.name, row.address, row.share
    if asks:
        await _send(tx, there, contest, secret, sender)
    await repository.put(tx, there)


async def _send(tx: Tx, invitation: Invitation, contest: Contest, secret: str, sender: Sender) -> None:
    invitation.send(secret, sender.at, contest.timetable.closes_at)
    if not invitation.address:  # the account was erased, and with it every way to reach somebody
        return
    # No name travels: an owner's is free text that would be mailed to any address they type.
    sealed = seal({"address": invitation.address, "code": secret}, secret_key=sender.secret_key, purpose="codes")
    channel = "email" if "@" in invitation.address else "sms"
    code_id, until = new_id(), invitation.expires_at
    event = CodeIssued(code_id=code_id, purpose=_PURPOSE, channel=channel, sealed=sealed, expires_at=until)
    await outbox.add(tx, event, subject=code_id, seq=1, by="system", time=sender.at)


async def _settle(tx: Tx, entry: Entry, contest: Contest, owner_share: Decimal, at: datetime) -> None:
    """Write into the entry who its authors are now."""
    known = await repository.of_entry(tx, entry.id)
    waiting = sum(one.state is State.INVITED for one in known)
    entry.rename_authors(domain.shares(entry.owner_id, owner_share, known), waiting, contest, at)
    await entries.save(tx, entry)


async def send_again(store: Store, entry_id: str, invitation_id: str, *, sender: Sender) -> None:
    """A new letter to somebody who declined, let it lapse, or lost it. Raises NotFound, OwnerOnly, TooMany."""
    await credentials.count(store.read, [f"invite|{sender.by.id}"], [_LETTERS_IN_WINDOW])

    async def work(tx: Tx) -> None:
        entry = await entries.owned(tx, entry_id, sender.by)
        invitation = await repository.get(tx, invitation_id)
        if invitation.entry_id != entry_id or invitation.state is State.AGREED:
            raise NotFound
        contest = await contests.get(tx, entry.contest_id)
        await _send(tx, invitation, contest, new_secret(), sender)
        await repository.put(tx, invitation)
        await _settle(tx, entry, contest, _owner_share(entry), sender.at)

    await store.transaction(work)


async def by_secret(store: Store, secret: str, at: datetime) -> Asked:
    """For whoever holds the letter. Raises InvitationOver."""
    return await _asked(store.read, await _found(store.read, secret, at))


async def _found(tx: Tx, secret: str, at: datetime) -> Invitation:
    invitation = await repository.by_digest(tx, domain.kept_as(secret))
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
    invitation = await repository.by_digest(store.read, domain.kept_as(secret))
    done = invitation is not None and invitation.person_id == person.id and invitation.state is not State.INVITED
    return invitation if done else None


async def waiting(store: Store, person: Person, at: datetime) -> list[Asked]:
    """What waits for a signed-in person's answer, by their confirmed addresses."""
    account = await people.get(store.read, person.id)
    phone = account.phone if account.phone_confirmed_at else ""
    found = await repository.concerning(store.read, person.id, [one for one in (account.email, phone) if one])
    return [await _asked(store.read, one) for one in found if one.state_at(at) is State.INVITED]


async def for_person(store: Store, invitation_id: str, person: Person, at: datetime) -> Asked:
    """One that waits for this person. Raises NotFound, InvitationOver."""
    return await _asked(store.read, await _for_account(store.read, invitation_id, person, at))


async def _for_account(tx: Tx, invitation_id: str, person: Person, at: datetime) -> Invitation:
    invitation = await repository.get(tx, invitation_id)
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


async def answer(store: Store, said: Answer, *, by: Person, at: datetime) -> str:
    """Agree or decline; the entry's id. Raises NotFound, InvitationOver, ShareChanged, AlreadyAuthor, ReasonMissing."""

    async def work(tx: Tx) -> str:
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
        await repository.put(tx, invitation)
        await _settle(tx, entry, await contests.get(tx, entry.contest_id), _owner_share(entry), at)
        return entry.id

    return await store.transaction(work)


async def authors(
    tx: Tx, author_ids: Sequence[str], shares: dict[str, Decimal]
) -> list[tuple[Account, Decimal | None]]:
    """Everybody behind an entry with their share; somebody alone has none."""
    return [(await people.shown(tx, one), shares.get(one)) for one in author_ids]


async def about(tx: Tx, account: Account) -> list[Invitation]:
    """Everything kept about somebody's invitations."""
    return await repository.concerning(tx, account.id, [one for one in (account.email, account.phone) if one])


async def forget(tx: Tx, person_id: str, addresses: Sequence[str]) -> None:
    """Somebody is erased: what waits for them goes, where they agreed the share stays without name and contact."""
    for one in await repository.concerning(tx, person_id, addresses):
        if one.state is State.AGREED:
            await repository.put(tx, one.forgotten())
            continue
        await repository.drop(tx, [one.id])
        entry = await entries.get(tx, one.entry_id)
        known = await repository.of_entry(tx, entry.id)
        entry.name_authors(
            domain.shares(entry.owner_id, _owner_share(entry), known),
            sum(kept.state is State.INVITED for kept in known),
        )
        await entries.save(tx, entry)


async def clear(tx: Tx, entry_id: str) -> None:
    """The entry is deleted or cleared of its authors: who was named in it is nobody's business any more."""
    await repository.drop(tx, [one.id for one in await repository.of_entry(tx, entry_id)])
