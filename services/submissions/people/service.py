"""What can be done with accounts, sessions and units; one function is one transaction. Tokens are made by the routes."""

import asyncio
import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from services.submissions.people import domain, repository
from services.submissions.people.domain import Account, Credentials, Role, Session, SignUp, Unit
from shared import outbox
from shared.clock import now
from shared.errors import Invalid, NotFound, TooMany
from shared.identity import Person, SignedOutBefore
from shared.ids import derived_id, new_id, new_secret
from shared.mongo import Document, Duplicate, Store, Tx
from shared.once import once

INDEXES = repository.INDEXES
# OWASP's smallest argon2id: 19 MiB, two passes. A whole district signs in on the last evening of a contest.
_PASSWORDS = PasswordHash((Argon2Hasher(time_cost=2, memory_cost=19_456, parallelism=1),))
_NOBODYS = _PASSWORDS.hash(new_secret())
"""What the password for an unknown address is compared with, so that the answer takes as long."""
_WINDOW = timedelta(minutes=15)
_FAILURES_OF_PAIR, _FAILURES_OF_ADDRESS, _FAILURES_OF_PLACE = 10, 60, 150
"""Failed sign-ins in a window: address and place together, address from anywhere, place with any address.

The pair is the tight one, so that nobody can lock somebody else out by guessing.
"""
_SIGN_UPS_OF_PLACE = 500
_SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A person who may be given a token now; `secret` is for the browser's cookie, empty when it has one."""

    account: Account
    at: datetime
    session: Session | None = None
    secret: str = ""

    @property
    def person(self) -> Person:
        """As the token tells it."""
        roles = frozenset((role.role, role.scope) for role in self.account.roles)
        return Person(self.account.id, self.account.name, roles, self.session.id[:16] if self.session else "")


async def get(tx: Tx, person_id: str) -> Account:
    """Raises NotFound."""
    return await repository.get(tx, person_id)


async def find(tx: Tx, email: str) -> Account | None:
    """The account of this address; for administrators only."""
    return await repository.find_by_email(tx, email)


async def unit(tx: Tx, unit_id: str) -> Unit:
    """Raises NotFound."""
    return await repository.unit(tx, unit_id)


async def units_on(tx: Tx, day: date) -> list[Unit]:
    """The units that exist on `day`, in Vietnamese order."""
    return await repository.units(tx, day)


async def unit_then(tx: Tx, unit_id: str, day: date) -> list[Unit]:
    """The unit, or those that took over from it, on `day`."""
    return domain.standing_for(unit_id, await repository.units(tx), day)


def signed_out_before(store: Store) -> SignedOutBefore:
    """For the gates of this service: read from the account itself, so that a change counts at once."""

    async def look(person_id: str) -> datetime | None:
        active, instant = await repository.signed_out_before(store.read, person_id)
        return instant if active else datetime.max.replace(tzinfo=UTC)

    return look


async def sign_up(store: Store, asked: SignUp, *, key: str, secret_key: str, place: str) -> Document:
    """A new entrant's account. An address that has one gets the same answer, and nothing happens.

    Raises KeyReused, TooMany.
    """
    await _count(store.read, [f"sign-up|{place}"], [_SIGN_UPS_OF_PLACE])
    asked = asked.model_copy(update={"roles": []})
    return await _open(store, asked, key=key, secret_key=secret_key, by=None)


async def create(store: Store, asked: SignUp, *, key: str, secret_key: str, by: Person) -> Document:
    """An account with roles, made by an administrator. Raises EmailTaken, KeyReused."""
    return await _open(store, asked, key=key, secret_key=secret_key, by=by)


async def _open(store: Store, asked: SignUp, *, key: str, secret_key: str, by: Person | None) -> Document:
    hashed = await asyncio.to_thread(_PASSWORDS.hash, asked.password)
    person_id = new_id()

    async def work(tx: Tx) -> Document:
        at = now()
        if asked.unit_id is not None:
            await _known_unit(tx, asked.unit_id)
        if await repository.find_by_email(tx, asked.email) is None:
            account = Account.opened(person_id, asked, hashed, at=at)
            await _publish(tx, account, by=by.id if by else person_id, at=at)
        elif by is not None:
            raise domain.EmailTaken(field="email")
        return {"person_id": person_id}

    # Only a keyed digest of the password is kept to tell two requests apart.
    mark = hmac.new(secret_key.encode(), asked.password.encode(), hashlib.sha256).hexdigest()
    body = {**asked.model_dump(mode="json"), "password": mark}
    who = by.id if by else "nobody"
    try:
        return await once(store, action="people.open", by=who, key=key, body=body, work=work)
    except Duplicate:  # somebody else opened an account for this address at this moment: now it is seen
        return await once(store, action="people.open", by=who, key=key, body=body, work=work)


async def _known_unit(tx: Tx, unit_id: str) -> None:
    try:
        await repository.unit(tx, unit_id)
    except NotFound as error:
        raise Invalid([{"field": "unit_id", "text": "Hãy chọn một đơn vị có trong danh sách."}]) from error


async def _publish(tx: Tx, account: Account, *, by: str, at: datetime) -> None:
    event = account.updated()
    await repository.save(tx, account)
    await outbox.add(tx, event, subject=account.id, seq=account.facts, by=by, time=at)


