"""Signing in and out, sessions; one function is one transaction. Tokens are made by the routes."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from services.submissions.credentials import service as credentials
from services.submissions.credentials.domain import CODES_ISSUED, PASSWORD_GUESSES, Purpose
from services.submissions.factors import service as factors
from services.submissions.people import service as people
from services.submissions.people.domain import Account
from services.submissions.sign_in import domain, repository
from services.submissions.sign_in.domain import Credentials, Half, Session, SessionIn
from shared import identity
from shared.clock import now
from shared.identity import Person
from shared.ids import new_secret
from shared.mongo import Store, Tx

INDEXES = repository.INDEXES
_MOST_KEPT = 2_000_000
"""Signs."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who asks, before it is known who that is: the visitor's cookie, the network address, the browser's own name."""

    browser: str
    place: str
    user_agent: str | None = None


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A person who may be given a token now; `secret` is for the browser's cookie, empty when it has one."""

    account: Account
    at: datetime
    session: Session | None = None
    secret: str = ""
    kept: Sequence[tuple[str, str]] = ()
    """The form that waited for the second step (`keep`)."""

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
    counted = await credentials.count_guess(store.read, PASSWORD_GUESSES, asked.address, place)
    account = await owner_of(store.read, asked.address)
    right = await credentials.is_right(asked.password, account.password if account else None)
    if account is None or not right:
        raise domain.WrongCredentials
    admitted = await admit(
        store, account.id, user_agent=user_agent, proofs=frozenset({"password"}), password=account.password
    )
    await credentials.take_back(store.read, counted)
    await credentials.know(store.read, asked.address, place)
    return admitted


async def sign_in_with_code(store: Store, asked: SessionIn, *, place: str, secret_key: str) -> SignedIn:
    """Both steps at once, for a program: no session begins.

    Raises WrongCredentials, SecondFactorNeeded, WrongFactor, TooMany.
    """
    admitted = await sign_in(store, asked.credentials, place=place)
    if isinstance(admitted, SignedIn):
        return admitted
    if not asked.code:
        raise domain.SecondFactorNeeded
    proof = await factors.check(store, admitted.person_id, asked.code, place=place, secret_key=secret_key)
    return await finish(store, admitted.secret, user_agent=None, proof=proof)


async def owner_of(tx: Tx, address: str) -> Account | None:
    """The open account that is entered with this address: an e-mail address, or a phone number that was confirmed."""
    account = await (people.find(tx, address) if "@" in address else people.find_by_phone(tx, address))
    return account if account and account.active and ("@" in address or account.phone_confirmed_at) else None


async def ask_code(store: Store, purpose: Purpose, address: str, *, place: str, secret_key: str) -> str:
    """Send a code to whoever has an account with `address`; an id for everybody, which tells nobody apart.

    Raises TooMany.
    """
    await credentials.count_guess(store.read, CODES_ISSUED, address, place)

    async def work(tx: Tx) -> str:
        owner, at = await owner_of(tx, address), now()
        if owner is None:
            return await credentials.pretend(tx, purpose=purpose, address=address, at=at)
        return await credentials.issue(
            tx, purpose=purpose, address=address, name=owner.name, person_id=owner.id, secret_key=secret_key, at=at
        )

    return await store.transaction(work)


async def ask_again(store: Store, purpose: Purpose, code_id: str, *, place: str, secret_key: str) -> str:
    """A new code for the address that `code_id` was sent to. Raises CodeOver, TooMany."""
    code = await credentials.asked(store.read, code_id, purpose)
    return await ask_code(store, purpose, code.address, place=place, secret_key=secret_key)


async def sign_in_by_code(
    store: Store, code_id: str, typed: str, *, visitor: Visitor, secret_key: str
) -> SignedIn | HalfWay:
    """Whoever types the code that was sent gets in. Raises WrongCode, CodeOver, TooMany, WrongCredentials."""
    proof = await credentials.check(
        store, code_id, typed, purpose=Purpose.SIGN_IN, browser=visitor.browser, place=visitor.place,
        secret_key=secret_key,
    )  # fmt: skip
    if proof.person_id is None:
        raise domain.WrongCredentials
    admitted = await admit(store, proof.person_id, user_agent=visitor.user_agent, proofs=frozenset({"code"}))
    await credentials.know(store.read, proof.address, visitor.place)
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


async def keep(store: Store, half_secret: str, fields: Sequence[tuple[str, str]]) -> None:
    """The fields of a form wait for the second step; far more than any form of ours has is not kept."""
    if sum(len(name) + len(value) for name, value in fields) <= _MOST_KEPT:
        await repository.keep(store.read, _digest(half_secret), fields)


async def half_way(tx: Tx, half_secret: str) -> Account:
    """Who stands at the second step with this secret. Raises HalfWayOver."""
    return (await _half_way(tx, half_secret))[0]


async def _half_way(tx: Tx, half_secret: str) -> tuple[Account, Half]:
    half = await repository.find_half(tx, _digest(half_secret))
    if half is None or half.expires_at <= now():
        raise domain.HalfWayOver
    account = await people.get(tx, half.person_id)
    if not account.active or account.password != half.password:
        raise domain.HalfWayOver
    return account, half


async def finish(store: Store, half_secret: str, *, user_agent: str | None, proof: str) -> SignedIn:
    """The second step is done with `proof` (`totp`, `passkey`, `backup`), checked by the caller. Raises HalfWayOver."""
    secret = new_secret() + new_secret()

    async def work(tx: Tx) -> SignedIn:
        account, half = await _half_way(tx, half_secret)
        await repository.end_half(tx, half.id)
        return replace(await _begin(tx, account, secret, user_agent), kept=half.kept)

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


async def end_one(store: Store, person_id: str, beginning: str) -> None:
    """End the session whose id begins so, if it is this person's; the tokens are void and the others renew theirs."""

    async def work(tx: Tx) -> None:
        if await repository.end_one_of(tx, person_id, beginning):
            await people.void_tokens(tx, person_id, by=person_id, at=now())

    if domain.is_beginning(beginning):
        await store.transaction(work)


async def end_all(tx: Tx, person_id: str, *, but: str = "") -> None:
    """No session is left, except the browser's with the secret `but`; every token is void in every service."""
    await repository.end_sessions(tx, person_id, but=_digest(but))
    await people.void_tokens(tx, person_id, by=person_id, at=now())


async def forget(tx: Tx, person_id: str) -> None:
    """No session of an erased person is kept."""
    await repository.end_sessions(tx, person_id)


async def sign_out_everywhere(store: Store, person_id: str) -> None:
    """End all sessions and void all tokens, in every service."""
    await store.transaction(lambda tx: end_all(tx, person_id))
