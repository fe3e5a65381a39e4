"""The live board: figures that never move back, screens that get the whole board at once and every step after it."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
import uvicorn

from services.judging.boards import service as boards
from services.judging.boards.domain import board_of
from services.judging.boards.service import Feed, Frame
from services.judging.finals import service as finals
from services.judging.finals.domain import SlotState
from shared.events.envelope import Envelope
from shared.mongo import DriverError
from tests.integration.judging.builders import CONTEST, ORGANISER
from tests.integration.judging.finals.builders import SLUG, act, give, opened, play

STREAM = f"/chung-khao/{SLUG}/luong"


async def figures(store):
    """What the agent does with the published facts of all slots, in order."""
    tables: dict[str, Any] = {}
    for row in await store.read["outbox"].find({"topic": "judging.slots"}, sort=[("key", 1), ("seq", 1)]):
        envelope = Envelope.model_validate_json(row["value"])
        event: Any = envelope.event()
        board = board_of(tables.get(envelope.subject), event).after(event, envelope.seq)
        tables[envelope.subject] = board.model_dump(mode="json")
        await boards.show(store.read, board)


@asynccontextmanager
async def served(app) -> AsyncIterator[str]:
    """The started application behind a real server."""
    server = uvicorn.Server(uvicorn.Config(app, lifespan="off", log_level="warning"))
    listening = socket.create_server(("127.0.0.1", 0))
    task = asyncio.create_task(server.serve(sockets=[listening]))
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    server.should_exit = True
    await task


def marked(frame: Frame) -> int:
    """How many judges have marked the slot that is open."""
    assert frame.screen.current is not None
    return frame.screen.current.marked


async def next_event(lines):
    """The next event of a stream as a dict; comments are skipped."""
    event: dict[str, str] = {}
    async for line in lines:
        if not line and event.get("data"):
            return event
        name, _, value = line.partition(": ")
        if name:
            event[name] = f"{event[name]}\n{value}" if name in event else value
    raise AssertionError("the stream ended")


async def test_the_board_shows_how_many_marked_and_the_mean_only_after_the_slot_closed(store):
    final = await opened(store)
    slot = final.slots[0]
    for judge in final.judges[:2]:
        await give(store, slot, judge)
    await figures(store)
    row = (await boards.screen(store.read, SLUG)).rows[0]
    assert (row.state, row.marked, row.panel, row.mean) == (SlotState.OPEN, 2, 3, None)
    await finals.close_slot(store, slot.id, act(ORGANISER))
    await figures(store)
    row = (await boards.screen(store.read, SLUG)).rows[0]
    assert (row.state, f"{row.mean}", row.rank) == (SlotState.CLOSED, "23.00", 1)


async def test_facts_that_come_again_or_late_leave_the_same_board(store):
    await play(store)
    await figures(store)
    before = await store.read["boards"].find({}, sort=[("_id", 1)])
    await figures(store)
    for row in await store.read["outbox"].find({"topic": "judging.slots"}, sort=[("seq", -1)]):
        envelope = Envelope.model_validate_json(row["value"])
        event: Any = envelope.event()
        await boards.show(store.read, board_of(None, event).after(event, envelope.seq))
    assert await store.read["boards"].find({}, sort=[("_id", 1)]) == before


async def test_an_absent_finalist_stands_on_the_board_without_a_mark(store):
    final = await opened(store)
    await finals.set_aside(store, final.slots[0].id, act(ORGANISER), outcome=SlotState.ABSENT, reason="Không đến")
    await figures(store)
    row = (await boards.screen(store.read, SLUG)).rows[0]
    assert (row.state, row.mean, row.rank) == (SlotState.ABSENT, None, None)


async def test_the_first_event_of_the_stream_is_the_current_board_and_the_next_one_the_next_step(store, app):
    final = await opened(store)
    await figures(store)
    async with (
        served(app) as url,
        httpx.AsyncClient(base_url=url, timeout=20) as client,
        client.stream("GET", STREAM, headers={"Last-Event-ID": "1"}) as answer,
    ):
        assert answer.headers["content-type"].startswith("text/event-stream")
        lines = answer.aiter_lines()
        first = await next_event(lines)
        assert first["event"] == "board"
        assert final.slots[0].title in first["data"]
        assert "0/3" in first["data"]
        await give(store, final.slots[0], final.judges[0])
        await figures(store)
        second = await next_event(lines)
        while "1/3" not in second["data"]:
            second = await next_event(lines)
        assert int(second["id"]) > int(first["id"])


async def test_the_count_on_the_console_moves_with_the_marks(store, app, browser):
    final = await opened(store)
    await figures(store)
    shown = (await browser(ORGANISER).open(f"/chung-khao/{SLUG}/dieu-hanh")).text
    assert f'data-live-board="/chung-khao/{SLUG}/luong?man-hinh=dieu-hanh"' in shown
    assert "0/3" in shown
    frames = app.state.boards.frames(SLUG, "dieu-hanh")
    assert "<strong>0/3</strong> giám khảo đã gửi điểm" in (await anext(frames)).html
    await give(store, final.slots[0], final.judges[0])
    await figures(store)
    while "<strong>1/3</strong> giám khảo đã gửi điểm" not in (frame := await anext(frames)).html:
        pass
    assert final.judges[0].name not in frame.html, "the stream is public"


async def test_two_hundred_screens_get_the_last_state_and_one_that_sleeps_blocks_nobody(store, app):
    final = await opened(store)
    feed: Feed = app.state.boards
    sleeper = feed.frames(SLUG, "san-khau")
    await anext(sleeper)

    async def watch():
        async for frame in feed.frames(SLUG, "san-khau"):
            current = frame.screen.current
            if current and current.marked == 3:
                return frame.html
        raise AssertionError("the stream ended")

    screens = [asyncio.create_task(watch()) for _ in range(200)]
    await asyncio.sleep(0)
    for judge in final.judges:
        await give(store, final.slots[0], judge)
        await figures(store)
    assert all("3/3" in html for html in await asyncio.gather(*screens))
    while marked(await anext(sleeper)) < 3:
        pass


async def test_a_stream_of_changes_that_breaks_is_replaced_by_looking(store, app, monkeypatch):
    final = await opened(store)

    async def broken(_):
        for _ in "x":
            raise DriverError("the change stream broke")
        yield ""

    monkeypatch.setattr("services.judging.boards.repository.moves", broken)
    feed = Feed(app.state.boards._read, lambda _, screen: str(screen.version))
    async with feed.running(store):
        frames = feed.frames(SLUG, "san-khau")
        await anext(frames)
        await give(store, final.slots[0], final.judges[0])
        await figures(store)
        while marked(await anext(frames)) < 1:
            pass


async def test_a_process_that_stops_ends_its_streams(store, app):
    await opened(store)
    feed: Feed = app.state.boards
    frames = feed.frames(SLUG, "san-khau")
    await anext(frames)
    feed.stop()
    with pytest.raises(StopAsyncIteration):
        await anext(frames)


async def test_the_stage_is_public_and_refreshes_itself_without_scripts(store, app):
    final = await opened(store)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://sangkien.example") as visitor:
        stage = (await visitor.get(f"/chung-khao/{SLUG}/san-khau")).text
        assert final.slots[0].title in stage
        assert '<noscript><meta http-equiv="refresh" content="10"></noscript>' in stage
        assert "author-of" not in stage
        assert "0/3" in stage
        public = (await visitor.get(f"/chung-khao/{SLUG}")).text
        assert all(slot.title in public for slot in final.slots)
        assert SLUG in (await visitor.get("/chung-khao")).text
        board = (await visitor.get(f"/api/judging/v1/board/{SLUG}")).json()
        assert (board["contest_id"], board["rows"][0]["mean"]) == (CONTEST, None)
        assert not any(judge.id in str(board) for judge in final.judges)
        assert (await visitor.get("/chung-khao/khong-co/luong")).status_code == 404
