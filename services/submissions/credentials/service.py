"""Hashing and checking passwords off the event loop; issuing and checking one-time codes; counting attempts."""

import asyncio
from collections.abc import Sequence
from datetime import datetime

from services.submissions.credentials import domain, repository
from services.submissions.credentials.domain import Channel, Code, Limits, News, Proof, Purpose
from shared import outbox
from shared.clock import now
from shared.errors import TooMany
from shared.events.submissions import CodeIssued
from shared.ids import new_id
from shared.mongo import Store, Tx
from shared.sealed import seal

INDEXES = repository.INDEXES
_SYSTEM = "system"


async def hashed(password: str) -> str:
    """The argon2 hash of a password."""
    return await asyncio.to_thread(domain.PASSWORDS.hash, password)


async def is_right(password: str, kept: str | None) -> bool:
    """Whether `password` fits the kept hash; without one the answer takes as long and is no."""
    right = await asyncio.to_thread(domain.PASSWORDS.verify, password, kept or domain.NOBODYS)
    return right and bool(kept)


async def count(tx: Tx, names: Sequence[str], limits: Sequence[int]) -> list[str]:
    """Count an attempt under each name in the window of now, the narrowest first; the windows. Raises TooMany.

    Outside of a transaction, so that it stays counted whatever comes of the attempt.
    """
    at = now()
    windows = [_window(name, at) for name in names]
    await _count(tx, dict(zip(windows, limits, strict=True)), await repository.attempts(tx, windows), at)
    return windows


async def count_guess(tx: Tx, limits: Limits, address: str, place: str, *, narrow: bool = False) -> list[str]:
    """Count one attempt at what `address` stands for, made from `place`; the windows. Raises TooMany.

    `narrow`: only this address from this place.
    """
    at, place, who = now(), domain.place_of(place), domain.digest(address)
    pair, known = _window(f"{limits.what}|pair|{who}|{place}", at), _known(address, place)
    anywhere, anybody = _window(f"{limits.what}|address|{who}", at), _window(f"{limits.what}|place|{place}", at)
    before = await repository.attempts(tx, [pair, known, anywhere, anybody])
    if narrow or known in before:
        most = {pair: limits.pair}
    elif before.get(anywhere, 0) < limits.address:
        most = {pair: limits.pair, anywhere: limits.address, anybody: limits.place}
    else:  # guessed at from many places: a new place gets a few tries, so that its owner is not locked out
        most = {pair: limits.few, anybody: limits.place}
    await _count(tx, most, before, at)
    return list(most)


def _window(name: str, at: datetime) -> str:
    return f"{name}|{domain.window_of(at)[0]}"


async def _count(tx: Tx, most: dict[str, int], before: dict[str, int], at: datetime) -> None:
    # What is refused is not counted further on: who guesses on after the narrow limit does not use up the wide ones.
    until = domain.window_of(at)[1]
    if any(before.get(window, 0) >= limit for window, limit in most.items()):
        raise _too_many(at, until)
    counted: list[str] = []
    for window, limit in most.items():
        counted.append(window)
        if await repository.count_attempt(tx, window, until) > limit:
            await take_back(tx, counted)
            raise _too_many(at, until)


