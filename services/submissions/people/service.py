"""What can be done with accounts and their roles; one function is one transaction."""

import hashlib
import hmac
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from services.submissions.acts import service as acts
from services.submissions.acts.domain import Kind
from services.submissions.credentials import service as credentials
from services.submissions.credentials.domain import News
from services.submissions.people import domain, repository
from services.submissions.people.domain import Account, Role, SignUp
from services.submissions.units import service as units
from shared import outbox, topics
from shared.clock import now
from shared.errors import Invalid, NotFound, Stale
from shared.identity import Person, SignedOutBefore
from shared.ids import derived_id, new_id
from shared.mongo import Document, Duplicate, Link, Store, Tx
from shared.once import once

page, count, named_like = repository.page, repository.count, repository.named_like
INDEXES = repository.INDEXES
_SYSTEM = "system"
Wanted = Callable[[Account], Sequence[Role]]
"""The roles somebody should hold, from what they hold."""


def along(field: str) -> Link:
    """The accounts that a document names in `field`, with their units, to be read along with it."""
    return Link(field, "people", (units.along("unit_id"),))


async def get(tx: Tx, person_id: str) -> Account:
    """Raises NotFound."""
    return await repository.get(tx, person_id)


async def shown(tx: Tx, person_id: str) -> Account:
    """For pages that show whose something is: also of somebody who was taken out of it."""
    try:
        return await repository.get(tx, person_id)
    except NotFound:
        return Account.nobody(person_id)


async def find(tx: Tx, email: str) -> Account | None:
    """The account of this address; for administrators only."""
    return await repository.find_by_email(tx, email)


async def find_by_phone(tx: Tx, phone: str) -> Account | None:
    """The account that confirmed this number (E.164)."""
    return await repository.find_by_phone(tx, phone)


async def find_by_address(tx: Tx, address: str) -> Account | None:
    """The account with this e-mail address or confirmed phone number."""
    return await (find(tx, address) if "@" in address else find_by_phone(tx, address))


async def tell(tx: Tx, account: Account, news: News, *, secret_key: str) -> None:
    """The owner hears what was changed in the account, where they can be reached."""
    address = account.email or (account.phone if account.phone_confirmed_at else "")
    if address:
        await credentials.tell(tx, news, address=address, name=account.name, secret_key=secret_key, at=now())


async def open_confirmed(  # noqa: PLR0913 - a sign-up has that many sides
    tx: Tx, asked: SignUp, *, hashed: str, person_id: str, email_confirmed: bool, phone_confirmed: bool, at: datetime
) -> Account:
    """An entrant's account whose owner showed that the address is theirs; `hashed` is the password's, or empty."""
    account = Account.opened(person_id, asked, hashed, at=at)
    account.email_confirmed_at = at if email_confirmed else None
    account.phone_confirmed_at = at if phone_confirmed else None
    await _publish(tx, account, by=person_id, at=at)
    return account


async def write_down(tx: Tx, account: Account, *, by: str, at: datetime) -> None:
    """An account for somebody who came with a paper: nobody has shown that its address is theirs. Raises Duplicate."""
    await _publish(tx, account, by=by, at=at)


async def set_password(tx: Tx, person_id: str, hashed: str, at: datetime) -> None:
    """Keep another hash; who was let in with the old one is for the caller to send out. Raises NotFound."""
    account = await repository.get(tx, person_id)
    account.password = hashed
    await _publish(tx, account, by=person_id, at=at)


def signed_out_before(store: Store) -> SignedOutBefore:
    """For the gates of this service: read from the account itself, so that a change counts at once."""

    async def look(person_id: str) -> datetime | None:
        active, instant = await repository.signed_out_before(store.read, person_id)
        return instant if active else datetime.max.replace(tzinfo=UTC)

    return look


