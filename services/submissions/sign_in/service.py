"""Signing in and out, sessions; one function is one transaction. Tokens are made by the routes."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from services.submissions.credentials import service as credentials
from services.submissions.people import service as people
from services.submissions.people.domain import Account
from services.submissions.sign_in import domain, repository
from services.submissions.sign_in.domain import Credentials, Session
from shared.clock import now
from shared.identity import Person
from shared.ids import new_secret
from shared.mongo import Store, Tx

INDEXES = repository.INDEXES
_FAILURES_OF_PAIR, _FAILURES_OF_ADDRESS, _FAILURES_OF_PLACE = 10, 60, 150
"""Failed sign-ins in a window: address and place together, address from anywhere, place with any address.

The pair is the tight one, so that nobody can lock somebody else out by guessing.
"""


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


async def sign_in(store: Store, asked: Credentials, *, place: str, user_agent: str | None = None) -> SignedIn:
    """Check the password; with a `user_agent` a browser's session begins. Raises WrongCredentials, TooMany."""
    address = hashlib.sha256(asked.email.encode()).hexdigest()[:32]
    names = [f"pair|{address}|{place}", f"address|{address}", f"place|{place}"]
    limits = [_FAILURES_OF_PAIR, _FAILURES_OF_ADDRESS, _FAILURES_OF_PLACE]
    counted = await credentials.count(store.read, names, limits)
    account = await people.find(store.read, asked.email)
    right = await credentials.is_right(asked.password, account.password if account else None)
    if account is None or not right or not account.active:
        raise domain.WrongCredentials
    signed_in = await _begin(store, account.id, account.password, user_agent)
    await credentials.take_back(store.read, counted)
    return signed_in


async def _begin(store: Store, person_id: str, hashed: str, user_agent: str | None) -> SignedIn:
    secret = new_secret() + new_secret()

    async def work(tx: Tx) -> SignedIn:
        account, at = await people.get(tx, person_id), now()
        if not account.active or account.password != hashed:
            raise domain.WrongCredentials
        await people.note_token(tx, account.id, at)
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
