"""Beginning an upload, taking its pieces as they come in, making the attachment, forgetting what nobody went on with."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime

from services.submissions.entries import service as entries
from services.submissions.files import domain as files
from services.submissions.files import service as attachments
from services.submissions.inspection import domain as inspection
from services.submissions.uploads import domain, repository
from services.submissions.uploads.domain import About, Checksum, OffsetMoved, Over, Piece, TooManyUploads, Upload
from shared import logs
from shared.clock import now
from shared.errors import Refusal
from shared.identity import Person
from shared.ids import new_secret
from shared.mongo import Store

INDEXES, of_person = repository.INDEXES, repository.of_person
_PIECE_BYTES = 1024 * 1024
"""Of one stored piece: what a broken connection may cost, against what many small pieces cost the store."""
_REST_SECONDS, _AT_ONCE = 30.0, 20
_UNAVAILABLE = 503
log = logs.get(__name__)


async def begin(store: Store, entry_id: str, about: About, length: int, *, by: Person, at: datetime) -> Upload:
    """A new one, before a byte of it is sent. Raises NotFound, TooManyUploads and the refusals of file and entry."""
    entry, contest = await entries.view(store, entry_id, by)
    entry.check_room_for_file(contest, at, about.purpose)
    rules = contest.form_rules
    inspection.check_size(length, min(rules.max_bytes, domain.MOST_BYTES))
    name = files.kept_name(about.name)
    inspection.check_name(name, list(rules.media_types))
    under_way = [
        one for one in await repository.of_person(store.read, by.id) if not one.file_id and at < one.expires_at
    ]
    if len(under_way) >= domain.MOST_AT_ONCE:
        raise TooManyUploads
    made = Upload(id=new_secret(), owner_id=by.id, entry_id=entry_id, name=name, purpose=about.purpose, length=length,
                  created_at=at, expires_at=at + domain.KEPT_FOR)  # fmt: skip
    await repository.insert(store.read, made)
    return made


async def get(store: Store, entry_id: str, upload_id: str, *, by: Person, at: datetime) -> Upload:
    """One's own. Raises NotFound, Over."""
    found = await repository.find(store.read, upload_id)
    if found is None:
        raise Over
    found.check(entry_id, by.id, at)
    return found


async def take(
    store: Store, upload: Upload, body: AsyncIterator[bytes], *, offset: int, checksum: Checksum | None
) -> Upload:
    """Keep what comes, piece by piece: what is here when the connection breaks stays. Raises OffsetMoved, FileTooLarge.

    With a checksum all of it is kept or, when it does not fit, nothing (ChecksumWrong).
    """
    upload.check_piece(offset)
    waiting = bytearray()
    try:
        async for part in body:
            waiting += part
            upload.check_fits(len(waiting))
            if checksum is None and len(waiting) >= _PIECE_BYTES:
                upload = await _keep(store, upload, bytes(waiting))
                waiting.clear()
    except Refusal:
        raise
    except Exception:
        # The line broke. What came whole is kept, and the client goes on behind it.
        if checksum is None and waiting:
            await _keep(store, upload, bytes(waiting))
        raise
    if checksum is not None:
        checksum.check(bytes(waiting))
    return await _keep(store, upload, bytes(waiting)) if waiting else upload


async def _keep(store: Store, upload: Upload, content: bytes) -> Upload:
    piece = Piece(id=f"upload:{new_secret()}", size=len(content))
    await store.blobs.put(piece.id, content, media_type="application/octet-stream")
    further = await repository.take_piece(store.read, upload, piece, now())
    if further is None:
        await store.blobs.delete(piece.id)
        raise OffsetMoved
    return further


async def finish(store: Store, upload: Upload, *, by: Person, at: datetime) -> Upload:
    """The whole file becomes an attachment; done twice it is one. Raises the refusals of file and entry: then it is over."""
    if upload.file_id:
        return upload
    try:
        async with attachments.received(_whole(store, upload), upload.length) as content:
            sent = files.Sent(upload.name, content, upload.purpose)
            kept, version = await entries.attach(store, upload.entry_id, sent, by=by, at=at)
    except Refusal as refusal:
        done = await repository.find(store.read, upload.id)
        if done is not None and done.file_id:  # by another request, which takes the pieces away
            return done
        if refusal.status < _UNAVAILABLE:
            await _forget(store, upload)
        raise
    await repository.attached(store.read, upload.id, kept.id, version)
    await _drop_pieces(store, upload)
    return upload.model_copy(update={"file_id": kept.id, "version": version})


async def _whole(store: Store, upload: Upload) -> AsyncIterator[bytes]:
    for piece in upload.pieces:
        async for part in await store.blobs.stream(piece.id):
            yield part


async def call_off(store: Store, upload: Upload) -> None:
    """The sender wants it no more; a file that is with the entry already stays there."""
    await _forget(store, upload)


async def forget(store: Store, person_id: str) -> None:
    """Everything a person has under way."""
    for upload in await repository.of_person(store.read, person_id):
        await _forget(store, upload)


async def _forget(store: Store, upload: Upload) -> None:
    """Bytes first: while the upload is there, a killed worker's successor still knows of them."""
    await _drop_pieces(store, upload)
    await repository.delete(store.read, upload.id)


async def _drop_pieces(store: Store, upload: Upload) -> None:
    for piece in upload.pieces:
        await store.blobs.delete(piece.id)


async def run(store: Store) -> None:
    """Forget what expired, until cancelled."""
    while True:
        if not await sweep(store, now()):
            await asyncio.sleep(_REST_SECONDS)


async def sweep(store: Store, at: datetime) -> int:
    """One round; how many were forgotten."""
    found = await repository.expired(store.read, at, _AT_ONCE)
    for upload in found:
        await _forget(store, upload)
    if found:
        log.info("uploads.expired", count=len(found))
    return len(found)
