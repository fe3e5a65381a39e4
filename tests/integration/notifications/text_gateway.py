"""A real SMPP gateway for the tests: `text_gateway.js` as a process of its own, and what it says as a ledger."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from deploy.local import node
from deploy.local.progress import Silent

SCRIPT = Path(__file__).with_suffix(".js")
PASSWORD = "ma+khau@"
"""SMPP allows eight signs."""


@dataclass
class Texts:
    """Every part the gateway took, in order."""

    port: int = 0
    taken: list[dict[str, Any]] = field(default_factory=list)
    sessions: int = 0
    questions: int = 0
    ready: asyncio.Event = field(default_factory=asyncio.Event)
    asking: asyncio.StreamWriter | None = None
    answered: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def url(self) -> str:
        """For the settings."""
        return f"smpp://sangkien:ma%2Bkhau%40@127.0.0.1:{self.port}"

    async def caught_up(self) -> "Texts":
        """This ledger once it holds all that the gateway said before now: a network's answer may overtake a pipe's line."""
        assert self.asking is not None
        self.answered.clear()
        self.asking.write(b"\n")
        async with asyncio.timeout(30):
            await self.answered.wait()
        return self

    def hear(self, line: bytes) -> None:
        """A line of the gateway."""
        told = json.loads(line)
        if "echo" in told:
            self.answered.set()
        if "port" in told:
            self.port = told["port"]
            self.ready.set()
        self.sessions += bool(told.get("bound"))
        self.questions += bool(told.get("asked"))
        if "to" in told:
            self.taken.append(told)


@asynccontextmanager
async def text_gateway(texts: Texts) -> AsyncIterator[asyncio.subprocess.Process]:
    """Serve on the ledger's port, a free one at first; killed at the end."""
    texts.ready.clear()
    process = await asyncio.create_subprocess_exec(
        str(node.find(Silent()).node), str(SCRIPT), str(texts.port), PASSWORD,
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout is not None
    texts.asking = process.stdin

    async def listen(lines: asyncio.StreamReader) -> None:
        while line := await lines.readline():
            texts.hear(line)

    listener = asyncio.create_task(listen(process.stdout))
    try:
        async with asyncio.timeout(30):
            await texts.ready.wait()
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
        await listener
