"""Blobs in an S3-compatible store. Only this file imports obstore."""

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from urllib.parse import parse_qs, unquote, urlsplit

import obstore
from obstore.exceptions import AlreadyExistsError, BaseError
from obstore.exceptions import NotFoundError as Missing
from obstore.store import S3Store

from shared import logs
from shared.blobs import BlobMissing, BlobsAway, BlobTaken, Incoming, Line, Source, as_source

_PATIENCE = timedelta(seconds=5)
_PIECE = 256 * 1024
_PART = 5 * 1024 * 1024
"""The least that such a store takes as a part of a larger object; so much of a blob is in memory, and as much on its way."""
_CLAIM = "claim"
"""Metadata of an empty object that only keeps an id for whoever is sending its bytes."""
log = logs.get(__name__)


class S3Blobs:
    """A bucket, or a folder of it."""

    def __init__(self, url: str) -> None:
        """`url`: s3+https://KEY:SECRET@host[:port]/bucket[/folder][?region=…]. Raises ValueError for another form."""
        self._line = Line()
        place = urlsplit(url)
        bucket, _, folder = place.path.strip("/").partition("/")
        scheme = place.scheme.removeprefix("s3+")
        if scheme not in ("http", "https") or scheme == place.scheme or not (place.hostname and bucket):
            raise ValueError("the address of an S3 store reads s3+https://KEY:SECRET@host/bucket")
        port = f":{place.port}" if place.port else ""
        self._bucket = S3Store(
            bucket,
            prefix=folder or None,
            endpoint=f"{scheme}://{place.hostname}{port}",
            access_key_id=unquote(place.username or ""),
            secret_access_key=unquote(place.password or ""),
            region=parse_qs(place.query).get("region", ["us-east-1"])[0],
            virtual_hosted_style_request=False,
            client_options={"allow_http": scheme == "http", "timeout": "30s", "connect_timeout": "5s"},
            retry_config={"max_retries": 2, "retry_timeout": _PATIENCE},
        )

    async def put(self, blob_id: str, content: Source, *, media_type: str) -> str:
        """One request for a small blob, parts for a large one: the store has all of it or nothing, and refuses a taken id."""
        with as_source(content) as bytes_in:
            about = {"Content-Type": media_type, "sha256": bytes_in.sha256}
            async with self._line.place():
                with _told_apart():
                    await self._put(blob_id, bytes_in, about)
            return bytes_in.sha256

    async def _put(self, blob_id: str, content: Incoming, about: dict[str, str]) -> None:
        if content.size <= _PART:
            await self._create(blob_id, b"".join(content.pieces(_PART)), about)
        else:
            await self._create(blob_id, b"", {_CLAIM: "1"})  # parts cannot be sent on a condition
            await self._send(blob_id, content, about)

    async def _create(self, blob_id: str, whole: bytes, about: dict[str, str]) -> None:
        await obstore.put_async(self._bucket, blob_id, whole, attributes=about, mode="create", use_multipart=False)

    async def _send(self, blob_id: str, content: Incoming, about: dict[str, str]) -> None:
        try:
            await obstore.put_async(
                self._bucket, blob_id, content.pieces(_PIECE), attributes=about, use_multipart=True, chunk_size=_PART,
                max_concurrency=1,
            )  # fmt: skip
        except BaseException:
            with suppress(BaseError, OSError):
                await obstore.delete_async(self._bucket, blob_id)
            raise

    async def get(self, blob_id: str) -> bytes:
        with _told_apart():
            return bytes(await (await self._found(blob_id)).bytes_async())

    async def stream(self, blob_id: str) -> AsyncIterator[bytes]:
        with _told_apart():
            found = await self._found(blob_id)

        async def pieces() -> AsyncIterator[bytes]:
            with _told_apart():
                async for piece in found.stream(min_chunk_size=_PIECE):
                    yield bytes(piece)

        return pieces()

    async def _found(self, blob_id: str) -> "obstore.GetResult":
        found = await obstore.get_async(self._bucket, blob_id)
        if _CLAIM in found.attributes:  # its bytes are on their way, or whoever sent them was killed
            raise BlobMissing
        return found

    async def delete(self, blob_id: str) -> None:
        with _told_apart():
            try:
                await obstore.delete_async(self._bucket, blob_id)
            except FileNotFoundError:
                return


@contextmanager
def _told_apart() -> Iterator[None]:
    """The client's errors as ours."""
    try:
        yield
    except (Missing, FileNotFoundError) as error:
        raise BlobMissing from error
    except AlreadyExistsError as error:
        raise BlobTaken from error
    except (BaseError, OSError) as error:
        log.warning("blobs.store.failed", error=repr(error)[:300])
        raise BlobsAway from error
