"""The real way of a fact through the worker: outbox, relay, Kafka, the table and the board, the jury; also when one dies."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from deploy.local.stack import Stack
from deploy.local.topics import create
from services.judging.boards import service as boards
from services.judging.finals import service as finals
from services.judging.juries import service as juries
from services.judging.juries.domain import Assignment
from services.judging.late_conflicts import service as late_conflicts
from services.judging.late_conflicts.domain import State
from shared import outbox
from shared.clock import now
from shared.events.submissions import EntryAttributed
from shared.kafka import Producer
from shared.mongo import Store, Tx
from shared.outbox import Relay
from tests.integration.judging.builders import CHAIR, ORGANISER, a_written_round
from tests.integration.judging.finals.builders import SLUG, act, give, opened

ROOT = Path(__file__).parents[4]


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A broker of its own: a worker of this service reads whatever other tests left on the shared one."""
    with Stack(tmp_path_factory.mktemp("own")) as running:
        create(running.kafka_url)
        yield running


@asynccontextmanager
async def worker(stack: Stack, database: str, folder: Path) -> AsyncIterator[asyncio.subprocess.Process]:
    """The service's worker, killed at the end."""
    own = {"MONGO_URL": stack.mongo_url, "MONGO_DATABASE": database, "KAFKA_URL": stack.kafka_url}
    environment = os.environ | {f"JUDGING_{name}": value for name, value in own.items()} | {"PYTHONPATH": str(ROOT)}
    command = ["-m", "faust", "--datadir", str(folder), "-A", "services.judging.worker", "worker", "--without-web"]
    with (folder / "worker.log").open("ab") as log:
        process = await asyncio.create_subprocess_exec(
            sys.executable, *command, env=environment, cwd=ROOT, stdout=log, stderr=log
        )
        try:
            yield process
        finally:
            if process.returncode is None:
                process.kill()
            await process.wait()


@asynccontextmanager
async def relay(store: Store, stack: Stack) -> AsyncIterator[None]:
    """The service's relay."""
    task = asyncio.create_task(Relay(store, lambda: Producer(stack.kafka_url)).run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def board_shows(store: Store, marked: int, mean: str | None) -> None:
    """Wait until the board of the first slot says so; the test's own time limit is the only one."""
    while True:
        row = (await boards.screen(store.read, SLUG)).rows[0]
        if (row.marked, row.mean and f"{row.mean}") == (marked, mean):
            return
        await asyncio.sleep(0.2)


async def test_marks_reach_the_board_over_kafka_and_a_killed_worker_forgets_none(store, stack, database_name, tmp_path):
    final = await opened(store)
    slot = final.slots[0]
    async with relay(store, stack):
        async with worker(stack, database_name, tmp_path) as first:
            for judge in final.judges[:2]:
                await give(store, slot, judge, 8)
            await board_shows(store, 2, None)
            first.kill()
            await first.wait()
        await give(store, slot, final.judges[0], 9, revision=1)
        await give(store, slot, final.judges[2], 10)
        async with worker(stack, database_name, tmp_path):
            await board_shows(store, 3, None)
            await finals.close_slot(store, slot.id, act(ORGANISER))
            await board_shows(store, 3, "24.00")


async def taken_from(store: Store, one: Assignment) -> None:
    """Wait until its judge has the script no more, as above."""
    while True:
        if (await juries.assignment(store.read, one.id)).recused:
            return
        await asyncio.sleep(0.2)


async def test_a_claim_told_over_kafka_takes_the_script_from_the_judge_who_made_it(
    store, stack, database_name, tmp_path
):
    _, _, given = await a_written_round(store, scripts=1, judges=3)
    one = given[0]
    whose = {"entry_id": one.entry_id, "contest_id": one.contest_id, "owner_id": one.judge_id}
    told = EntryAttributed(**whose, author_ids=[one.judge_id], attributed_at=now())

    async def tell(tx: Tx) -> None:
        await outbox.add(tx, told, subject=one.entry_id, seq=1, by=one.judge_id, time=now())

    await store.transaction(tell)
    async with relay(store, stack), worker(stack, database_name, tmp_path):
        await taken_from(store, one)
    (row,) = await late_conflicts.rows(store, one.contest_id, CHAIR)
    assert (row.state, row.conflict.judge_id) == (State.REPLACED, one.judge_id)


async def test_a_board_that_forgot_is_held_against_the_final_and_put_right(store):
    final = await opened(store)
    slot = final.slots[0]
    for judge in final.judges[:2]:
        await give(store, slot, judge, 8)
    await boards.mend(store, now())
    row = (await boards.screen(store.read, SLUG)).rows[0]
    assert (row.marked, row.mean) == (2, None)
    await store.read["boards"].delete({})
    await boards.mend(store, now())
    assert (await boards.screen(store.read, SLUG)).rows[0].marked == 2
