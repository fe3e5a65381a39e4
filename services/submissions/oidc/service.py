"""To the provider and back, and what becomes of somebody it vouches for; one function is one transaction."""

from dataclasses import dataclass

from services.submissions.credentials import service as credentials
from services.submissions.credentials.domain import CODES_ISSUED, PASSWORD_GUESSES, Purpose
from services.submissions.oidc import domain, repository
from services.submissions.oidc.domain import Arrival, Flow, Identity, Proven
from services.submissions.passkeys import service as passkeys
from services.submissions.people import service as people
from services.submissions.people.domain import Account, Kind, SignUp
from services.submissions.settings import Settings
from services.submissions.sign_in import service as sign_in
from services.submissions.sign_in.domain import WrongCredentials
from services.submissions.sign_in.service import HalfWay, SignedIn, Visitor
from shared import oidc
from shared.clock import now
from shared.errors import NotFound
from shared.ids import new_id, new_secret
from shared.mongo import Duplicate, Store, Tx
from shared.oidc import Claims, Client, Question

INDEXES = repository.INDEXES


@dataclass(frozen=True, slots=True)
class Admitted:
    """Signed in, or at the second step; and where to go on to."""

    who: SignedIn | HalfWay
    ve: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """Vouched for, and something is still to be asked; the secret leads to it."""

    secret: str
    linking: bool


def client_of(settings: Settings) -> Client | None:
    """How the provider knows this site; None when there is none."""
    if not settings.oidc_issuer or not settings.oidc_client_id:
        return None
    secret = settings.oidc_client_secret.get_secret_value()
    return Client(settings.oidc_issuer, settings.oidc_client_id, secret, settings.public_url + domain.BACK)


async def begin(store: Store, client: Client, *, browser: str, ve: str, person_id: str | None = None) -> str:
    """The provider's address to go to; with `person_id` somebody wants to link. Raises ProviderAway."""
    question = oidc.new_question()
    address = await oidc.address(client, question)
    flow = Flow(
        id=domain.digest(question.state), browser=domain.digest(browser), nonce=question.nonce,
        verifier=question.verifier, ve=ve, person_id=person_id, expires_at=now() + domain.FLOW_LIFETIME,
    )  # fmt: skip
    await repository.add_flow(store.read, flow)
    return address


async def come_back(
    store: Store, client: Client, *, state: str, code: str, visitor: Visitor, person_id: str | None
) -> Admitted | Waiting:
    """Who came back with `code`. `person_id`: who is signed in here.

    Raises FlowOver, Cancelled, AccountClosed, ProviderAway, ProviderRefused, ProviderNotBelieved.
    """
    at, browser = now(), domain.digest(visitor.browser)
    # Used up before anything is asked: a second return finds nothing, whatever came of the first.
    flow = await repository.take_flow(store.read, domain.digest(state), browser, at)
    if flow is None or (flow.person_id is not None and flow.person_id != person_id):
        raise domain.FlowOver
    if not code:
        raise domain.Cancelled
    claims = await oidc.claims(client, Question(state, flow.nonce, flow.verifier), code, at)
    known = await repository.find(store.read, claims.issuer, claims.sub)
    if known is None or flow.person_id is not None:
        return await _arrive(store, claims, flow)
    who = await _admit(store, known.person_id, visitor, frozenset({"oidc"}))
    await repository.used(store.read, known.id, at)
    return Admitted(who, flow.ve)


async def _admit(
    store: Store, person_id: str, visitor: Visitor, proofs: frozenset[str], password: str | None = None
) -> SignedIn | HalfWay:
    agent = visitor.user_agent or ""
    try:
        return await sign_in.admit(store, person_id, user_agent=agent, proofs=proofs, password=password)
    except (WrongCredentials, NotFound) as error:
        raise domain.AccountClosed from error


