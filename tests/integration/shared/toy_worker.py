"""A worker whose agent does what the event says (quick, slow, failing), and one that reads states. Run as a process."""

import asyncio
from pathlib import Path

from pydantic_settings import SettingsConfigDict

from shared.consume import Worker
from shared.events.judging import SheetSealed
from shared.inbox import Fact
from shared.mongo import Tx
from shared.settings import ServiceSettings
from shared.topics import PEOPLE, SHEETS


class ToySettings(ServiceSettings):
    """Settings of the toy service; `mark` is a file that says a slow handler has begun."""

    model_config = SettingsConfigDict(env_prefix="TOY_", extra="ignore", frozen=True)

    service: str = "toy"
    mark: str = ""


settings = ToySettings()
worker = Worker(settings, rooms=())
app = worker.app


@worker.agent(SHEETS)
async def on_sheets(tx: Tx, fact: Fact) -> None:
    """Do what the event's entry id says, then write the effect."""
    match fact.event:
        case SheetSealed(entry_id="fails"):
            raise RuntimeError("this handler cannot do it")
        case SheetSealed(entry_id="fails while the switch is on"):
            if await tx["switches"].get("on") is not None:
                raise RuntimeError("not yet")
        case SheetSealed(entry_id="slow"):
            begun = Path(settings.mark)
            first = not await asyncio.to_thread(begun.exists)
            await asyncio.to_thread(begun.touch)
            if first:
                await asyncio.sleep(4)
    await tx["seen"].update({"_id": fact.subject}, {"$push": {"seqs": fact.seq}}, upsert=True)


async def forget(tx: Tx, key: str) -> None:
    """What was kept of a person goes; that it went is written down."""
    await tx["seen"].update({"_id": key}, {"$set": {"seqs": [], "gone": True}}, upsert=True)


@worker.agent(PEOPLE, erased=forget)
async def on_people(tx: Tx, fact: Fact) -> None:
    """Write down which states of a person were read."""
    await tx["seen"].update({"_id": fact.subject}, {"$push": {"seqs": fact.seq}}, upsert=True)
