"""Adding, using, naming and removing passkeys; one function is one transaction."""

from typing import Any

from services.submissions.credentials.domain import digest
from services.submissions.passkeys import domain, repository
from services.submissions.passkeys.domain import Challenge, Passkey, Site
from shared import logs
from shared.clock import now
from shared.errors import NotFound
from shared.mongo import Store, Tx

INDEXES = repository.INDEXES
log = logs.get(__name__)


async def of(tx: Tx, person_id: str) -> list[Passkey]:
    """In the order they were added."""
    return await repository.of(tx, person_id)


async def options_to_register(
    store: Store, site: Site, person_id: str, *, name: str, address: str, browser: str
) -> dict[str, Any]:
    """What the browser needs to make a key for this person; the challenge is kept for it. Raises TooManyKeys."""
    keys = await repository.of(store.read, person_id)
    if len(keys) >= domain.MOST:
        raise domain.TooManyKeys
    options = domain.registration_options(site, person_id, name=name, address=address, keys=keys)
    await repository.pose(store.read, _challenge(options["challenge"], "register", person_id, browser))
    return options


async def options_to_assert(store: Store, site: Site, person_id: str | None, *, browser: str) -> dict[str, Any]:
    """What the browser needs to sign with a key of this person, or with any that it has for this site."""
    keys = await repository.of(store.read, person_id) if person_id else []
    options = domain.assertion_options(site, keys)
    await repository.pose(store.read, _challenge(options["challenge"], "assert", person_id, browser))
    return options


def _challenge(value: str, purpose: str, person_id: str | None, browser: str) -> Challenge:
    until = now() + domain.CHALLENGE_LIFETIME
    return Challenge(id=value, purpose=purpose, person_id=person_id, browser=digest(browser), expires_at=until)


async def made(store: Store, site: Site, person_id: str, *, name: str, credential: str, browser: str) -> Passkey:
    """The key that the browser made, to be kept. Raises ChallengeOver, PasskeyRefused."""
    _, posed = domain.challenge_of(credential)
    challenge, at = _challenge(posed, "register", person_id, browser), now()
    # Used up outside of a transaction: it stays so, whatever comes of the answer.
    if not await repository.take(store.read, challenge, at):
        raise domain.ChallengeOver
    return domain.registered(credential, challenge, site, person_id=person_id, name=name, at=at)


async def keep(tx: Tx, key: Passkey) -> None:
    """From now on it opens the account. Raises Duplicate when it is kept already, which ends the transaction."""
    await repository.add(tx, key)


async def prove(store: Store, site: Site, person_id: str | None, *, credential: str, browser: str) -> str:
    """Whose key signed the challenge: a person's id. Raises ChallengeOver, PasskeyRefused, Copied."""
    key_id, posed = domain.challenge_of(credential)
    challenge, at = _challenge(posed, "assert", person_id, browser), now()
    if not await repository.take(store.read, challenge, at):
        raise domain.ChallengeOver
    key = await repository.find(store.read, key_id)
    if key is None or person_id not in (None, key.person_id):
        raise domain.PasskeyRefused
    count = domain.signed(credential, challenge, site, key)
    if not await repository.used(store.read, key.id, count, at):
        await repository.regressed(store.read, key.id, at)
        log.warning("passkey.regressed", person_id=key.person_id, kept=key.sign_count, counted=count)
        raise domain.Copied
    return key.person_id


async def rename(store: Store, person_id: str, key_id: str, name: str) -> None:
    """Raises NotFound."""
    if not await repository.rename(store.read, person_id, key_id, name):
        raise NotFound


async def remove(tx: Tx, person_id: str, key_id: str) -> None:
    """Raises NotFound."""
    if not await repository.remove(tx, person_id, key_id):
        raise NotFound


async def forget(tx: Tx, person_id: str) -> None:
    """All that is kept of a person's keys."""
    await repository.forget(tx, person_id)