async def _arrive(store: Store, claims: Claims, flow: Flow) -> Waiting:
    secret, email = new_secret(), domain.address_of(claims.email)
    proven = Proven.BY_PROVIDER if email and claims.email_verified else Proven.BY_NOBODY
    arrival = Arrival(
        id=domain.digest(secret), browser=flow.browser, issuer=claims.issuer, sub=claims.sub, name=claims.name[:120],
        email=email, proven=proven, ve=flow.ve, person_id=flow.person_id, expires_at=now() + domain.ARRIVAL_LIFETIME,
    )  # fmt: skip
    await repository.save_arrival(store.read, arrival)
    return Waiting(secret, linking=flow.person_id is not None)


async def view(tx: Tx, secret: str, browser: str) -> Arrival:
    """Raises ArrivalOver."""
    arrival = await repository.find_arrival(tx, domain.digest(secret), domain.digest(browser), now())
    if arrival is None:
        raise domain.ArrivalOver
    return arrival


async def owner(tx: Tx, arrival: Arrival) -> Account | None:
    """Whose account has the address that is proven to be this person's."""
    return await people.find(tx, arrival.email) if arrival.proven is not Proven.BY_NOBODY else None


async def send_code(store: Store, secret: str, address: str, *, visitor: Visitor, secret_key: str) -> None:
    """To the address the provider vouches for, else to `address`; the answer is the same whoever has it.

    Raises ArrivalOver, TooMany.
    """
    first = await view(store.read, secret, visitor.browser)
    address = first.email if first.proven is Proven.BY_PROVIDER else address
    await credentials.count_guess(store.read, CODES_ISSUED, address, visitor.place)

    async def work(tx: Tx) -> None:
        arrival, account = await view(tx, secret, visitor.browser), await people.find(tx, address)
        purpose = Purpose.SIGN_IN if account else Purpose.SIGN_UP
        arrival.code_id = await credentials.issue(
            tx, purpose=purpose, address=address, name=account.name if account else arrival.name,
            person_id=account.id if account else None, secret_key=secret_key, at=now(),
        )  # fmt: skip
        arrival.code_purpose = purpose.value
        await repository.save_arrival(tx, arrival)

    await store.transaction(work)


async def prove_by_code(store: Store, secret: str, typed: str, *, visitor: Visitor, secret_key: str) -> Admitted | None:
    """The address is theirs: linked to the account that has it and let in; None when nobody has it yet.

    Raises ArrivalOver, WrongCode, CodeOver, TooMany, LinkedElsewhere, AccountClosed.
    """
    arrival = await view(store.read, secret, visitor.browser)
    purpose = Purpose(arrival.code_purpose or Purpose.SIGN_UP)
    proof = await credentials.check(
        store, arrival.code_id, typed, purpose=purpose, browser=visitor.browser, place=visitor.place,
        secret_key=secret_key,
    )  # fmt: skip
    arrival.email, arrival.proven = proof.address, Proven.BY_CODE
    account = await people.find(store.read, proof.address)
    if account is None:
        await repository.save_arrival(store.read, arrival)
        return None
    return await _link_and_admit(store, secret, arrival, account, visitor, "code")


async def prove_by_password(store: Store, secret: str, password: str, *, visitor: Visitor) -> Admitted:
    """The owner of the account with the vouched-for address signs in to it: linked and let in.

    Raises ArrivalOver, WrongPassword, TooMany, LinkedElsewhere, AccountClosed.
    """
    arrival = await view(store.read, secret, visitor.browser)
    account = await owner(store.read, arrival)
    counted = await credentials.count_guess(store.read, PASSWORD_GUESSES, arrival.email, visitor.place)
    right = await credentials.is_right(password, account.password if account else None)
    if account is None or not right:
        raise domain.WrongPassword(field="password")
    admitted = await _link_and_admit(store, secret, arrival, account, visitor, "password")
    await credentials.take_back(store.read, counted)
    return admitted


