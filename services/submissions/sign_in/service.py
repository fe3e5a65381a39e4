"""Signing in and out, sessions; one function is one transaction. Tokens are made by the routes."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.submissions.credentials import service as credentials
from services.submissions.credentials.domain import PASSWORD_GUESSES
from services.submissions.factors import service as factors
from services.submissions.people import service as people
from services.submissions.people.domain import Account
from services.submissions.sign_in import domain, repository
from services.submissions.sign_in.domain import Credentials, Half, Session
from shared import identity
from shared.clock import now
from shared.identity import Person
from shared.ids import new_secret
from shared.mongo import Store, Tx

INDEXES = repository.INDEXES


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

    def token(self, private_key: str, lifetime: timedelta = identity.TOKEN_LIFETIME) -> str:
        """An identity token signed with the key that only this service has (Ed25519, PEM)."""
        return identity.issue(self.person, private_key, at=self.at, lifetime=lifetime)


@dataclass(frozen=True, slots=True)
class HalfWay:
    """The first step is done; `secret` is for the browser's cookie of the second."""

    person_id: str
    secret: str


async def sign_in(store: Store, asked: Credentials, *, place: str, user_agent: str | None = None) -> SignedIn | HalfWay:
    """Check the password; with a `user_agent` a browser's session begins. Raises WrongCredentials, TooMany."""
    counted = await credentials.count_guess(store.read, PASSWORD_GUESSES, asked.email, place)
    account = await people.find(store.read, asked.email)
    right = await credentials.is_right(asked.password, account.password if account else None)
    if account is None or not right or not account.active:
        raise domain.WrongCredentials
    admitted = await admit(
        store, account.id, user_agent=user_agent, proofs=frozenset({"password"}), password=account.password
    )
    await credentials.take_back(store.read, counted)
    await credentials.know(store.read, asked.email, place)
    return admitted


async def admit(
    store: Store, person_id: str, *, user_agent: str | None, proofs: frozenset[str], password: str | None = None
) -> SignedIn | HalfWay:
    """Let somebody in who proved who they are: the only place where sessions begin.

    `proofs`: `password`, `code`, `oidc`, `passkey`, `totp`; the last two are second factors. When the account needs
    one and there is none, only the first step is done. `password`: the hash that was checked; when it is no longer the
    account's, WrongCredentials is raised, as for a closed account. Without a `user_agent` no session begins.
    """
    secret = new_secret() + new_secret()

    async def work(tx: Tx) -> SignedIn | HalfWay:
        account = await people.get(tx, person_id)
        if not account.active or (password is not None and account.password != password):
            raise domain.WrongCredentials
        if domain.SECOND_FACTORS.isdisjoint(proofs) and await factors.needed(tx, account):
            ends, first = now() + domain.HALF_LIFETIME, sorted(proofs)
            half = Half(
                id=_digest(secret), person_id=account.id, password=account.password, proofs=first, expires_at=ends
            )
            await repository.save_half(tx, half)
            return HalfWay(account.id, secret)
        return await _begin(tx, account, secret, user_agent)

    return await store.transaction(work)


async def _begin(tx: Tx, account: Account, secret: str, user_agent: str | None) -> SignedIn:
    at = now()
    await people.note_token(tx, account.id, at)
    if user_agent is None:
        return SignedIn(account, at)
    session = Session(
        id=_digest(secret), person_id=account.id, created_at=at, seen_at=at, expires_at=at, user_agent=user_agent[:200]
    )
    session.seen(at)
    await repository.save_session(tx, session)
    return SignedIn(account, at, session, secret)


async def half_way(tx: Tx, half_secret: str) -> Account:
    """Who stands at the second step with this secret. Raises HalfWayOver."""
    half = await repository.find_half(tx, _digest(half_secret))
    if half is None or half.expires_at <= now():
        raise domain.HalfWayOver
    account = await people.get(tx, half.person_id)
    if not account.active or account.password != half.password:
        raise domain.HalfWayOver
    return account


async def finish(store: Store, half_secret: str, *, user_agent: str | None, proof: str) -> SignedIn:
    """The second step is done with `proof` (`totp`, `passkey`, `backup`), checked by the caller. Raises HalfWayOver."""
    secret = new_secret() + new_secret()

    async def work(tx: Tx) -> SignedIn:
        account = await half_way(tx, half_secret)
        await repository.end_half(tx, _digest(half_secret))
        return await _begin(tx, account, secret, user_agent)

    if proof not in domain.SECOND_FACTORS:
        raise ValueError(f"{proof} is no second factor")
    return await store.transaction(work)


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


async def renew(store: Store, secret: str) -> SignedIn | None:
    """Who this browser's session belongs to, with the roles of now; None when it is over."""

    async def work(tx: Tx) -> SignedIn | None:
        session, at = await repository.find_session(tx, _digest(secret)), now()
        if session is None or session.expires_at <= at:
            return None
        account = await people.get(tx, session.person_id)
        if not account.active:
            return None
        session.seen(at)
        await repository.save_session(tx, session)
        await people.note_token(tx, account.id, at)
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
        await repository.end_sessions(tx, person_id)
        await people.void_tokens(tx, person_id, by=person_id, at=now())

    await store.transaction(work)
