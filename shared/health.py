"""Health of a process: /healthz says it makes progress, /readyz says it can serve; a small server for workers and relays."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

from aiohttp import web

from shared.clock import now
from shared.settings import ServiceSettings

Alive = Callable[[], Awaitable[bool]]
Ready = Callable[[], Awaitable[dict[str, bool]]]


class Progress:
    """Whether work that waits is being done. A process with nothing to do is alive."""

    def __init__(self, patience: timedelta) -> None:
        """`patience`: how long work may wait without any progress."""
        self._patience = patience
        self._last = now()
        self._running = 0

    def begin(self) -> None:
        """A piece of work starts."""
        self._running += 1
        self.touch()

    def end(self) -> None:
        """A piece of work ended, well or not."""
        self._running -= 1
        self.touch()

    def touch(self) -> None:
        """Something moved."""
        self._last = now()

    @property
    def last(self) -> datetime:
        """When something moved last."""
        return self._last

    def alive(self, *, behind: bool) -> bool:
        """False when work waits (`behind`, or begun and not ended) and nothing moved within the patience."""
        if not behind and self._running == 0:
            self.touch()
        return now() - self._last <= self._patience


async def answer(ready: Ready) -> tuple[int, dict[str, object]]:
    """Status and body of a readiness answer; a failing probe is a plain no."""
    try:
        parts = await ready()
    except Exception as error:  # noqa: BLE001 - whatever the probe meets, the answer is "not ready"
        return 503, {"ready": False, "error": type(error).__name__}
    fine = all(parts.values())
    return (200 if fine else 503), {"ready": fine, **parts}


@asynccontextmanager
async def served(settings: ServiceSettings, *, alive: Alive, ready: Ready) -> AsyncIterator[None]:
    """Answer /healthz and /readyz on the process's health port for as long as the block runs."""
    if not settings.health_port:
        yield
        return

    async def healthz(_: web.Request) -> web.Response:
        fine = await alive()
        return web.json_response({"alive": fine}, status=200 if fine else 503)

    async def readyz(_: web.Request) -> web.Response:
        status, body = await answer(ready)
        return web.json_response(body, status=status)

    application = web.Application()
    application.add_routes([web.get("/healthz", healthz), web.get("/readyz", readyz)])
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, settings.health_host, settings.health_port).start()
    try:
        yield
    finally:
        await runner.cleanup()
