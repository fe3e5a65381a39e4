"""Public pages of a final: what is on, the stage screen, the stream that moves it, the board as JSON."""

import asyncio
import signal
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from enum import StrEnum
from types import FrameType
from typing import Annotated

from fastapi import APIRouter, Depends, FastAPI, Query, Request
from fastapi.responses import Response
from fastapi.sse import EventSourceResponse, ServerSentEvent

from services.judging.boards import service
from services.judging.boards.domain import Screen
from services.judging.boards.service import Feed
from shared.clock import now
from shared.identity import PUBLIC, Person, Role
from shared.pages import Desk, page, store_of
from shared.ui.render import render

routes = APIRouter()
_RECONNECT_MS = 2000


class Look(StrEnum):
    """Who looks at the stream: the hall, a judge's tablet, or the organiser's console."""

    STAGE = "san-khau"
    JUDGE = "giam-khao"
    CONSOLE = "dieu-hanh"


_TEMPLATES = {
    Look.STAGE: "boards/stage_board.html",
    Look.JUDGE: "boards/judge_board.html",
    Look.CONSOLE: "boards/console_board.html",
}


@asynccontextmanager
async def live(app: FastAPI) -> AsyncIterator[None]:
    """Follow the boards for as long as the web process lives; for `Service.background`."""
    desk: Desk = app.state.desk

    async def read(slug: str) -> Screen:
        return await service.screen(desk.store.read, slug)

    def paint(look: str, screen: Screen) -> str:
        return render(desk.pages, _TEMPLATES[Look(look)], screen=screen, now=now())

    feed = app.state.boards = Feed(read, paint)
    async with feed.running(desk.store):
        with _told_to_stop(feed):
            yield


@contextmanager
def _told_to_stop(feed: Feed) -> Iterator[None]:
    """End the streams on the signal itself: the server waits for open streams before it tells the application."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    loop = asyncio.get_running_loop()
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}

    def stop(number: int, _: FrameType | None) -> None:
        loop.call_soon_threadsafe(feed.stop)
        signal.signal(number, before[signal.Signals(number)])
        signal.raise_signal(number)

    for number in before:
        signal.signal(number, stop)
    try:
        yield
    finally:
        for number, handler in before.items():
            if signal.getsignal(number) is stop:
                signal.signal(number, handler)


async def the_board(request: Request, slug: str) -> Screen:
    """The board the address names, before a stream begins. Raises NotFound."""
    return await service.screen(store_of(request).read, slug)


@routes.get("/chung-khao")
async def listed(request: Request, _: Annotated[Person | None, PUBLIC]) -> Response:
    """Every final."""
    return page(request, "boards/list.html", finals=await service.listed(store_of(request).read))


@routes.get("/chung-khao/{slug}")
async def show(
    request: Request, screen: Annotated[Screen, Depends(the_board)], person: Annotated[Person | None, PUBLIC]
) -> Response:
    """What everybody may know of a final: the order, what is on, the means so far."""
    cid = screen.contest_id
    judge = person is not None and person.may(Role.JUDGE, cid)
    organiser = person is not None and person.may(Role.ORGANISER, cid)
    return page(request, "boards/show.html", screen=screen, is_judge=judge, is_organiser=organiser)


@routes.get("/chung-khao/{slug}/san-khau")
async def stage(
    request: Request, screen: Annotated[Screen, Depends(the_board)], _: Annotated[Person | None, PUBLIC]
) -> Response:
    """The stage screen; without scripts it loads itself again every ten seconds."""
    return page(request, "boards/stage_screen.html", screen=screen)


@routes.get("/chung-khao/{slug}/luong", response_class=EventSourceResponse)
async def stream(
    request: Request,
    screen: Annotated[Screen, Depends(the_board)],
    _: Annotated[Person | None, PUBLIC],
    look: Annotated[Look, Query(alias="man-hinh")] = Look.STAGE,
) -> AsyncIterator[ServerSentEvent]:
    """The whole board at once and again whenever it moves; the id is the board's version."""
    feed: Feed = request.app.state.boards
    async for frame in feed.frames(screen.slug, look):
        yield ServerSentEvent(raw_data=frame.html, event="board", id=str(frame.screen.version), retry=_RECONNECT_MS)


@routes.get("/api/judging/v1/board/{slug}")
async def board(screen: Annotated[Screen, Depends(the_board)], _: Annotated[Person | None, PUBLIC]) -> Screen:
    """The live board as JSON."""
    return screen
