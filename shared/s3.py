"""Blobs in an S3-compatible store. Only this file imports obstore."""

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import timedelta
from urllib.parse import parse_qs, unquote, urlsplit

import obstore
from obstore.exceptions import AlreadyExistsError, BaseError
from obstore.exceptions import NotFoundError as Missing
from obstore.store import S3Store

from shared import logs
from shared.blobs import BlobMissing, BlobsAway, BlobTaken, Source, as_source

_PATIENCE = timedelta(seconds=5)
_PIECE = 256 * 1024
log = logs.get(__name__)


class S3Blobs:
    """A bucket, or a folder of it."""

    def __init__(self, url: str) -> None:
        """`url`: s3+https://KEY:SECRET@host[:port]/bucket[/folder][?region=…]. Raises ValueError for another form."""
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
        """In one request: the store has all of it or nothing, and refuses an id that is taken. That takes its size in memory."""
        with as_source(content) as bytes_in:
            digest, whole = bytes_in.sha256, b"".join(bytes_in.pieces(_PIECE))
        about = {"Content-Type": media_type, "sha256": digest}
        with _told_apart():
            await obstore.put_async(self._bucket, blob_id, whole, attributes=about, mode="create", use_multipart=False)
        return digest

    async def get(self, blob_id: str) -> bytes:
        with _told_apart():
            found = await obstore.get_async(self._bucket, blob_id)
            return bytes(await found.bytes_async())

    async def stream(self, blob_id: str) -> AsyncIterator[bytes]:
        with _told_apart():
            found = await obstore.get_async(self._bucket, blob_id)

        async def pieces() -> AsyncIterator[bytes]:
            async for piece in found.stream(min_chunk_size=_PIECE):
                yield bytes(piece)

        return pieces()

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
