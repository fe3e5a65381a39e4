"""Requests sent byte by byte over sockets of their own: a last byte that comes late, an answer that nobody waits for."""

import asyncio
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Answer:
    """What came back; `sent_at` is just before the last byte went out, `read_at` just after the answer was here."""

    status: int
    body: Any
    raw: bytes
    sent_at: datetime
    read_at: datetime


@dataclass
class Wire:
    """One POST over one connection."""

    url: str
    token: str
    path: str
    body: dict[str, str]

    async def send(self, hold: Callable[[], float] | None = None) -> Answer:
        """Everything but the last byte at once; the last one when `hold` seconds are over; then the whole answer."""
        reader, writer = await self._begin(keep=1)
        if hold is not None and (wait := hold()) > 0:
            await asyncio.sleep(wait)
        sent_at = datetime.now(UTC)
        writer.write(self._content[-1:])
        answer = await reader.read()
        read_at = datetime.now(UTC)
        writer.close()
        head, _, content = answer.partition(b"\r\n\r\n")
        status = int(head.split(b" ", 2)[1])
        raw = _unchunked(content) if b"chunked" in head.lower() else content
        return Answer(status, json.loads(raw), raw, sent_at, read_at)

    async def send_and_leave(self, *, after: float) -> None:
        """The whole request; then the line is cut after so many seconds, whatever the other side is doing."""
        _, writer = await self._begin(keep=0)
        await asyncio.sleep(after)
        writer.transport.abort()

    @property
    def _content(self) -> bytes:
        return json.dumps(self.body).encode()

    async def _begin(self, *, keep: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        at = urlsplit(self.url)
        reader, writer = await asyncio.open_connection(at.hostname, at.port)
        head = [
            f"POST {self.path} HTTP/1.1", f"Host: {at.netloc}", f"Authorization: Bearer {self.token}",
            f"Content-Length: {len(self._content)}", "Content-Type: application/json", "Connection: close", "", "",
        ]  # fmt: skip
        writer.write("\r\n".join(head).encode() + self._content[: len(self._content) - keep])
        await writer.drain()
        return reader, writer


def _unchunked(content: bytes) -> bytes:
    whole, rest = b"", content
    while rest:
        size, _, rest = rest.partition(b"\r\n")
        length = int(size, 16)
        if not length:
            break
        whole, rest = whole + rest[:length], rest[length + 2 :]
    return whole


def seconds_until(instant: datetime) -> float:
    """May be negative."""
    return instant.timestamp() - time.time()
