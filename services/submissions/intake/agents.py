"""The register follows the service's own facts about entries, and learns from judging that a code was given."""

from services.submissions.intake import service
from services.submissions.worker import worker
from shared import topics
from shared.events.judging import ScriptCoded
from shared.events.submissions import (
    EntryAccepted,
    EntryRefused,
    EntryReopened,
    EntryReturned,
    EntrySubmitted,
    EntryWithdrawn,
    FileRefused,
)
from shared.inbox import Fact
from shared.mongo import Tx


@worker.agent(topics.ENTRIES)
async def on_entries(tx: Tx, fact: Fact) -> None:
    """Every step of an entry, in order."""
    match fact.event:
        case EntrySubmitted() as told:
            await service.record(tx, told)
        case EntryWithdrawn() | EntryReturned() | EntryAccepted() | EntryRefused() | EntryReopened() as told:
            await service.follow(tx, told, fact.time)
        case FileRefused() as told:
            await service.note_file(tx, told)


@worker.agent(topics.SCRIPTS)
async def on_scripts(tx: Tx, fact: Fact) -> None:
    """An accepted entry got its secret code."""
    match fact.event:
        case ScriptCoded() as told:
            await service.note_coded(tx, told)
