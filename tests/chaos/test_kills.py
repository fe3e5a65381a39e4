"""A contest is played while processes die, while the broker is away, and across a death of the database."""

import asyncio
import os
import random
import re
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from deploy.demo import cast, checks, driver, ledger, marking, writing
from deploy.demo.client import Api, Json, Trouble, until
from deploy.local.system import System
from shared.ids import new_id
from tests.chaos import killing
from tests.chaos.killing import Demo
from tests.route import playing

SEED = int(os.environ.get("CHAOS_SEED") or random.randrange(10**6))
OUTAGE_SECONDS = float(os.environ.get("CHAOS_OUTAGE_SECONDS") or 20)
_LAST_LINE = re.compile(
    r"^demo ok: entries=24 receipts=24 sheets=\d+ finalists=3 recomputed=equal lost=0 doubled=0 .*$"
)


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    """A system of these tests alone: others would not thank for its deaths."""
    with System(tmp_path_factory.mktemp("chaos")) as started:
        yield started


@pytest.fixture
def source() -> random.Random:
    """Every random moment comes from here; `CHAOS_SEED` plays one again."""
    print(f"CHAOS_SEED={SEED}", flush=True)
    return random.Random(SEED)


@pytest.mark.timeout(420)
def test_a_contest_among_killed_processes_loses_nothing_and_doubles_nothing(system: System, source: random.Random):
    left = killing.VICTIMS
    while left:
        demo = Demo(system, entries=24, judges=5, finalists=3)
        try:
            left = killing.kill_each(system, demo, left, source)
            status, said = demo.result()
        finally:
            demo.end()
        last = said.rstrip().rpartition("\n")[2]
        assert status == 0, said
        assert _LAST_LINE.match(last), last
        assert " errors=0 " in last, "a process answered 500: it must say 503 when a store is away"
    killing.wait_until(lambda: all(map(system.is_ready, system.supervisor.states())), "all processes to be ready again")


@asynccontextmanager
async def _away(system: System, name: str) -> AsyncIterator[None]:
    """The process is stopped for as long as the block, at least the length of the outage."""
    await asyncio.to_thread(system.stop, name)
    began = time.monotonic()
    try:
        yield
        await asyncio.sleep(max(0.0, OUTAGE_SECONDS - (time.monotonic() - began)))
    finally:
        await asyncio.to_thread(system.start, name)


@pytest.mark.timeout(300)
async def test_without_a_broker_every_entry_still_gets_its_receipt_and_everything_catches_up(system: System):
    stage = await playing.prepare(system, driver.Size(entries=8, judges=3, finalists=2))
    # Whoever is away from the broker waits for a sign-up code; entrants who are known already do not.
    stage = replace(stage, desk=replace(stage.desk, mail_url=""))
    async with _away(system, "kafka"):
        stage = await playing.hand_in(stage)
        assert len({one.receipt for one in stage.handed_in}) == 8
    await playing.take_in(stage)

    async def counted() -> checks.Ledger | None:
        seen = await _told(system, stage)
        return seen if not seen.lost else None

    assert (await until(counted, "receipts by mail")).doubled == []


async def _told(system: System, stage: playing.Stage) -> checks.Ledger:
    """Register, receipts and mails; there is no result yet that the whole ledger could be held against."""
    found = checks.Ledger()
    async with stage.desk.api("secretary") as api:
        lines = await marking.register(api, stage.desk.contest_id)
    async with stage.desk.api("organiser") as api:
        rows = await ledger.deliveries(api, stage.desk.contest_id)
    found.expect([one.entry_id for one in stage.handed_in], [line["entry_id"] for line in lines], "register line")
    receipts = [row for row in rows if row["message"] == "receipt" and row["state"] in checks.DONE]
    for channel in checks.CHANNELS:
        wanted = [one.entry_id for one in stage.handed_in] + stage.desk.held.mended
        found.expect(
            wanted, [row["about_id"] for row in receipts if row["channel"] == channel], f"receipt by {channel}"
        )
    checks.mails(receipts, await ledger.mails(system.mail_url), found)
    return found


@pytest.mark.timeout(240)
async def test_a_database_that_dies_in_mid_submit_and_a_client_that_asks_again_make_one_entry_with_one_receipt(
    system: System, source: random.Random
):
    stage = await playing.prepare(system, driver.Size(entries=1, judges=2, finalists=1))
    entry = stage.entries[0]
    address = await _enrolled(stage, system)
    async with Api(system.url, email=address, password=cast.PASSWORD, trouble=stage.desk.trouble) as api:
        await api.get(writing.ENTRIES)
        groups = {"entrant_group": entry.entrant_group, "content_group": entry.content_group}
        body = {"client_key": new_id(), "contest_id": stage.desk.contest_id, **groups}
        made = await _twice_while_the_database_dies(system, api, writing.ENTRIES, body, source)
        path = f"{writing.ENTRIES}/{made['entry_id']}"
        words = {"version": made["version"], "title": entry.title, "parts": entry.parts, **groups}
        await api.put(path, words)
        receipt = await _twice_while_the_database_dies(system, api, f"{path}/submit", {"client_key": new_id()}, source)
        mine = (await api.get(writing.ENTRIES))["items"]
    assert [(one["entry_id"], one["receipt"], one["revision"]) for one in mine] == [
        (made["entry_id"], receipt["receipt"], 1)
    ]
    async with stage.desk.api("secretary") as desk:

        async def arrived() -> list[Json]:
            return await marking.register(desk, stage.desk.contest_id)

        lines = await until(arrived, "the entry in the register")
    assert [(line["entry_id"], line["receipt"]) for line in lines] == [(made["entry_id"], receipt["receipt"])]
    assert stage.desk.trouble.errors == []


async def _enrolled(stage: playing.Stage, system: System) -> str:
    person = next(one for one in stage.demo.entrants if one.id == stage.entries[0].entrant)
    made = await cast.enrol(system.url, system.administrator, stage.demo, [person], stage.run_id, Trouble())
    return made[person.id]


async def _twice_while_the_database_dies(
    system: System, api: Api, path: str, body: Json, source: random.Random
) -> Json:
    """Post twice under one client key, kill mongod meanwhile, ask until there are answers; both must be the same."""

    async def dies() -> None:
        await asyncio.sleep(source.uniform(0, 0.03))
        await asyncio.to_thread(killing.kill, system, "mongod")

    first, second, _ = await asyncio.gather(api.post(path, body), api.post(path, body), dies())
    assert first == second
    answer: Json = first
    return answer
