"""The relay process of a service: `python -m services.<service>.relay` runs this with the service's settings."""

import asyncio
import signal
from contextlib import suppress
from datetime import timedelta

from shared import health, logs, outbox
from shared.clock import now
from shared.kafka import Producer
from shared.settings import ServiceSettings
from shared.stores import opened

_STALL = timedelta(seconds=90)
_ROUND = timedelta(seconds=20)


async def _run(settings: ServiceSettings) -> None:
    store = opened(settings, "relay")
    relay = outbox.Relay(store, lambda: Producer(settings.kafka_url))
    born = now()

    async def alive() -> bool:
        return now() - (relay.last_round or born) <= _STALL

    async def ready() -> dict[str, bool]:
        await store.ping()
        # A broker that is away shows as rounds that stop; what waits in the outbox is not lost and no reason to be unready.
        return {"database": True, "broker": relay.last_round is not None and now() - relay.last_round < _ROUND}

    async with health.served(settings, alive=alive, ready=ready):
        work = asyncio.create_task(relay.run())
        for name in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(name, work.cancel)
        with suppress(asyncio.CancelledError):
            await work
    store.close()


def main(settings: ServiceSettings) -> None:
    """Run until told to stop."""
    logs.configure(f"{settings.service}.relay", settings.log_level)
    asyncio.run(_run(settings))
