"""Blobs in MongoDB as GridFS lays them out (`blobs.files`, `blobs.chunks`), with two writes for a blob instead of the driver's four.

The driver's bucket looks at both collections before each upload, whether its indexes are there; ours are made at the start.
"""

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from shared.blobs import BlobMissing, BlobTaken, Incoming, Line, Source, as_source
from shared.ids import new_id

FILES, CHUNKS = "blobs.files", "blobs.chunks"
_PIECE = 255 * 1024
_AT_ONCE, _READ_AT_ONCE = 16, 4
"""Pieces of one write and of one read: 4 MB and 1 MB, which is what a large blob holds in memory, on its way in and out."""
_TAKEN = 11000


class GridBlobs:
    """The blobs of one database."""

    def __init__(self, database: Any) -> None:
        """`database`: the driver's."""
        self._files, self._chunks = database[FILES], database[CHUNKS]
        self._line = Line()

    async def put(self, blob_id: str, content: Source, *, media_type: str) -> str:
        """The file's document comes last: without it there is no blob."""
        with as_source(content) as bytes_in:
            async with self._line.place():
                return await self._put(blob_id, bytes_in, media_type)

    async def _put(self, blob_id: str, bytes_in: Incoming, media_type: str) -> str:
        ours = {"files_id": blob_id, "by": new_id()}
        try:
            for some in _batches(ours, bytes_in):
                await self._chunks.insert_many(some)
            about = {"media_type": media_type, "sha256": bytes_in.sha256}
            await self._files.insert_one(
                {"_id": blob_id, "filename": blob_id, "length": bytes_in.size, "chunkSize": _PIECE,
                 "uploadDate": datetime.now(UTC), "metadata": about}
            )  # fmt: skip
        except BaseException as error:
            await self._chunks.delete_many(ours)  # of two that put one blob, neither takes the other's pieces away
            if _is_taken(error):
                raise BlobTaken from error
            raise
        return bytes_in.sha256

    async def get(self, blob_id: str) -> bytes:
        return b"".join([piece async for piece in await self.stream(blob_id)])

    async def stream(self, blob_id: str) -> AsyncIterator[bytes]:
        known = await self._files.find_one({"_id": blob_id})
        if known is None:
            raise BlobMissing

        async def pieces() -> AsyncIterator[bytes]:
            left = known["length"]
            async for chunk in self._chunks.find({"files_id": blob_id}, batch_size=_READ_AT_ONCE).sort("n", 1):
                left -= len(chunk["data"])
                yield bytes(chunk["data"])
            if left:  # deleted meanwhile, or damaged: nobody may take what came for the whole
                raise BlobMissing

        return pieces()

    async def delete(self, blob_id: str) -> None:
        await self._files.delete_one({"_id": blob_id})
        await self._chunks.delete_many({"files_id": blob_id})


def _batches(ours: dict[str, str], content: Incoming) -> Iterator[list[dict[str, Any]]]:
    numbered = enumerate(content.pieces(_PIECE))
    while some := [{**ours, "n": n, "data": piece} for n, piece in islice(numbered, _AT_ONCE)]:
        yield some


def _is_taken(error: BaseException) -> bool:
    """Whether the driver says that an id is there already."""
    details = getattr(error, "details", None) or {}
    return _TAKEN in {details.get("code"), *(one.get("code") for one in details.get("writeErrors", ()))}