async def sign_in(store: Store, asked: Credentials, *, place: str, user_agent: str | None = None) -> SignedIn:
    """Check the password; with a `user_agent` a browser's session begins. Raises WrongCredentials, TooMany."""
    address = hashlib.sha256(asked.email.encode()).hexdigest()[:32]
    names = [f"pair|{address}|{place}", f"address|{address}", f"place|{place}"]
    limits = [_FAILURES_OF_PAIR, _FAILURES_OF_ADDRESS, _FAILURES_OF_PLACE]
    counted = await _count(store.read, names, limits)
    account = await repository.find_by_email(store.read, asked.email)
    hashed = account.password if account else _NOBODYS
    right = await asyncio.to_thread(_PASSWORDS.verify, asked.password, hashed)
    if account is None or not right or not account.active:
        raise domain.WrongCredentials
    signed_in = await _begin(store, account.id, hashed, user_agent)
    for window in counted:
        await repository.take_back_attempt(store.read, window)
    return signed_in


async def _begin(store: Store, person_id: str, hashed: str, user_agent: str | None) -> SignedIn:
    secret = new_secret() + new_secret()

    async def work(tx: Tx) -> SignedIn:
        account, at = await repository.get(tx, person_id), now()
        if not account.active or account.password != hashed:
            raise domain.WrongCredentials
        await repository.note_token(tx, account.id, at)
        if user_agent is None:
            return SignedIn(account, at)
        session = Session(
            id=_digest(secret),
            person_id=account.id,
            created_at=at,
            seen_at=at,
            expires_at=at,
            user_agent=user_agent[:200],
        )
        session.seen(at)
        await repository.save_session(tx, session)
        return SignedIn(account, at, session, secret)

    return await store.transaction(work)


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


async def renew(store: Store, secret: str) -> SignedIn | None:
    """Who this browser's session belongs to, with the roles of now; None when it is over."""

    async def work(tx: Tx) -> SignedIn | None:
        session, at = await repository.find_session(tx, _digest(secret)), now()
        if session is None or session.expires_at <= at:
            return None
        account = await repository.get(tx, session.person_id)
        if not account.active:
            return None
        session.seen(at)
        await repository.save_session(tx, session)
        await repository.note_token(tx, account.id, at)
        return SignedIn(account, at, session)

    return await store.transaction(work) if secret else None


async def sessions(store: Store, person_id: str, secret: str) -> list[tuple[Session, bool]]:
    """The browsers somebody is signed in with, each with whether it is the one that asks."""
    here, at = _digest(secret), now()
    return [(one, one.id == here) for one in await repository.sessions_of(store.read, person_id) if one.expires_at > at]


async def sign_out(store: Store, secret: str) -> None:
    """End one browser's session."""
    await repository.end_session(store.read, _digest(secret))


async def sign_out_everywhere(store: Store, person_id: str) -> None:
    """End all sessions and void all tokens, in every service."""

    async def work(tx: Tx) -> None:
        account, at = await repository.get(tx, person_id), now()
        account.sign_out_everywhere(at)
        await repository.end_sessions(tx, person_id)
        await _publish(tx, account, by=person_id, at=at)

    await store.transaction(work)


async def grant(store: Store, person_id: str, roles: Sequence[Role], *, by: Person) -> Account:
    """Give a person exactly these roles; the tokens with the old ones are void. Raises NotFound, OwnRoleKept."""

    async def work(tx: Tx) -> Account:
        # The instant is taken here: a token given out meanwhile writes the account too, so one of the two starts again.
        account, at = await repository.get(tx, person_id), now()
        account.grant(roles, by=by.id, at=at)
        await _publish(tx, account, by=by.id, at=at)
        return account

    return await store.transaction(work)


async def put_units(store: Store, units: Sequence[Unit], *, by: Person) -> int:
    """Add or change units; how many were. What is as before publishes nothing. Raises TreeBroken."""

    async def work(tx: Tx) -> int:
        before = {kept.id: kept for kept in await repository.units(tx)}
        at, changed = now(), 0
        domain.check_tree((before | {wanted.id: wanted for wanted in units}).values())
        for wanted in units:
            kept = before.get(wanted.id)
            counts = {"version": kept.version if kept else 0, "facts": kept.facts if kept else 0}
            told = wanted.model_copy(update=counts)
            if told == kept:
                continue
            event = told.updated()
            await repository.save_unit(tx, told)
            await outbox.add(tx, event, subject=told.id, seq=told.facts, by=by.id, time=at)
            changed += 1
        return changed

    return await store.transaction(work)


async def make_first_administrator(store: Store, email: str, password: str) -> None:
    """When there is no account at all, the one that gives all others their roles."""
    if await repository.anybody(store.read):
        return
    asked = SignUp(name="Quản trị hệ thống", email=email, password=password, roles=[Role(role="administrator")])
    hashed = await asyncio.to_thread(_PASSWORDS.hash, asked.password)

    async def work(tx: Tx) -> None:
        if not await repository.anybody(tx):
            account = Account.opened(derived_id("first-administrator"), asked, hashed, at=now())
            await _publish(tx, account, by=_SYSTEM, at=account.created_at)

    try:
        await store.transaction(work)
    except Duplicate:  # another process was quicker
        return


async def _count(tx: Tx, names: Sequence[str], limits: Sequence[int]) -> list[str]:
    """Count an attempt under each name in the window of now; the windows. Raises TooMany."""
    at = now()
    window = int(at.timestamp() // _WINDOW.total_seconds())
    until = datetime.fromtimestamp((window + 1) * _WINDOW.total_seconds(), UTC)
    windows = [f"{name}|{window}" for name in names]
    counts = [await repository.count_attempt(tx, one, until) for one in windows]
    if any(count > limit for count, limit in zip(counts, limits, strict=True)):
        minutes = int((until - at).total_seconds() // 60) + 1
        raise TooMany(f"Có quá nhiều lần thử. Hãy đợi {minutes} phút rồi thử lại.", retry_after=minutes * 60)
    return windows