async def create(store: Store, asked: SignUp, *, key: str, secret_key: str, by: Person) -> Document:
    """An account with roles, made by an administrator. Raises EmailTaken, KeyReused."""
    hashed = await credentials.hashed(asked.password)
    person_id = new_id()

    async def work(tx: Tx) -> Document:
        at = now()
        if asked.unit_id is not None:
            await _known_unit(tx, asked.unit_id)
        if await repository.find_by_email(tx, asked.email) is not None:
            raise domain.EmailTaken(field="email")
        account = Account.opened(person_id, asked, hashed, at=at)
        await _publish(tx, account, by=by.id, at=at)
        return {"person_id": person_id}

    # Only a keyed digest of the password is kept to tell two requests apart.
    mark = hmac.new(secret_key.encode(), asked.password.encode(), hashlib.sha256).hexdigest()
    body = {**asked.model_dump(mode="json"), "password": mark}
    try:
        return await once(store, action="people.open", by=by.id, key=key, body=body, work=work)
    except Duplicate:  # somebody else opened an account for this address at this moment: now it is seen
        return await once(store, action="people.open", by=by.id, key=key, body=body, work=work)


async def _known_unit(tx: Tx, unit_id: str) -> None:
    try:
        await units.get(tx, unit_id)
    except NotFound as error:
        raise Invalid([{"field": "unit_id", "text": "Hãy chọn một đơn vị có trong danh sách."}]) from error


async def _publish(tx: Tx, account: Account, *, by: str, at: datetime) -> None:
    if account.erased:  # the next fact would bring it back into every service
        raise NotFound
    event = account.updated()
    await repository.save(tx, account)
    await outbox.add(tx, event, subject=account.id, seq=account.facts, by=by, time=at)


async def note_token(tx: Tx, person_id: str, at: datetime) -> None:
    """A token is given out in this transaction: a change of roles at the same moment conflicts with it."""
    await repository.note_token(tx, person_id, at)


async def void_tokens(tx: Tx, person_id: str, *, by: str, at: datetime) -> None:
    """Every token given out so far is void in every service. Raises NotFound."""
    account = await repository.get(tx, person_id)
    account.sign_out_everywhere(at)
    await _publish(tx, account, by=by, at=at)


async def agree(tx: Tx, person_id: str, purposes: Sequence[str], *, by: str, at: datetime) -> None:
    """What the person agrees to from now on; nothing is told when it is the same. Raises NotFound."""
    account = await repository.get(tx, person_id)
    if account.consents != sorted(purposes):
        account.consents = sorted(purposes)
        await _publish(tx, account, by=by, at=at)


async def revise(tx: Tx, person_id: str, said: Document, *, version: int | None, at: datetime) -> None:
    """What its owner says about an account, as read at `version` unless that is none. Raises NotFound, Stale."""
    account = await repository.get(tx, person_id)
    if version is not None and account.version != version:
        raise Stale
    await _publish(tx, account.model_copy(update=said), by=person_id, at=at)


async def only_administrator(tx: Tx, person_id: str) -> bool:
    """Whether nobody else could give roles any more."""
    return not await repository.other_administrators(tx, person_id)


async def forget(tx: Tx, person_id: str, *, at: datetime) -> None:
    """Erase an account: the id is left, its facts go, every service learns of it. Twice is once. Raises NotFound."""
    account = await repository.get(tx, person_id)
    if not account.erased:
        left = account.forgotten(at)
        await repository.save(tx, left)
        await outbox.erase(tx, topics.PEOPLE.name, subject=left.id, seq=left.facts, time=at)


async def grant(store: Store, person_id: str, roles: Sequence[Role], *, by: Person, reason: str = "") -> Account:
    """Give a person exactly these roles; the tokens with the old ones are void.

    Raises NotFound, OwnRoleKept, LastAdministratorKept.
    """

    async def work(tx: Tx) -> Account:
        return await _set_roles(tx, person_id, Kind.ROLES_SET, lambda _: roles, reason=reason, by=by)

    return await store.transaction(work)


