"""Noting a file whose copy is wanted, making copies in the worker or when a secretary cannot wait, answering how far it came."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime

from services.submissions.inspection import service as inspection
from services.submissions.inspection.domain import Unreadable
from services.submissions.inspection.service import Ended
from services.submissions.jury_copies import domain, repository
from services.submissions.jury_copies.domain import CopyFailed, CopyPending, Making, State
from services.submissions.scanning import service as scanning
from shared import logs, turn
from shared.blobs import BlobMissing, BlobsAway, BlobTaken
from shared.clock import now
from shared.mongo import Store, Tx

INDEXES = repository.INDEXES
untold, note_told = repository.untold, repository.note_told
_REST_SECONDS = 1.0
_LOOK_AGAIN_SECONDS, _LOOKS = 0.2, 100
"""How long a secretary waits for a copy that somebody else is making: 20 seconds, longer than the turn of a dead one."""
_INFECTED = "tệp có mã độc"
log = logs.get(__name__)


async def expect(tx: Tx, file_id: str, copy_id: str, media_type: str, at: datetime) -> None:
    """A file was stored: its copy is to be made, under an id that is already said."""
    await repository.insert(tx, Making(id=file_id, copy_id=copy_id, media_type=media_type, next_at=at))


async def of(tx: Tx, file_ids: Sequence[str]) -> dict[str, Making]:
    """How far each copy came; a file that has none to be made is not there."""
    return {one.id: one for one in await repository.of(tx, file_ids)} if file_ids else {}


async def check_all(tx: Tx, names: Mapping[str, str]) -> None:
    """Before files (id: name) are handed in; a copy that is still being made holds up nobody. Raises CopyFailed."""
    for file_id, making in (await of(tx, list(names))).items():
        if making.state is State.FAILED:
            text = f"Không làm được bản cho giám khảo từ tệp “{names[file_id]}” ({making.why}). Hãy bỏ tệp này, lưu lại rồi gửi lại."
            raise CopyFailed(text, field="file")


async def check_made(tx: Tx, names: Mapping[str, str]) -> None:
    """Whether all that can be made of these files (id: name) is made. Raises CopyPending with the name of one that is not."""
    for file_id, making in (await of(tx, list(names))).items():
        if making.state is State.PENDING:
            text = f"Bản cho giám khảo của tệp “{names[file_id]}” chưa làm xong. Hãy thử lại sau ít phút."
            raise CopyPending(text)


async def settle(store: Store, file_ids: Sequence[str]) -> None:
    """Make what is missing now, without the worker; what somebody is making is waited for, not for ever."""
    for _ in range(_LOOKS):
        waiting = [one.id for one in await repository.of(store.read, file_ids) if one.state is State.PENDING]
        if not waiting:
            return
        making = await repository.take(store.read, now(), waiting)
        if making is None:
            await asyncio.sleep(_LOOK_AGAIN_SECONDS)
        else:
            await step(store, making)


async def forget(tx: Tx, blob_ids: Sequence[str], at: datetime) -> None:
    """Files or copies are being deleted."""
    await repository.leave(tx, blob_ids, at)


async def run(store: Store) -> None:
    """Make whatever is due until cancelled."""
    while True:
        making = await repository.take(store.read, now())
        if making is None:
            await asyncio.sleep(_REST_SECONDS)
        else:
            await step(store, making)


async def step(store: Store, making: Making) -> None:
    """One copy. Done twice it is done once; killed in the middle, it is due again when its turn ends."""
    if making.state is State.GONE:
        await store.blobs.delete(making.copy_id)
        await repository.delete(store.read, making.id)
        return
    try:
        further = await turn.kept(_tried(store, making), lambda: repository.hold(store.read, making, now()))
    except turn.TurnLost:
        further = None
    if further is None or not await repository.answer(store.read, further):
        await _left(store, making)
    elif further.state is State.FAILED:
        log.warning("jury_copies.failed", file=making.id, why=further.why)


async def _tried(store: Store, making: Making) -> Making | None:
    """How far it came; None when there is no such file any more."""
    try:
        return await _made(store, making)
    except BlobMissing:
        await repository.delete(store.read, making.id)
        return None
    except Ended as ended:
        return making.put_off(now(), ended.message)
    except Unreadable as refusal:
        return making.failed(now(), refusal.message)
    except (BlobsAway, BlobTaken) as error:
        log.warning("jury_copies.store.failed", file=making.id, error=repr(error)[:200])
        return making.later(now())


async def _left(store: Store, making: Making) -> None:
    """A copy that is not wanted any more; what somebody else made, or is making, stays."""
    known = await repository.of(store.read, [making.id])
    if all(one.state is State.GONE for one in known):
        await store.blobs.delete(making.copy_id)


async def _made(store: Store, making: Making) -> Making:
    if await scanning.infected(store.read, [making.id]):
        return making.failed(now(), _INFECTED)
    content = await store.blobs.get(making.id)
    copy = await inspection.apart(domain.cleaned, content, making.media_type)
    if not await repository.hold(store.read, making, now()):
        raise turn.TurnLost
    if making.tries > 1:  # whoever tried before may have left some of it
        await store.blobs.delete(making.copy_id)
    digest = await store.blobs.put(making.copy_id, copy, media_type=making.media_type)
    return making.made(len(copy), digest)