def _too_many(at: datetime, until: datetime) -> TooMany:
    minutes = int((until - at).total_seconds() // 60) + 1
    return TooMany(f"Có quá nhiều lần thử. Hãy đợi {minutes} phút rồi thử lại.", retry_after=minutes * 60)


async def take_back(tx: Tx, windows: Sequence[str]) -> None:
    """They were no misuse."""
    for window in windows:
        await repository.take_back_attempt(tx, window)


def _known(address: str, place: str) -> str:
    return f"known|{domain.digest(address, place)}"


async def know(tx: Tx, address: str, place: str) -> None:
    """The owner of `address` got in from `place`: what strangers do no longer closes the door for them there."""
    await repository.remember(tx, _known(address, domain.place_of(place)), now() + domain.KNOWN_FOR)


async def issue(  # noqa: PLR0913 - a code has that many sides
    tx: Tx, *, purpose: Purpose, address: str, name: str, person_id: str | None, secret_key: str, at: datetime
) -> str:
    """A new code for `address` (e-mail or E.164), on its way once the transaction is through; its id."""
    code, digits = _code(purpose, address, person_id, at), domain.new_digits()
    code.mark = domain.mark(code.id, digits, secret_key)
    await repository.add_code(tx, code)
    sealed = seal({"address": address, "code": digits, "name": name}, secret_key=secret_key, purpose="codes")
    await _announce(tx, code, purpose.value, sealed, at)
    return code.id


async def tell(tx: Tx, news: News, *, address: str, name: str, secret_key: str, at: datetime) -> None:
    """The owner of an account hears what was just changed in it."""
    sealed = seal({"address": address, "code": "", "name": name}, secret_key=secret_key, purpose="codes")
    news_id, channel = new_id(), domain.channel_of(address).value
    until = at + domain.NEWS_LIFETIME
    event = CodeIssued(code_id=news_id, purpose=news.value, channel=channel, sealed=sealed, expires_at=until)
    await outbox.add(tx, event, subject=news_id, seq=1, by=_SYSTEM, time=at)


async def tell_owner(
    tx: Tx, *, address: str, name: str, secret_key: str, at: datetime, purpose: Purpose = Purpose.SIGN_UP
) -> str:
    """For a sign-up, or a new address, with one that has an account: its owner is told, no code opens anything; an id."""
    code = _code(purpose, address, None, at)
    await repository.add_code(tx, code)
    sealed = seal({"address": address, "code": "", "name": name}, secret_key=secret_key, purpose="codes")
    await _announce(tx, code, "known", sealed, at)
    return code.id


async def pretend(tx: Tx, *, purpose: Purpose, address: str, at: datetime) -> str:
    """For an address that nobody has: an id that looks and behaves as any other, and nobody is written to."""
    code = _code(purpose, address, None, at)
    await repository.add_code(tx, code)
    await repository.add_code(tx, _code(purpose, address, None, at))  # takes the time that announcing takes
    return code.id


def _code(purpose: Purpose, address: str, person_id: str | None, at: datetime) -> Code:
    return Code(
        id=new_id(),
        purpose=purpose,
        channel=domain.channel_of(address),
        address=address,
        person_id=person_id,
        mark="",
        expires_at=at + domain.CODE_LIFETIME,
    )


async def _announce(tx: Tx, code: Code, purpose: str, sealed: str, at: datetime) -> None:
    expires_at, channel = code.expires_at, code.channel.value
    event = CodeIssued(code_id=code.id, purpose=purpose, channel=channel, sealed=sealed, expires_at=expires_at)
    await outbox.add(tx, event, subject=code.id, seq=1, by=_SYSTEM, time=at)


async def asked(tx: Tx, code_id: str, purpose: Purpose) -> Code:
    """The code with this id, whether or not it can still be used. Raises CodeOver."""
    code = await repository.find_code(tx, code_id)
    if code is None or code.purpose != purpose:
        raise domain.CodeOver
    return code


async def check(  # noqa: PLR0913 - a guess has that many sides
    store: Store, code_id: str, typed: str, *, purpose: Purpose, browser: str, place: str, secret_key: str
) -> Proof:
    """What the code `typed` proves. It works once; in the browser that used it a double click still finds it right.

    Raises WrongCode, CodeOver, TooMany. `browser` names the visitor, `place` where the request comes from.
    """
    tx, at, browser = store.read, now(), domain.digest(browser)
    code = await repository.find_code(tx, code_id)
    if code is None or code.purpose != purpose or code.expires_at <= at:
        await count(tx, [f"no-code|place|{domain.place_of(place)}"], [domain.CODE_GUESSES.place])
        raise domain.CodeOver(field="code")
    # A stranger's account is no prize of these two: the one opens an account of one's own, the other is signed in.
    narrow = purpose in (Purpose.SIGN_UP, Purpose.CONFIRM)
    counted = await count_guess(tx, domain.CODE_GUESSES, code.address, place, narrow=narrow)
    right = code.fits(typed, secret_key)
    if not await repository.try_code(tx, code_id, at):
        kept = await repository.find_code(tx, code_id)
        if not right or kept is None or kept.used_by != browser:
            raise domain.CodeOver(field="code")
    elif not right:
        raise domain.WrongCode(field="code")
    elif await repository.use_code(tx, code_id, browser, at + domain.DOUBLE_CLICK) != browser:
        raise domain.CodeOver(field="code")
    await take_back(tx, counted)
    return Proof(code.purpose, Channel(code.channel), code.address, code.person_id)


async def forget(tx: Tx, addresses: Sequence[str]) -> None:
    """No code that was sent to one of `addresses` is kept."""
    await repository.forget_codes(tx, addresses)
