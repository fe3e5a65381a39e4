"""The port for bytes that are too large for a document. Its adapters: `gridfs` (MongoDB) and `s3` (an S3-compatible store)."""

import asyncio
import hashlib
import os
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from types import TracebackType
from typing import Protocol, Self

from shared.errors import NotFound, Refusal

AT_ONCE = 4
"""Blobs that one process stores at the same time, each with a few megabytes in memory."""
_PATIENCE_SECONDS = 60.0
GRIDFS = "gridfs"
"""The setting that means MongoDB itself; so does an empty one."""


class BlobMissing(NotFound):
    """There are no bytes under this id."""

    code = "blob_missing"


class BlobTaken(Exception):
    """There are bytes under this id already, and they stay as they are: an id is used once."""


class BlobsAway(Refusal):
    """The store of bytes cannot be reached; it may be tried again."""

    code = "blobs_away"
    status = 503
    message = "Kho tệp đang tạm gián đoạn và sẽ tự nối lại. Tệp chưa được ghi; hãy gửi lại sau ít phút."


class BlobsBusy(BlobsAway):
    """Too many are waiting to be stored; it may be tried again."""

    code = "blobs_busy"
    message = "Hệ thống đang nhận rất nhiều tệp cùng lúc. Tệp chưa được ghi; hãy gửi lại sau ít phút."


class Line:
    """Some blobs are stored at once, the others wait on the disk: so many parts of them are in memory and no more."""

    def __init__(self) -> None:
        """Of one store of bytes; used in one event loop."""
        self._places = asyncio.Semaphore(AT_ONCE)

    @asynccontextmanager
    async def place(self) -> AsyncIterator[None]:
        """One's turn. Raises BlobsBusy when it does not come in time."""
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS):
                await self._places.acquire()
        except TimeoutError:
            raise BlobsBusy from None
        try:
            yield
        finally:
            self._places.release()


class Incoming:
    """Bytes on their way in: on the disk in a file without a name, counted and hashed as they come; gone when closed."""

    def __init__(self, check: Callable[[int], None] | None = None) -> None:
        """`check` is told each size before it is reached, and may refuse it."""
        self._check = check
        self._file = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115 - closed by `close`
        self._digest = hashlib.sha256()
        self.size = 0

    def write(self, piece: bytes | memoryview) -> None:
        """The next bytes: into the page cache, which takes microseconds for what one message of a request holds."""
        if self._check:
            self._check(self.size + len(piece))
        self._digest.update(piece)
        self.size += len(piece)
        while len(piece):
            piece = piece[self._file.write(piece) :]

    @property
    def sha256(self) -> str:
        """Of all that came so far."""
        return self._digest.hexdigest()

    def fileno(self) -> int:
        """For another process that is to read the same bytes; it must not move the place in the file."""
        return self._file.fileno()

    def pieces(self, size: int) -> Iterator[bytes]:
        """From the beginning, each of `size` bytes but the last."""
        for start in range(0, self.size, size):
            yield os.pread(self._file.fileno(), size, start)

    def close(self) -> None:
        """Forget the bytes."""
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self.close()


Source = bytes | Incoming


@contextmanager
def as_source(content: Source) -> Iterator[Incoming]:
    """What an adapter reads from, whichever way the bytes were given."""
    if isinstance(content, Incoming):
        yield content
        return
    with Incoming() as made:
        made.write(content)
        yield made


class BlobStore(Protocol):
    """Bytes under ids. Outside of every transaction: bytes first, then the document that links to them."""

    async def put(self, blob_id: str, content: Source, *, media_type: str) -> str:
        """Store bytes and answer their SHA-256. Raises BlobTaken, BlobsAway; then nothing is left behind."""
        ...

    async def get(self, blob_id: str) -> bytes:
        """All of the bytes. Raises BlobMissing, BlobsAway."""
        ...

    async def stream(self, blob_id: str) -> AsyncIterator[bytes]:
        """The bytes piece by piece. Raises BlobMissing and BlobsAway before the first piece."""
        ...

    async def delete(self, blob_id: str) -> None:
        """Take bytes away; when there are none, nothing happens. Raises BlobsAway."""
        ...
