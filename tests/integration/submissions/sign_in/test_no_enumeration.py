"""Nobody learns who has an account: status, body, headers and the work done are the same for everybody."""

import re
from collections.abc import Awaitable, Callable
from itertools import count
from typing import NamedTuple

import pytest
from fastapi import FastAPI
from httpx import Response

from services.submissions.credentials import domain
from shared.ids import new_id
from shared.mongo import Collection, Store
from tests.integration.submissions.builders import PASSWORD, Browser, a_person, codes_sent, email_of

API = "/api/submissions/v1"
KNOWN, UNKNOWN = email_of("co-ai-day"), email_of("khong-co-ai")
_CHANGING = re.compile(
    r'(?<=name="csrf_token" value=")[0-9a-f]+|(?<=name="client_key" value=")[^"]+|(?<=[?&;]ma=)[^&"]+|(?<=[?&;]dk=)[^&"]+'
    r'|(?<=name="ma" value=")[^"]+|(?<=name="dk" value=")[^"]+|<time.*?</time>|(?<="incident":")[^"]+'
    r'|(?<="sign_up_id":")[^"]+|sk_v=[^;]+|(?<=expires=)[^;]+|(?<="retry_after":)\d+'
)


class Seen(NamedTuple):
    """What somebody outside can tell, and what it costs."""

    answers: list[tuple[int, str, list[tuple[str, str]]]]
    hashes: int
    written: int


def _plain(answer: Response, address: str) -> tuple[int, str, list[tuple[str, str]]]:
    def without(text: str) -> str:
        return _CHANGING.sub("·", text).replace(address, "(address)")

    # How long to wait follows the clock, which goes on between the two.
    timed = {"content-length", "retry-after"}
    headers = sorted((name, without(value)) for name, value in answer.headers.items() if name not in timed)
    return answer.status_code, without(answer.text), headers


@pytest.fixture
def look(app: FastAPI, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, "Steps"], Awaitable[Seen]]:
    """Go through steps with an address, and count."""
    counted, places = {"hashes": 0, "written": 0}, count(1)

    def watch(thing: object, name: str, what: str) -> None:
        real = getattr(thing, name)

        def noted(*given: object, **named: object) -> object:
            counted[what] += 1
            return real(*given, **named)

        monkeypatch.setattr(thing, name, noted)

    for name in ("verify", "hash"):
        watch(domain.PASSWORDS, name, "hashes")
    for name in ("insert", "put", "update", "take", "save"):
        watch(Collection, name, "written")

    async def walk(address: str, steps: "Steps") -> Seen:
        async with Browser(app, place=f"10.0.0.{next(places)}") as browser:
            await browser.open("/dang-nhap")
            counted.update(hashes=0, written=0)
            answers = await steps(browser, address)
        return Seen([_plain(answer, address) for answer in answers], counted["hashes"], counted["written"])

    return walk


Steps = Callable[[Browser, str], Awaitable[list[Response]]]


async def _signs_up(browser: Browser, address: str) -> list[Response]:
    typed = {"client_key": new_id(), "kind": "resident", "name": "Nguyễn Thị Hoa", "address": address}
    asked = await browser.submit("/dang-ky", {**typed, "password": PASSWORD, "ve": "/bai-du-thi"})
    page = await browser.get(asked.headers["location"])
    dk = asked.headers["location"].partition("dk=")[2].partition("&")[0]
    wrong = [await browser.submit("/dang-ky/xac-nhan", {"dk": dk, "code": "12345"}) for _ in range(7)]
    again = await browser.submit("/dang-ky/xac-nhan/lai", {"dk": dk})
    return [asked, page, *wrong, again, await browser.submit("/dang-ky/xac-nhan", {"dk": dk, "code": "12345"})]


