"""A worker with one agent of the smallest effect, run as a real process: what once-only reading itself costs."""

from pydantic_settings import SettingsConfigDict

from shared.consume import Worker
from shared.inbox import Fact
from shared.mongo import Tx
from shared.settings import ServiceSettings
from shared.topics import ENTRIES


class ReaderSettings(ServiceSettings):
    """Settings of the reader."""

    model_config = SettingsConfigDict(env_prefix="BENCH_", extra="ignore", frozen=True)

    service: str = "bench"


worker = Worker(ReaderSettings(), rooms=())
app = worker.app


@worker.agent(ENTRIES)
async def on_entries(tx: Tx, fact: Fact) -> None:
    """One small document for each fact."""
    await tx["effects"].insert({"_id": fact.id, "key": fact.subject, "seq": fact.seq})
