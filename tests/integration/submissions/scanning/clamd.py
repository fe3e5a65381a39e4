"""A peer that speaks clamd's INSTREAM over TCP, as its manual has it: limits, findings, and the ways it can fail."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
_COMMAND = b"zINSTREAM\0"


@dataclass
class Clamd:
    """What it is to do next, and what it was sent."""

    most: int = 1_000_000
    """Its StreamMaxLength in bytes."""
    fault: str = ""
    """`hang`: no answer; `cut`: the connection breaks within the file; `silent`: it closes without a word; `nonsense`."""
    port: int = 0
    seen: list[bytes] = field(default_factory=list)

    @property
    def url(self) -> str:
        """As the setting has it."""
        return f"tcp://127.0.0.1:{self.port}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One conversation."""
        try:
            answer = await self._listen(reader)
            if answer:
                writer.write(answer + b"\0")
                await writer.drain()
        except asyncio.IncompleteReadError:
            return
        finally:
            writer.close()

    async def _listen(self, reader: asyncio.StreamReader) -> bytes:
        assert await reader.readexactly(len(_COMMAND)) == _COMMAND
        got = b""
        while size := int.from_bytes(await reader.readexactly(4)):
            got += await reader.readexactly(size)
            if self.fault == "cut":
                return b""
            if len(got) > self.most:
                return b"INSTREAM size limit exceeded. ERROR"
        self.seen.append(got)
        if self.fault == "hang":
            await asyncio.Event().wait()
        if self.fault:
            return b"" if self.fault == "silent" else b"COMMAND READ TIMED OUT"
        return b"stream: Eicar-Test-Signature FOUND" if EICAR in got else b"stream: OK"


@asynccontextmanager
async def clamd() -> AsyncIterator[Clamd]:
    """On a free port of this machine."""
    peer = Clamd()
    server = await asyncio.start_server(peer.serve, "127.0.0.1", 0)
    peer.port = server.sockets[0].getsockname()[1]
    try:
        yield peer
    finally:
        server.close()