async def give(store: Store, person_id: str, role: Role, *, reason: str, by: Person) -> Account:
    """One role more; nothing happens when it is held already. Raises NotFound."""

    async def work(tx: Tx) -> Account:
        wanted: Wanted = lambda account: account.with_role(role)  # noqa: E731 - one expression, named for its type
        return await _set_roles(tx, person_id, Kind.ROLE_GRANTED, wanted, reason=reason, by=by)

    return await store.transaction(work)


async def take(store: Store, person_id: str, role: Role, *, reason: str, by: Person) -> Account:
    """One role less; nothing happens when it is not held. Raises NotFound, OwnRoleKept, LastAdministratorKept."""

    async def work(tx: Tx) -> Account:
        wanted: Wanted = lambda account: account.without_role(role)  # noqa: E731 - as above
        return await _set_roles(tx, person_id, Kind.ROLE_REVOKED, wanted, reason=reason, by=by)

    return await store.transaction(work)


async def _set_roles(tx: Tx, person_id: str, kind: Kind, wanted: Wanted, *, reason: str, by: Person) -> Account:
    # The instant is taken here: a token given out meanwhile writes the account too, so one of the two starts again.
    account, at = await repository.get(tx, person_id), now()
    before, was_administrator = account.held, account.has("administrator") and account.active
    account.grant(wanted(account), by=by.id, at=at)
    if set(account.held) == set(before):
        return await repository.get(tx, person_id)
    if was_administrator and not account.has("administrator"):
        await _keep_an_administrator(tx, person_id)
    await _publish(tx, account, by=by.id, at=at)
    await acts.write(tx, kind, person_id, before, account.held, reason=reason, by=by.id, at=at)
    return account


async def _keep_an_administrator(tx: Tx, person_id: str) -> None:
    if not await repository.hold_other_administrator(tx, person_id):
        raise domain.LastAdministratorKept


async def close(store: Store, person_id: str, *, reason: str, by: Person) -> Account:
    """Nobody comes in with it any more. Twice is once. Raises NotFound, OwnAccountKept, LastAdministratorKept."""

    async def work(tx: Tx) -> Account:
        account, at = await repository.get(tx, person_id), now()
        if account.active:
            account.close(by=by.id, at=at)
            if account.has("administrator"):
                await _keep_an_administrator(tx, person_id)
            await _publish(tx, account, by=by.id, at=at)
            await acts.write(tx, Kind.CLOSED, person_id, ["active"], ["closed"], reason=reason, by=by.id, at=at)
        return account

    return await store.transaction(work)


async def reopen(store: Store, person_id: str, *, reason: str, by: Person) -> Account:
    """Its owner may sign in again; old tokens stay void. Twice is once. Raises NotFound."""

    async def work(tx: Tx) -> Account:
        account, at = await repository.get(tx, person_id), now()
        if not account.active:
            account.active = True
            await _publish(tx, account, by=by.id, at=at)
            await acts.write(tx, Kind.REOPENED, person_id, ["closed"], ["active"], reason=reason, by=by.id, at=at)
        return account

    return await store.transaction(work)


async def names(tx: Tx, person_ids: Sequence[str]) -> dict[str, str]:
    """Who they are, by id; ids of nobody are left out."""
    return await repository.names(tx, person_ids)


async def make_first_administrator(store: Store, email: str, password: str) -> None:
    """When there is no account at all, the one that gives all others their roles."""
    if await repository.anybody(store.read):
        return
    asked = SignUp(name="Quản trị hệ thống", email=email, password=password, roles=[Role(role="administrator")])
    hashed = await credentials.hashed(asked.password)

    async def work(tx: Tx) -> None:
        if not await repository.anybody(tx):
            account = Account.opened(derived_id("first-administrator"), asked, hashed, at=now())
            await _publish(tx, account, by=_SYSTEM, at=account.created_at)

    try:
        await store.transaction(work)
    except Duplicate:  # another process was quicker
        return


async def make_search_keys(store: Store) -> None:
    """For accounts of a version that had none; nothing to do afterwards."""
    await repository.make_keys(store.read)
