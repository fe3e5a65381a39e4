"""HTTP/1.1 with as little work as possible on the caller's side: keep-alive requests, and streams of server-sent events."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any, Self

_LIMIT = 1 << 20


class ClosedError(Exception):
    """The server ended the connection, or answered what is not HTTP."""


class RefusedError(Exception):
    """The server's answer says no."""

    def __init__(self, status: int, body: bytes) -> None:
        """Made by `ask_json`."""
        super().__init__(f"{status} {body.decode(errors='replace')[:500]}")
        self.status = status


@dataclass(frozen=True, slots=True)
class Event:
    """One server-sent event."""

    id: str
    data: str


def encode(method: str, host: str, path: str, body: bytes = b"", *, token: str = "") -> bytes:
    """A whole request as bytes, with a bearer token where there is one."""
    lines = [f"{method} {path} HTTP/1.1", f"Host: {host}", f"Content-Length: {len(body)}"]
    lines += ["Content-Type: application/json"] if body else []
    lines += [f"Authorization: Bearer {token}"] if token else []
    return "\r\n".join([*lines, "", ""]).encode() + body


class Connection:
    """One connection that is kept open."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Made by `to`."""
        self._reader, self._writer = reader, writer

    @classmethod
    async def to(cls, host: str, port: int) -> Self:
        """Connect. Raises OSError."""
        return cls(*await asyncio.open_connection(host, port, limit=_LIMIT))

    def close(self) -> None:
        """End it."""
        self._writer.close()

    async def ask(self, request: bytes) -> tuple[int, bytes]:
        """Send one request; status and body of its answer. Raises ClosedError."""
        self._writer.write(request)
        try:
            status, headers = await self._head()
            if headers.get("transfer-encoding") == "chunked":
                return status, b"".join([chunk async for chunk in self._chunks()])
            return status, await self._reader.readexactly(int(headers.get("content-length", "0")))
        except asyncio.IncompleteReadError as error:
            raise ClosedError from error

    async def ask_json(self, request: bytes) -> Any:
        """Send one request; the decoded answer. Raises ClosedError, RefusedError."""
        status, body = await self.ask(request)
        if status >= 400:
            raise RefusedError(status, body)
        return json.loads(body)

    async def _head(self) -> tuple[int, dict[str, str]]:
        raw = await self._reader.readuntil(b"\r\n\r\n")
        first, *rest = raw.decode("latin-1").rstrip().split("\r\n")
        fields = (line.partition(":") for line in rest)
        return int(first.split(" ", 2)[1]), {name.lower(): value.strip() for name, _, value in fields}

    async def _chunks(self) -> AsyncIterator[bytes]:
        while size := int((await self._reader.readuntil(b"\r\n")).split(b";")[0], 16):
            yield (await self._reader.readexactly(size + 2))[:-2]
        await self._reader.readuntil(b"\r\n")

    async def events(self, request: bytes) -> AsyncIterator[Event]:
        """Send a request and answer its events until the server ends the stream. Raises RefusedError."""
        self._writer.write(request)
        status, _ = await self._head()
        if status != 200:
            raise RefusedError(status, b"the stream was refused")
        waiting = b""
        async for chunk in self._chunks():
            *whole, waiting = (waiting + chunk.replace(b"\r\n", b"\n")).split(b"\n\n")
            for block in whole:
                if (event := parse(block.decode())) is not None:
                    yield event


def parse(block: str) -> Event | None:
    """The event of one block of lines; None for a comment that only keeps the connection open."""
    fields: dict[str, list[str]] = {}
    for line in block.split("\n"):
        name, _, value = line.partition(":")
        fields.setdefault(name, []).append(value.removeprefix(" "))
    if "data" not in fields:
        return None
    return Event(fields.get("id", [""])[-1], "\n".join(fields["data"]))
