"""Naming co-authors, asking them, their answers; one function is one transaction that also writes the entry."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from services.submissions.authors.domain import WHOLE
from services.submissions.coauthors import domain, repository
from services.submissions.coauthors.domain import Invitation, State, Team, Wanted
from services.submissions.contests import service as contests
from services.submissions.contests.domain import Contest
from services.submissions.credentials import service as credentials
from services.submissions.entries import service as entries
from services.submissions.entries.domain import Entry
from services.submissions.people import service as people
from services.submissions.people.domain import Account
from services.submissions.states.domain import EditingOver
from services.submissions.team_drafts import domain as typing
from services.submissions.team_drafts import service as drafts
from services.submissions.team_drafts.domain import Draft, Typed
from shared import outbox
from shared.errors import Invalid, NotFound
from shared.events.submissions import AuthorParted, CodeIssued
from shared.identity import Person
from shared.ids import new_id, new_secret
from shared.mongo import Store, Tx
from shared.sealed import seal

INDEXES = (*repository.INDEXES, *drafts.INDEXES)
# For the rooms of answering and of leaving.
get, put, by_digest, concerning, of_entry = (
    repository.get, repository.put, repository.by_digest, repository.concerning, repository.of_entry,
)  # fmt: skip
_LETTERS_IN_WINDOW = 60
_PURPOSE = "invitation"


@dataclass(frozen=True, slots=True)
class Sender:
    """Who changes what by which rights, and the key that seals letters."""

    by: Person
    secret_key: str
    at: datetime


async def team(store: Store, entry_id: str, person: Person) -> Team:
    """For every author of the entry. Raises NotFound."""
    return await _team(store.read, await entries.own(store.read, entry_id, person))


async def of(tx: Tx, entry: Entry) -> Team:
    """Everybody who is named in an entry, whoever asks."""
    return await _team(tx, entry)


async def _team(tx: Tx, entry: Entry) -> Team:
    contest, known = await contests.get(tx, entry.contest_id), await repository.of_entry(tx, entry.id)
    names = await people.names(tx, list({*entry.author_ids, *(one.person_id for one in known if one.person_id)}))
    draft = await drafts.of_entry(tx, entry.id)
    return Team(entry, contest, names, known, entry.owner_share, _most(contest, entry), draft)


def _most(contest: Contest, entry: Entry) -> int:
    sizes = [group.max_authors for group in contest.entrant_groups if entry.entrant_group in ("", group.id)]
    return min(max(sizes, default=1) - 1, typing.MOST)


async def keep_draft(store: Store, entry_id: str, typed: Typed, *, version: int, by: Person, at: datetime) -> Draft:
    """Keep what was typed without telling anybody. Raises NotFound, OwnerOnly, EditingOver, SavedElsewhere."""

    async def work(tx: Tx) -> Draft:
        found = await _team(tx, await entries.owned(tx, entry_id, by))
        if not found.entry.editable(found.contest, at):
            raise EditingOver
        drafts.check(found.draft, found.shown, typed, version)
        return await drafts.keep(tx, found.draft, typed, domain.addresses(typed.members), by=by.id, at=at)

    return await store.transaction(work)


async def discard_draft(store: Store, entry_id: str, by: Person) -> None:
    """What was typed and not sent is thrown away. Raises NotFound, OwnerOnly."""

    async def work(tx: Tx) -> None:
        await drafts.done(tx, await drafts.of_entry(tx, (await entries.owned(tx, entry_id, by)).id))

    await store.transaction(work)


async def revise(store: Store, entry_id: str, typed: Typed, *, version: int, sender: Sender) -> Team:
    """Name the co-authors anew and write to whom that concerns.

    Raises NotFound, OwnerOnly, SavedElsewhere, Invalid, TooMany, Settled, EditingOver.
    """
    await credentials.count(store.read, [f"invite|{sender.by.id}"], [_LETTERS_IN_WINDOW])

    async def work(tx: Tx) -> Team:
        entry = await entries.owned(tx, entry_id, sender.by)
        before = await _team(tx, entry)
        drafts.check(before.draft, before.shown, typed, version)
        await drafts.done(tx, before.draft)
        # Pressed twice: what is there says the same and has ids, so that nobody is asked a second time.
        await _name(tx, before, before.shown if before.draft.version != version else typed, sender)
        return await _team(tx, entry)

    return await store.transaction(work)


async def _name(tx: Tx, before: Team, typed: Typed, sender: Sender) -> None:
    entry, contest, known = before.entry, before.contest, before.invitations
    owner = await people.get(tx, entry.owner_id)
    wanted = domain.understood(typed.named, known, {owner.email, owner.phone} - {""}, before.most)
    share = WHOLE if not wanted else domain.share_of(typed.owner_share)
    if share is None:
        raise Invalid([{"field": "owner_share", "text": "Hãy ghi tỉ lệ của bạn, ví dụ 60 hoặc 33,5."}])
    gone = [one for one in known if one.id not in {row.id for row in wanted}]
    await repository.drop(tx, [one.id for one in gone])
    for row in wanted:
        await _ask(tx, entry, contest, next((one for one in known if one.id == row.id), None), row, sender)
    entry.representative_id = typed.representative_id
    await settle(tx, entry, contest, share, sender.at)
    for one in gone:
        if one.state is State.AGREED and one.person_id:
            await tell_parted(tx, entry, one.person_id, by=sender.by, at=sender.at)


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


async def tell_parted(tx: Tx, entry: Entry, person_id: str, *, by: Person, at: datetime) -> None:
    """Somebody is an author no more: they and the owner are written to, and no letter names anybody."""
    entry.facts += 1
    whose = {"entry_id": entry.id, "contest_id": entry.contest_id, "owner_id": entry.owner_id}
    event = AuthorParted(
        **whose, representative_id=entry.representative, person_id=person_id, title=entry.title,
        own_wish=by.id == person_id, handed_in=entry.revision > 0,
    )  # fmt: skip
    named = [await people.shown(tx, one) for one in [*entry.author_ids, person_id]]
    await entries.publish(tx, entry, event, by=by, at=at, authors=named)


async def settle(tx: Tx, entry: Entry, contest: Contest, owner_share: Decimal, at: datetime) -> None:
    """Write into the entry who its authors are now. Raises Settled, EditingOver."""
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
        await settle(tx, entry, contest, entry.owner_share, sender.at)

    await store.transaction(work)


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
    await drafts.forget(tx, person_id, addresses)
    for one in await repository.concerning(tx, person_id, addresses):
        if one.state is State.AGREED:
            await repository.put(tx, one.forgotten())
            continue
        await repository.drop(tx, [one.id])
        entry = await entries.get(tx, one.entry_id)
        # They never agreed, so who is an author stays, also one whom only a joined paper names.
        entry.invited = sum(kept.state is State.INVITED for kept in await repository.of_entry(tx, entry.id))
        await entries.save(tx, entry)


async def clear(tx: Tx, entry_id: str) -> None:
    """The entry is deleted or cleared of its authors: who was named in it is nobody's business any more."""
    await drafts.clear(tx, entry_id)
    await repository.drop(tx, [one.id for one in await repository.of_entry(tx, entry_id)])