async def _signs_up_by_program(browser: Browser, address: str) -> list[Response]:
    typed = {"client_key": new_id(), "kind": "resident", "name": "Nguyễn Thị Hoa", "email": address}
    asked = await browser.post(f"{API}/sign-ups", json={**typed, "password": PASSWORD})
    path = f"{API}/sign-ups/{asked.json()['sign_up_id']}/confirm"
    return [asked, *[await browser.post(path, json={"code": "12345"}) for _ in range(7)]]


async def _signs_in(browser: Browser, address: str) -> list[Response]:
    typed = {"address": address, "password": "một câu đoán bừa"}
    body = {"email": address, "password": "một câu đoán bừa"}
    pages = [await browser.submit("/dang-nhap", typed) for _ in range(6)]
    return [*pages, *[await browser.post(f"{API}/sessions", json=body) for _ in range(6)]]


async def _asks_for_a_code(browser: Browser, address: str) -> list[Response]:
    asked = await browser.submit("/dang-nhap/ma", {"address": address, "ve": "/tai-khoan"})
    ma = asked.headers["location"].partition("ma=")[2].partition("&")[0]
    page = await browser.get(asked.headers["location"])
    wrong = [await browser.submit("/dang-nhap/ma/nhap", {"ma": ma, "code": "12345"}) for _ in range(7)]
    return [asked, page, *wrong, *[await browser.submit("/dang-nhap/ma/lai", {"ma": ma}) for _ in range(6)]]


async def _forgets(browser: Browser, address: str) -> list[Response]:
    asked = await browser.submit("/quen-mat-khau", {"address": address})
    ma, page = asked.headers["location"].partition("ma=")[2], await browser.get(asked.headers["location"])
    typed = {"ma": ma, "code": "12345", "password": "một câu mới hẳn"}
    wrong = [await browser.submit("/quen-mat-khau/dat-lai", typed) for _ in range(7)]
    return [asked, page, *wrong, await browser.submit("/quen-mat-khau/lai", {"ma": ma})]


@pytest.mark.parametrize("steps", [_signs_up, _signs_up_by_program, _signs_in, _asks_for_a_code, _forgets])
async def test_a_known_and_an_unknown_address_look_the_same_and_cost_the_same(
    look: Callable[[str, Steps], Awaitable[Seen]], store: Store, steps: Steps
):
    await a_person(store, email=KNOWN)
    known, unknown = await look(KNOWN, steps), await look(UNKNOWN, steps)
    assert known.answers == unknown.answers
    assert (known.hashes, known.written) == (unknown.hashes, unknown.written)
    assert known.written > 0


async def test_a_closed_account_looks_like_none(look: Callable[[str, Steps], Awaitable[Seen]], store: Store):
    person = await a_person(store, email=KNOWN)
    await store.read["people"].update({"_id": person.id}, {"$set": {"active": False}})
    for steps in (_signs_in, _asks_for_a_code, _forgets):
        assert await look(KNOWN, steps) == await look(UNKNOWN, steps)
    assert await codes_sent(store, KNOWN) == []


async def test_the_owner_of_a_taken_address_is_told_and_nothing_changes(app: FastAPI, store: Store):
    owner = await a_person(store, email=KNOWN)
    before = await store.read["people"].get(owner.id)
    async with Browser(app) as browser:
        await browser.open("/dang-ky")
        await _signs_up(browser, KNOWN)
    assert await codes_sent(store, KNOWN, "known") == ["", ""], "two notes, no code"
    assert await codes_sent(store, KNOWN, "sign_up") == []
    assert await store.read["people"].get(owner.id) == before
    assert await store.read["people"].count({}) == 1


async def test_nobody_is_written_to_who_has_no_account(app: FastAPI, store: Store):
    for place, steps in enumerate((_asks_for_a_code, _forgets)):
        async with Browser(app, place=f"10.0.0.{place}") as browser:
            await browser.open("/dang-nhap")
            await steps(browser, UNKNOWN)
    assert await codes_sent(store, UNKNOWN) == []
