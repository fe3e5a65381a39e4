"""Forms that create something, pressed many times at once over real connections, some of which are cut.

RACES=500 plays the great number of keys; without it a few are played.
"""

import asyncio
import os
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest

from deploy.demo import cast
from deploy.local.system import System
from shared.ids import new_id
from tests.route import hand_ins, playing
from tests.route.playing import Played
from tests.route.wires import Answer, Wire

pytestmark = pytest.mark.timeout(600)
RACERS = 20
KEYS, AT_A_KEY, CUT = int(os.environ.get("RACES", "20")), 10, 3
SESSIONS = "/api/submissions/v1/sessions"
ENTRIES = "/api/submissions/v1/entries"


@asynccontextmanager
async def _signed_in(url: str, email: str) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=url, trust_env=False, timeout=60, headers={"Origin": url}) as client:
        session = await client.post(SESSIONS, json={"email": email, "password": cast.PASSWORD})
        client.headers["Authorization"] = f"Bearer {session.json()['token']}"
        yield client


def _beginning(played: Played, key: str, content_group: str = "C1") -> dict[str, str]:
    groups = {"entrant_group": played.entries[0].entrant_group, "content_group": content_group}
    return {"client_key": key, "contest_id": played.desk.contest_id, **groups}


async def _race(url: str, email: str, path: str, body: dict[str, str]) -> list[httpx.Response]:
    async with _signed_in(url, email) as client:
        return await asyncio.gather(*(client.post(path, json=body) for _ in range(RACERS)))


def _mine(url: str, email: str) -> list[dict[str, str]]:
    async def ask() -> list[dict[str, str]]:
        async with _signed_in(url, email) as client:
            items: list[dict[str, str]] = (await client.get(ENTRIES)).json()["items"]
            return items

    return playing.wait_for(ask())


def test_twenty_racers_with_one_client_key_make_one_entry_and_get_the_same_bytes(system: System, played: Played):
    email = played.handed_in[0].email
    before = len(_mine(system.url, email))
    answers = playing.wait_for(_race(system.url, email, ENTRIES, _beginning(played, new_id())))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert len(_mine(system.url, email)) == before + 1


def test_the_same_client_key_with_another_body_is_refused_with_its_reason(system: System, played: Played):
    async def twice() -> tuple[httpx.Response, httpx.Response]:
        async with _signed_in(system.url, played.handed_in[1].email) as client:
            key = new_id()
            first = await client.post(ENTRIES, json=_beginning(played, key))
            return first, await client.post(ENTRIES, json=_beginning(played, key, "C2"))

    first, second = playing.wait_for(twice())
    assert first.status_code == 201
    assert (second.status_code, second.json()["code"]) == (422, "key_reused")
    assert "đã được dùng cho một nội dung khác" in second.json()["message"]
    assert second.json()["incident"]


async def _race_of_keys(system: System, seed: int) -> tuple[int, dict[str, set[bytes]]]:
    """Ten racers at each key, three of whom hang up in the middle: how many entries there are, and replies by key."""
    drafts, chance = await hand_ins.prepare(system, 4), random.Random(seed)
    (entry_id, token), gate = drafts.ids[0], asyncio.Semaphore(4)
    email = next(address for address, own in drafts.owners.items() if entry_id in own)
    replies: dict[str, set[bytes]] = {}

    async def run(key: str, wire: Wire) -> None:
        cut = [wire.send_and_leave(after=chance.uniform(0, 0.04)) for _ in range(CUT)]
        told = await asyncio.gather(*cut, *(wire.send() for _ in range(AT_A_KEY - CUT)))
        answers = [one for one in told if isinstance(one, Answer)]
        assert {one.status for one in answers} == {201}, answers[0].body
        replies[key] = {one.raw for one in answers}

    async def race(key: str) -> None:
        body = {"client_key": key, "contest_id": drafts.contest_id, "title": f"Sáng kiến {key[-6:]}"}
        async with gate:
            await run(key, Wire(system.url, token, ENTRIES, body))

    before = len(drafts.owners[email])
    await asyncio.gather(*(race(new_id()) for _ in range(KEYS)))
    async with _signed_in(system.url, email) as client:
        return len((await client.get(ENTRIES)).json()["items"]) - before, replies


def test_ten_racers_at_each_key_some_cut_off_make_one_entry_for_each_key(system: System):
    made, replies = playing.wait_for(_race_of_keys(system, seed=5))
    assert made == KEYS
    assert {len(said) for said in replies.values()} == {1}
    assert len(set().union(*replies.values())) == KEYS
