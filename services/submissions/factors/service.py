"""Setting up, checking and removing second factors; one function is one transaction."""

from services.submissions.credentials import service as credentials
from services.submissions.credentials.domain import News
from services.submissions.factors import domain, repository
from services.submissions.factors.domain import Factors, Overview, StaffRule
from services.submissions.passkeys import service as passkeys
from services.submissions.passkeys.domain import KnownAlready, Passkey, Site
from services.submissions.people import service as people
from services.submissions.people.domain import Account
from shared.clock import now
from shared.mongo import Duplicate, Store, Tx
from shared.sealed import seal, unseal

INDEXES = repository.INDEXES
_PURPOSE = "totp"


async def apply_rule(store: Store, rule: StaffRule) -> None:
    """Keep the setting of this site where every sign-in reads it, in the transaction that lets somebody in."""
    await repository.put_rule(store.read, rule)


async def needed(tx: Tx, account: Account) -> bool:
    """Whether this account is entered with a second factor only: it has one, or its owner is staff that must have one."""
    if (await overview(tx, account.id)).any:
        return True
    return domain.is_staff(account) and await repository.rule(tx) is StaffRule.REQUIRED


async def must_keep_one(tx: Tx, account: Account) -> bool:
    """Whether the last factor cannot be removed."""
    return domain.is_staff(account) and await repository.rule(tx) is StaffRule.REQUIRED


async def overview(tx: Tx, person_id: str) -> Overview:
    """What this person has."""
    factors, keys = await repository.of(tx, person_id), await passkeys.of(tx, person_id)
    return Overview(totp_at=factors.totp_at, codes_left=factors.codes_left, passkeys=keys)


async def begin_totp(store: Store, person_id: str, *, secret_key: str) -> str:
    """The secret to put into the app; the same for an hour, so that opening the page again does not void the first scan."""
    made = domain.new_secret()

    async def work(tx: Tx) -> str:
        factors, at = await repository.of(tx, person_id), now()
        waiting = factors.waiting(at)
        if waiting is not None:
            return _opened(waiting, person_id, secret_key)
        factors.pending, factors.pending_at = _sealed(made, person_id, secret_key), at
        await repository.save(tx, factors)
        return made

    return await store.transaction(work)


def _sealed(secret: str, person_id: str, secret_key: str) -> str:
    return seal({"secret": secret, "person": person_id}, secret_key=secret_key, purpose=_PURPOSE)


def _opened(sealed: str, person_id: str, secret_key: str) -> str:
    content = unseal(sealed, secret_key=secret_key, purpose=_PURPOSE)
    if content["person"] != person_id:
        raise ValueError("a secret of somebody else")
    return str(content["secret"])


async def confirm_totp(store: Store, person_id: str, typed: str, *, place: str, secret_key: str) -> list[str]:
    """The app is set up once it shows the right code; new backup codes unless there are some.

    Raises WrongFirstCode, SetUpOver, TooMany.
    """
    counted = await credentials.count_guess(store.read, domain.GUESSES, person_id, place)
    codes = domain.new_backup_codes()

    async def work(tx: Tx) -> list[str]:
        factors, at = await repository.of(tx, person_id), now()
        waiting = factors.waiting(at)
        if waiting is None:
            raise domain.SetUpOver
        step = domain.fitting_step(_opened(waiting, person_id, secret_key), typed, at, after=0)
        if step is None:
            raise domain.WrongFirstCode(field="code")
        factors.totp, factors.totp_at, factors.last_step = waiting, at, step
        factors.pending = factors.pending_at = None
        await repository.save(tx, factors)
        await _tell(tx, person_id, secret_key)
        return await _codes_if_none(tx, factors, codes, secret_key)

    shown = await store.transaction(work)
    await credentials.take_back(store.read, counted)
    return shown


async def _tell(tx: Tx, person_id: str, secret_key: str) -> None:
    """The owner is written to in the transaction of every change, in case it was not them."""
    await people.tell(tx, await people.get(tx, person_id), News.FACTOR, secret_key=secret_key)


