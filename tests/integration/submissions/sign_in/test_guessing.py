"""Twenty thousand guesses at passwords and codes: none gets in, each guesser is stopped early, nobody else is."""

import asyncio
import json
from collections import Counter
from collections.abc import Callable, Iterable, MutableMapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Self
from urllib.parse import urlencode

import pytest
from fastapi import FastAPI

from services.submissions.credentials import domain, repository, service
from shared.ids import new_id
from shared.mongo import Store
from tests.integration.submissions.builders import PASSWORD, SITE, Browser, a_person, email_of, last_code

MOST = 20
"""Guesses at one address from one place that are looked at at all."""
_SESSIONS = "/api/submissions/v1/sessions"
GUESSER, SPRAYER, HOME, ELSEWHERE = "10.0.0.66", "10.0.0.99", "10.0.0.1", "10.0.0.2"
_AT_ONCE = 8
_RIGHT_AT = 20
Json = dict[str, Any]
Guess = tuple[str, str, str]
"""Place, address, what is typed."""


@dataclass
class Tally:
    """What became of the guesses at each pair of address and place."""

    looked_at: Counter[tuple[str, str]] = field(default_factory=Counter)
    refused: int = 0
    inside: int = 0

    def note(self, place: str, address: str, status: int) -> None:
        """One answer."""
        self.inside += status < 400
        self.refused += status == 429
        if status not in (429, 404):
            self.looked_at[address, place] += 1

    def __add__(self, other: "Tally") -> "Tally":
        """Both together."""
        looked_at = self.looked_at + other.looked_at
        return Tally(looked_at, self.refused + other.refused, self.inside + other.inside)

    def check(self, guesses: int) -> None:
        """Nobody got in, and each pair was stopped in time."""
        assert self.inside == 0, f"{self.inside} guesses got in"
        worst = max(self.looked_at.values(), default=0)
        assert worst <= MOST, f"{worst} guesses at one address from one place were looked at"
        assert self.refused + sum(self.looked_at.values()) == guesses


class Wire:
    """Posts straight to the application, as the server does: a client of its own for each guess would take all the time."""

    def __init__(self, app: FastAPI) -> None:
        self._app = app

    async def post(self, path: str, body: bytes, *, place: str, headers: Iterable[tuple[bytes, bytes]]) -> int:
        """The status of the answer."""
        status, sent = 0, False

        async def receive() -> dict[str, object]:
            nonlocal sent
            sent = True
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: MutableMapping[str, Any]) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = int(str(message["status"]))

        scope = {
            "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "POST", "scheme": "http",
            "path": path, "raw_path": path.encode(), "query_string": b"", "root_path": "", "server": ("site", 80),
            "headers": [(b"host", b"site"), (b"content-length", str(len(body)).encode()), *headers],
            "client": (place, 50_000),
        }  # fmt: skip
        await self._app(scope, receive, send)
        return status


async def _guess(wire: Wire, path: str, fields: Callable[[str, str], Json], guesses: Iterable[Guess]) -> Tally:
    tally = Tally()
    headers = ((b"content-type", b"application/json"), (b"origin", SITE.encode()))
    for place, address, typed in guesses:
        body = json.dumps(fields(address, typed)).encode()
        tally.note(place, address, await wire.post(path, body, place=place, headers=headers))
    return tally


async def _guess_passwords(app: FastAPI, guesses: Sequence[Guess]) -> Tally:
    """By several guessers at once, who share the work."""
    wire, shares = Wire(app), [guesses[start::_AT_ONCE] for start in range(_AT_ONCE)]
    tallies = (
        _guess(wire, _SESSIONS, lambda address, typed: {"email": address, "password": typed}, share) for share in shares
    )
    return sum(await asyncio.gather(*tallies), Tally())


def _passwords(number: int) -> list[str]:
    """The right one is among them, after the first few."""
    return [PASSWORD if turn == _RIGHT_AT else f"đoán lần {turn}" for turn in range(number)]


def _codes(right: str, number: int) -> list[str]:
    return [right if turn == _RIGHT_AT else f"{(int(right) + 1 + turn) % 10**6:06d}" for turn in range(number)]


@pytest.fixture
def hashed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was compared with a hash."""
    seen: list[str] = []
    verify = domain.PASSWORDS.verify

    def noted(password: str, kept: str) -> bool:
        seen.append(password)
        return verify(password, kept)

    monkeypatch.setattr(domain.PASSWORDS, "verify", noted)
    return seen


class Site:
    """People who have nothing to do with the guessing, and where they usually are."""

    def __init__(self, app: FastAPI, store: Store) -> None:
        self.app, self.store = app, store
        self.victim, self.colleague, self.stranger = email_of("nan-nhan"), email_of("dong-nghiep"), email_of("nguoi-la")

    async def open(self) -> Self:
        """Three accounts; the colleague works behind the same address as the guesser and signed in there before."""
        for address in (self.victim, self.colleague, self.stranger):
            await a_person(self.store, email=address)
        assert await self.enters(self.colleague, GUESSER)
        return self

    async def enters(self, address: str, place: str) -> bool:
        """Whether the right password opens the door there."""
        async with Browser(self.app, place=place) as browser:
            return (await browser.sign_in(address)).status_code == 303

    async def enters_by_code(self, address: str, place: str) -> bool:
        """Whether a code does."""
        async with Browser(self.app, place=place) as browser:
            await browser.open("/dang-nhap/ma")
            asked = await browser.submit("/dang-nhap/ma", {"address": address})
            typed = {"ma": asked.headers["location"].partition("ma=")[2], "code": await last_code(self.store, address)}
            return (await browser.submit("/dang-nhap/ma/nhap", typed)).status_code == 303

    async def nobody_is_locked_out(self) -> None:
        """Not the owner at home or elsewhere, not the colleague behind the guesser's address, nobody else."""
        for place in (HOME, ELSEWHERE):
            assert await self.enters(self.victim, place), place
        assert await self.enters_by_code(self.victim, ELSEWHERE)
        assert await self.enters(self.colleague, GUESSER)
        assert await self.enters(self.stranger, ELSEWHERE)


