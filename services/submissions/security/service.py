"""Proving oneself anew, and whether somebody just did; one function is one transaction."""

from services.submissions.credentials import service as credentials
from services.submissions.credentials.domain import PASSWORD_GUESSES
from services.submissions.factors import service as factors
from services.submissions.passkeys import service as passkeys
from services.submissions.passkeys.domain import Site
from services.submissions.people import service as people
from services.submissions.security import domain, repository
from services.submissions.sign_in import service as sign_in
from shared.clock import now
from shared.identity import Person
from shared.mongo import Store

INDEXES = repository.INDEXES


async def require_proof(store: Store, person: Person, session_secret: str) -> None:
    """Somebody may change how they sign in when they signed in, or proved themselves anew, within ten minutes.

    Raises ProofNeeded.
    """
    if not await is_proven(store, person, session_secret):
        raise domain.ProofNeeded


async def is_proven(store: Store, person: Person, session_secret: str) -> bool:
    """Whether the owner of this session just signed in, or proved themselves anew."""
    at = now()
    own = [one for one, here in await sign_in.sessions(store, person.id, session_secret) if here]
    if not own:
        return False
    if at - own[0].created_at < domain.PROVEN_FOR:
        return True
    return await repository.is_proven(store.read, own[0].id, person.id, at)


async def prove_by_password(store: Store, person: Person, password: str, *, session_secret: str, place: str) -> None:
    """Raises WrongPassword, TooMany."""
    counted = await credentials.count_guess(store.read, PASSWORD_GUESSES, person.id, place)
    account = await people.get(store.read, person.id)
    if not await credentials.is_right(password, account.password or None):
        raise domain.WrongPassword(field="password")
    await credentials.take_back(store.read, counted)
    await _keep(store, person, session_secret)


async def prove_by_code(
    store: Store, person: Person, typed: str, *, session_secret: str, place: str, secret_key: str
) -> None:
    """With a code of the app or a backup code. Raises WrongFactor, TooMany."""
    await factors.check(store, person.id, typed, place=place, secret_key=secret_key)
    await _keep(store, person, session_secret)


async def prove_by_passkey(
    store: Store, person: Person, site: Site, *, credential: str, browser: str, session_secret: str
) -> None:
    """Raises ChallengeOver, PasskeyRefused, Copied."""
    await passkeys.prove(store, site, person.id, credential=credential, browser=browser)
    await _keep(store, person, session_secret)


async def _keep(store: Store, person: Person, session_secret: str) -> None:
    until = now() + domain.PROVEN_FOR
    for one, here in await sign_in.sessions(store, person.id, session_secret):
        if here:
            await repository.put(store.read, one.id, person.id, until)
