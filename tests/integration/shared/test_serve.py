"""Our server as a socket meets it: the instant of the last byte, however long the request then waits for its turn."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime

import uvicorn
from fastapi import FastAPI, Request

from shared import serve
from shared.clock import now
from shared.pages import arrived

HEAD = b"POST /nop HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\n"


class Waiting:
    """An application whose only route does not look at the body before it may."""

    def __init__(self) -> None:
        self.app = FastAPI()
        self.at_work, self.may = asyncio.Event(), asyncio.Event()
        self.app.post("/nop")(self.hand_in)

    async def hand_in(self, request: Request) -> dict[str, str]:
        self.at_work.set()
        await self.may.wait()
        body = await request.body()
        return {"arrived": arrived(request).isoformat(), "body": body.decode()}


@asynccontextmanager
async def served(app: FastAPI) -> AsyncIterator[int]:
    """The port behind which `app` is served as `make up` does it."""
    listening = socket.create_server(("127.0.0.1", 0))
    port = listening.getsockname()[1]
    server = uvicorn.Server(uvicorn.Config(app, lifespan="off", **serve.options(host="127.0.0.1", port=port)))
    task = asyncio.create_task(server.serve(sockets=[listening]))
    yield port
    server.should_exit = True
    await task


def stamped(answer: bytes) -> datetime:
    """The instant in an answer of the application."""
    assert b'"body":"abcd"' in answer
    return datetime.fromisoformat(answer.partition(b'"arrived":"')[2].partition(b'"')[0].decode())


async def test_a_request_that_waits_for_its_turn_arrived_when_its_last_byte_was_here():
    waiting = Waiting()
    async with served(waiting.app) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(HEAD + b"abcd")
        await waiting.at_work.wait()
        turn = now()
        await asyncio.sleep(0.01)
        waiting.may.set()
        assert stamped(await reader.read(1000)) <= turn
        writer.close()


async def test_the_last_byte_counts_and_not_the_first_and_the_next_request_has_an_instant_of_its_own():
    waiting = Waiting()
    waiting.may.set()
    async with served(waiting.app) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for _ in range(2):
            writer.write(HEAD + b"abc")
            await waiting.at_work.wait()
            await asyncio.sleep(0.002)  # instants are kept to the millisecond
            last = now()
            writer.write(b"d")
            assert stamped(await reader.readuntil(b"}")) >= last
            waiting.at_work.clear()
        writer.close()