async def _guess_code(site: "Site", path: str, place: str, number: int) -> Tally:
    """Ask for codes in somebody's name and guess at them, with a new one whenever the last is used up."""
    tally, address = Tally(), site.victim
    async with Browser(site.app, place=place) as browser:
        await browser.open(path)
        answer = await browser.submit(path, {"address": address})
        headers = [(b"cookie", f"sk_v={browser.cookies['sk_v']}".encode()), (b"origin", SITE.encode())]
        headers.append((b"content-type", b"application/x-www-form-urlencoded"))
        asked, wire = answer.headers["location"], Wire(site.app)
        target, password = asked.partition("?")[0], "mật khẩu của kẻ đoán"
        for turn, code in enumerate(_codes(await last_code(site.store, address), number)):
            if turn and turn % domain.CODE_TRIES == 0:
                answer = await browser.submit(path, {"address": address})
                asked = answer.headers.get("location", asked)
            typed = {"csrf_token": browser.csrf_token, "ma": asked.partition("ma=")[2], "code": code}
            typed |= {"password": password} if "mat-khau" in path else {}
            body = urlencode(typed).encode()
            tally.note(place, address, await wire.post(target, body, place=place, headers=headers))
    return tally


async def _guess_sign_up(app: FastAPI, store: Store, number: int) -> Tally:
    """Say that somebody's address is one's own, and guess at the code that they got."""
    address = email_of("chua-co-tai-khoan")
    typed = {"client_key": new_id(), "name": "Kẻ Đoán", "email": address, "password": PASSWORD, "kind": "resident"}
    async with Browser(app, place=GUESSER) as browser:
        asked = await browser.post("/api/submissions/v1/sign-ups", json=typed)
    path = f"/api/submissions/v1/sign-ups/{asked.json()['sign_up_id']}/confirm"
    guesses = [(GUESSER, address, code) for code in _codes(await last_code(store, address), number)]
    return await _guess(Wire(app), path, lambda _, code: {"code": code}, guesses)


@pytest.mark.timeout(300)
async def test_twenty_thousand_guesses_open_nothing_and_lock_nobody_out(
    app: FastAPI, store: Store, hashed: list[str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(domain, "WINDOW", timedelta(days=1000))  # so that none ends while the test runs
    site = await Site(app, store).open()
    hashed.clear()
    one_place = [(GUESSER, site.victim, typed) for typed in _passwords(8000)]
    many = [f"10.1.1.{place}" for place in range(100)]
    many_places = [(place, site.victim, typed) for typed in _passwords(60) for place in many]
    everybody = [site.stranger, *(email_of(f"ai-do-{number}") for number in range(500))]
    spraying = [(SPRAYER, address, typed) for typed in _passwords(8) for address in everybody][:4000]
    tally = Tally()
    for guesses in (one_place, many_places, spraying):
        tally += await _guess_passwords(app, guesses)
    looked_at = sum(tally.looked_at.values())
    assert len(hashed) == looked_at <= 60 + _AT_ONCE * 10 + 3 * len(many) + 150, "refused before anything is hashed"
    tally += await _guess_code(site, "/dang-nhap/ma", GUESSER, 500)
    tally += await _guess_code(site, "/quen-mat-khau", SPRAYER, 500)
    tally += await _guess_sign_up(app, store, 1000)
    tally.check(guesses=20_000)
    await site.nobody_is_locked_out()
    assert await store.read["attempts"].count({}) < 3000, "what is refused leaves nothing behind"


async def test_without_the_throttle_the_same_tally_tells(app: FastAPI, store: Store, monkeypatch: pytest.MonkeyPatch):
    site = await Site(app, store).open()

    async def uncounted(*_: object, **__: object) -> list[str]:
        return []

    monkeypatch.setattr(service, "count_guess", uncounted)
    guesses = [(GUESSER, site.victim, typed) for typed in _passwords(40)]
    tally = await _guess_passwords(app, guesses)
    with pytest.raises(AssertionError, match="guesses got in"):
        tally.check(guesses=40)
    tally.inside = 0
    with pytest.raises(AssertionError, match="were looked at"):
        tally.check(guesses=40)


async def test_a_code_that_may_be_tried_for_ever_is_found(app: FastAPI, store: Store, monkeypatch: pytest.MonkeyPatch):
    async def uncounted(*_: object, **__: object) -> list[str]:
        return []

    monkeypatch.setattr(service, "count_guess", uncounted)
    monkeypatch.setattr(repository, "CODE_TRIES", 1000)
    tally = await _guess_sign_up(app, store, 40)
    with pytest.raises(AssertionError, match="guesses got in"):
        tally.check(guesses=40)
