"""The port for bytes that are too large for a document. Its adapters: `mongo` (GridFS) and `s3` (an S3-compatible store)."""

from collections.abc import AsyncIterator
from typing import Protocol

from shared.errors import NotFound, Refusal

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


class BlobStore(Protocol):
    """Bytes under ids. Outside of every transaction: bytes first, then the document that links to them."""

    async def put(self, blob_id: str, content: bytes, *, media_type: str) -> str:
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