async def _codes_if_none(tx: Tx, factors: Factors, codes: list[str], secret_key: str) -> list[str]:
    if factors.codes_left:
        return []
    await _keep(tx, factors.person_id, codes, secret_key)
    return codes


async def _keep(tx: Tx, person_id: str, codes: list[str], secret_key: str) -> None:
    await repository.put_codes(tx, person_id, [domain.mark(person_id, code, secret_key) for code in codes], now())


async def check(store: Store, person_id: str, typed: str, *, place: str, secret_key: str) -> str:
    """Whether `typed` is a code of the app or a backup code of this person: `totp` or `backup`. Each works once.

    Raises WrongFactor, TooMany.
    """
    counted = await credentials.count_guess(store.read, domain.GUESSES, person_id, place)
    proof = await _proof(store.read, person_id, typed, secret_key)
    if not proof:
        raise domain.WrongFactor(field="code")
    await credentials.take_back(store.read, counted)
    await credentials.know(store.read, person_id, place)
    return proof


async def _proof(tx: Tx, person_id: str, typed: str, secret_key: str) -> str:
    # Each is used up by one conditional write: of two requests with the same code one is refused.
    factors, at = await repository.of(tx, person_id), now()
    if factors.totp is not None:
        secret = _opened(factors.totp, person_id, secret_key)
        step = domain.fitting_step(secret, typed, at, after=factors.last_step)
        if step is not None:
            return "totp" if await repository.use_step(tx, person_id, factors.totp, step) else ""
    mark = domain.mark(person_id, typed, secret_key)
    return "backup" if mark and await repository.use_code(tx, person_id, mark, at) else ""


async def new_codes(store: Store, person_id: str, *, secret_key: str) -> list[str]:
    """Ten new backup codes; those before are void."""
    codes = domain.new_backup_codes()

    async def work(tx: Tx) -> None:
        await _keep(tx, person_id, codes, secret_key)
        await _tell(tx, person_id, secret_key)

    await store.transaction(work)
    return codes


async def add_passkey(  # noqa: PLR0913 - what the browser sends and where it is
    store: Store, site: Site, person_id: str, *, name: str, credential: str, browser: str, secret_key: str
) -> tuple[Passkey, list[str]]:
    """The key, and new backup codes unless there are some. Raises ChallengeOver, PasskeyRefused, KnownAlready."""
    key = await passkeys.made(store, site, person_id, name=name, credential=credential, browser=browser)
    codes = domain.new_backup_codes()

    async def work(tx: Tx) -> list[str]:
        await passkeys.keep(tx, key)
        await _tell(tx, person_id, secret_key)
        return await _codes_if_none(tx, await repository.of(tx, person_id), codes, secret_key)

    try:
        return key, await store.transaction(work)
    except Duplicate as error:
        raise KnownAlready from error


async def remove_totp(store: Store, account: Account, *, secret_key: str) -> None:
    """The app's codes open nothing any more. Raises LastFactorKept."""

    async def work(tx: Tx) -> None:
        factors = await repository.of(tx, account.id)
        factors.totp = factors.totp_at = factors.pending = factors.pending_at = None
        await repository.save(tx, factors)
        await _without(tx, account)
        await _tell(tx, account.id, secret_key)

    await store.transaction(work)


async def remove_passkey(store: Store, account: Account, key_id: str, *, secret_key: str) -> None:
    """Raises NotFound, LastFactorKept."""

    async def work(tx: Tx) -> None:
        # Written, so that of two removals at once the second sees the first.
        await repository.save(tx, await repository.of(tx, account.id))
        await passkeys.remove(tx, account.id, key_id)
        await _without(tx, account)
        await _tell(tx, account.id, secret_key)

    await store.transaction(work)


async def _without(tx: Tx, account: Account) -> None:
    left = await overview(tx, account.id)
    if left.any:
        return
    if await must_keep_one(tx, account):
        raise domain.LastFactorKept
    await repository.forget(tx, account.id)  # backup codes stand in for a factor; without one they open nothing


async def forget(tx: Tx, person_id: str) -> None:
    """All that is kept: after erasure, or when somebody lost every factor and proved who they are at the office."""
    await repository.forget(tx, person_id)
    await passkeys.forget(tx, person_id)
