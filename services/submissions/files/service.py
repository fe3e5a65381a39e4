"""Keeping a file: looked into, made again for the jury in a child process with limits, stored under random ids."""

import asyncio
import multiprocessing
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

from services.submissions.files import domain
from services.submissions.files.domain import Attachment, Copy, Unreadable
from services.submissions.scanning import service as scanning
from shared.ids import new_id, new_secret
from shared.mongo import Store

Asked = tuple[bytes, str, list[str], int]
_CPU_SECONDS, _MEMORY_BYTES = 10, 1024 * 1024 * 1024
_PATIENCE_SECONDS = 25
_AT_ONCE = ThreadPoolExecutor(2, thread_name_prefix="clean")
# A fork server starts a child in milliseconds and shares neither threads nor sockets of the web process with it.
_CHILDREN = multiprocessing.get_context("forkserver")
_CHILDREN.set_forkserver_preload([domain.__name__])


async def keep(  # noqa: PLR0913 - a file has so many sides
    store: Store, name: str, content: bytes, *, allowed: list[str], max_bytes: int, at: datetime, purpose: str = ""
) -> Attachment:
    """Store a file and, when it is for the jury, its copy; nothing refers to them yet. Raises the domain's refusals."""
    name = domain.kept_name(name)
    domain.check_size(len(content), max_bytes)
    media_type, made = await examine(content, name, allowed=allowed, max_bytes=max_bytes)
    made = None if purpose else made
    file_id = new_id()
    digest = await store.blobs.put(file_id, content, media_type=media_type)
    copy = None
    if made is not None:
        copy_id = new_secret()
        copy_digest = await store.blobs.put(copy_id, made, media_type=media_type)
        copy = Copy(id=copy_id, media_type=media_type, size=len(made), sha256=copy_digest)
    await scanning.expect(store.read, [file_id, *([copy.id] if copy else [])], at)
    return Attachment(
        id=file_id,
        name=name,
        media_type=media_type,
        size=len(content),
        sha256=digest,
        added_at=at,
        copy_for_jury=copy,
        purpose=purpose,
    )


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
    for blob_id in blob_ids:
        await store.blobs.delete(blob_id)
    await scanning.forget(store.read, blob_ids)


async def examine(content: bytes, name: str, *, allowed: list[str], max_bytes: int) -> tuple[str, bytes | None]:
    """The kind of a file and its copy for the jury, found in a child that may neither hang nor eat the machine.

    Raises what `domain.kind_of` and `domain.cleaned` raise; whatever ends the child is Unreadable.
    """
    asked = (content, name, allowed, max_bytes)
    return await asyncio.get_running_loop().run_in_executor(_AT_ONCE, _in_child, asked)


def _in_child(asked: Asked) -> tuple[str, bytes | None]:
    ours, theirs = _CHILDREN.Pipe()
    child = _CHILDREN.Process(target=domain.work_in_child, args=(theirs, _CPU_SECONDS, _MEMORY_BYTES), daemon=True)
    child.start()
    theirs.close()
    try:
        ours.send(asked)
        if not ours.poll(_PATIENCE_SECONDS):
            raise Unreadable
        answer = ours.recv()
    except (EOFError, OSError) as error:  # the limits ended it
        raise Unreadable from error
    finally:
        child.kill()
        child.join()
        ours.close()
    if answer[0] is not None:
        refused, message = answer
        raise refused(message)
    return str(answer[1]), answer[2]
