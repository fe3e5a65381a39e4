"""Keeping a file: looked into, stored under a random id as it came; its copy for the jury and its scan are the worker's."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime

from services.submissions.files import domain
from services.submissions.files.domain import Attachment, Sent
from services.submissions.inspection import service as inspection
from services.submissions.inspection.domain import check_size
from services.submissions.jury_copies import domain as copies_domain
from services.submissions.jury_copies import service as jury_copies
from services.submissions.jury_copies.domain import Copy, Making, State
from services.submissions.scanning import service as scanning
from shared.blobs import Incoming
from shared.clock import now
from shared.ids import new_id, new_secret
from shared.mongo import Store, Tx


def incoming(max_bytes: int) -> Incoming:
    """Where a file goes as it comes, until the end of a `with`; a byte too many raises FileTooLarge."""
    return Incoming(lambda size: check_size(size or 1, max_bytes))


@asynccontextmanager
async def received(pieces: AsyncIterator[bytes], max_bytes: int) -> AsyncIterator[Incoming]:
    """All of a file, for as long as the block lasts. Raises FileTooLarge."""
    with incoming(max_bytes) as content:
        async for piece in pieces:
            content.write(piece)
        yield content


async def keep(
    store: Store, sent: Sent, *, allowed: Sequence[str], max_bytes: int, at: datetime, for_jury: bool = True
) -> Attachment:
    """Store a file; nothing refers to it yet. A file with a purpose is never for the jury. Raises the refusals of a file."""
    name, content, purpose = domain.kept_name(sent.name), sent.content, sent.purpose
    check_size(content.size, max_bytes)
    media_type = await inspection.kind_of(content, name, allowed=allowed, max_bytes=max_bytes)
    file_id, copied = new_id(), for_jury and not purpose and media_type in copies_domain.KINDS
    copy_id = new_secret() if copied else ""
    digest = await store.blobs.put(file_id, content, media_type=media_type)
    # The worker finds nothing to do before the bytes are there; the two notes wait for the journal side by side.
    notes = [scanning.expect(store.read, [file_id, *([copy_id] if copied else [])], at)]
    if copied:
        notes.append(jury_copies.expect(store.read, file_id, copy_id, media_type, at))
    await asyncio.gather(*notes)
    return Attachment(
        id=file_id, name=name, media_type=media_type, size=content.size, sha256=digest, added_at=at, copy_id=copy_id,
        purpose=purpose,
    )  # fmt: skip


async def copies(tx: Tx, kept: Iterable[Attachment]) -> dict[str, Making]:
    """How far the jury's copy of each file came, by the file's id; a file that gets none is not there."""
    files = list(kept)
    found = await jury_copies.of(tx, [file.id for file in files if file.copy_id])
    for file in files:
        if (old := file.copy_for_jury) is not None:
            about = old.model_dump(exclude={"id"})
            found[file.id] = Making(id=file.id, copy_id=old.id, state=State.READY, **about)
    return found


async def check_all(tx: Tx, kept: Sequence[Attachment]) -> None:
    """Before files are handed in. Raises Infected, CopyFailed, each with the name of the file."""
    names = {file.id: file.name for file in kept}
    await scanning.check_all(tx, names)
    await jury_copies.check_all(tx, names)


async def released(tx: Tx, kept: Sequence[Attachment]) -> list[Copy]:
    """What the jury may open of these files: made anew and not locked. Raises CopyPending while one is not made yet."""
    locked = await scanning.infected(tx, [file.id for file in kept])
    wanted = [file for file in kept if file.id not in locked]
    await jury_copies.check_made(tx, {file.id: file.name for file in wanted})
    made = await copies(tx, wanted)
    found = (made[file.id].copied for file in wanted if file.id in made)
    return [copy for copy in found if copy is not None]


async def content(store: Store, blob_id: str) -> bytes:
    """The bytes of a file or of a copy. Raises BlobMissing, Infected."""
    await scanning.check(store.read, blob_id)
    return await store.blobs.get(blob_id)


async def stream(store: Store, blob_id: str, *, for_jury: bool = False) -> AsyncIterator[bytes]:
    """The same piece by piece; the jury waits for the scan. Raises BlobMissing, Infected, NotScannedYet."""
    await scanning.check(store.read, blob_id, settled=for_jury)
    return await store.blobs.stream(blob_id)


async def delete(store: Store, blob_ids: Sequence[str]) -> None:
    """Files and copies, with what is known of them; those that are gone already stay gone."""
    await jury_copies.forget(store.read, blob_ids, now())
    for blob_id in blob_ids:
        await store.blobs.delete(blob_id)
    await scanning.forget(store.read, blob_ids)


async def drop(store: Store, kept: Attachment) -> None:
    """A file that was kept and is with nothing after all."""
    await delete(store, [kept.id, *([kept.copy_blob] if kept.copy_blob else [])])