async def _link_and_admit(
    store: Store, secret: str, arrival: Arrival, account: Account, visitor: Visitor, proof: str
) -> Admitted:
    if not account.active:
        raise domain.AccountClosed
    known = await repository.find(store.read, arrival.issuer, arrival.sub)
    if known is not None and known.person_id != account.id:
        raise domain.LinkedElsewhere
    password = account.password if proof == "password" else None
    who = await _admit(store, account.id, visitor, frozenset({"oidc", proof}), password)
    if isinstance(who, HalfWay):
        # Whoever has the password alone must not leave a lasting way in behind: linked after the second step, by a yes.
        arrival.person_id = account.id
        await repository.save_arrival(store.read, arrival)
        return Admitted(who, f"{domain.LINKING}/noi?den={secret}")
    await _link(store, arrival, account.id)
    return Admitted(who, arrival.ve)


async def _link(store: Store, arrival: Arrival, person_id: str) -> None:
    identity_id = new_id()

    async def work(tx: Tx) -> None:
        if not await repository.end_arrival(tx, arrival.id):
            raise domain.ArrivalOver
        known = await repository.find(tx, arrival.issuer, arrival.sub)
        if known is None:
            await repository.add(tx, Identity.of(identity_id, arrival, person_id, now()))
        elif known.person_id != person_id:
            raise domain.LinkedElsewhere

    try:
        await store.transaction(work)
    except Duplicate:  # linked by another tab at this moment: now it is seen
        await store.transaction(work)


async def open_account(store: Store, secret: str, *, name: str, kind: Kind, visitor: Visitor) -> Admitted:
    """A new entrant's account with the proven address, linked and let in. Raises ArrivalOver."""
    person_id, identity_id = new_id(), new_id()

    async def work(tx: Tx) -> Arrival:
        arrival, at = await view(tx, secret, visitor.browser), now()
        taken = await repository.find(tx, arrival.issuer, arrival.sub)
        if arrival.proven is Proven.BY_NOBODY or taken or await owner(tx, arrival):
            raise domain.ArrivalOver  # meanwhile somebody opened it: the next sign-in finds it
        # No password: its owner comes in from the provider, or by a code to the address.
        asked = SignUp(name=name, email=arrival.email, password=new_secret(), kind=kind)
        await people.open_confirmed(
            tx, asked, hashed="", person_id=person_id, email_confirmed=True, phone_confirmed=False, at=at
        )
        await repository.add(tx, Identity.of(identity_id, arrival, person_id, at))
        await repository.end_arrival(tx, arrival.id)
        return arrival

    try:
        arrival = await store.transaction(work)
    except Duplicate as error:
        raise domain.ArrivalOver from error
    return Admitted(await _admit(store, person_id, visitor, frozenset({"oidc"})), arrival.ve)


async def link(store: Store, secret: str, person_id: str, *, browser: str) -> None:
    """To the account of somebody who is signed in and said yes. Raises ArrivalOver, LinkedElsewhere."""
    arrival = await view(store.read, secret, browser)
    if arrival.person_id != person_id:
        raise domain.ArrivalOver
    await _link(store, arrival, person_id)


async def of(tx: Tx, person_id: str) -> list[Identity]:
    """The provider's persons that this account is linked to."""
    return await repository.of(tx, person_id)


async def unlink(store: Store, account: Account, identity_id: str, *, text_messages: bool) -> None:
    """Raises NotFound, LastWayIn."""

    async def work(tx: Tx) -> None:
        if not await repository.remove(tx, account.id, identity_id):
            raise NotFound
        left, keys = await repository.of(tx, account.id), len(await passkeys.of(tx, account.id))
        if not domain.may_unlink(account, left, passkeys=keys, text_messages=text_messages):
            raise domain.LastWayIn

    await store.transaction(work)


async def forget(tx: Tx, person_id: str, addresses: list[str]) -> None:
    """All that is kept of a person."""
    await repository.forget(tx, person_id, addresses)
