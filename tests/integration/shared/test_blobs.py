"""One contract, two adapters: GridFS, and an S3-compatible store (a real SeaweedFS)."""

import asyncio
import hashlib
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import AsyncExitStack
from typing import cast

import pytest

from shared import blobs as blob_port
from shared.blobs import AT_ONCE, BlobMissing, BlobsAway, BlobsBusy, BlobStore, BlobTaken, Incoming
from shared.gridfs import GridBlobs
from shared.ids import new_id
from shared.mongo import Store
from shared.s3 import S3Blobs
from tests.integration.seaweed import seaweed


@pytest.fixture(scope="module")
def bucket(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with seaweed(tmp_path_factory.mktemp("weed")) as url:
        yield url


@pytest.fixture(params=["gridfs", "s3"])
def blobs(request: pytest.FixtureRequest, store: Store) -> BlobStore:
    return store.blobs if request.param == "gridfs" else S3Blobs(request.getfixturevalue("bucket"))


def some_bytes(size: int) -> bytes:
    return random.Random(size).randbytes(size)


LARGE = 6 * 1024 * 1024
"""An S3-compatible store gets it in parts."""


class Broken(Incoming):
    """Its disk fails in the middle."""

    def pieces(self, size: int) -> Iterator[bytes]:
        whole = list(super().pieces(size))
        yield from whole[: len(whole) // 2]
        raise OSError("no such disk")


async def read(blobs: BlobStore, blob_id: str) -> bytes:
    return b"".join([piece async for piece in await blobs.stream(blob_id)])


@pytest.mark.parametrize("size", [0, 1, 255 * 1024, 10 * 1024 * 1024])
async def test_bytes_come_back_as_they_went_in_whole_or_in_pieces(blobs: BlobStore, size: int) -> None:
    blob_id, content = f"t:{new_id()}", some_bytes(size)
    assert await blobs.put(blob_id, content, media_type="application/pdf") == hashlib.sha256(content).hexdigest()
    assert await blobs.get(blob_id) == content
    assert await read(blobs, blob_id) == content


async def test_a_large_blob_comes_in_more_than_one_piece(blobs: BlobStore) -> None:
    blob_id = new_id()
    await blobs.put(blob_id, some_bytes(4 * 1024 * 1024), media_type="image/png")
    sizes = [len(piece) async for piece in await blobs.stream(blob_id)]
    assert len(sizes) > 1
    assert max(sizes) <= 2 * 1024 * 1024


async def test_what_is_not_there_is_missing_and_deleting_it_does_nothing(blobs: BlobStore) -> None:
    blob_id = new_id()
    await blobs.delete(blob_id)
    with pytest.raises(BlobMissing):
        await blobs.get(blob_id)
    with pytest.raises(BlobMissing):
        await blobs.stream(blob_id)
    await blobs.put(blob_id, b"once", media_type="image/png")
    await blobs.delete(blob_id)
    await blobs.delete(blob_id)
    with pytest.raises(BlobMissing):
        await blobs.get(blob_id)


async def test_an_id_that_is_taken_keeps_its_bytes(blobs: BlobStore) -> None:
    for size, other in ((0, LARGE), (10, 700_000), (600 * 1024, 0), (LARGE, 10), (LARGE, LARGE + 1)):
        blob_id = new_id()
        await blobs.put(blob_id, some_bytes(size), media_type="image/png")
        with pytest.raises(BlobTaken):
            await blobs.put(blob_id, b"x" * other, media_type="image/png")
        assert await blobs.get(blob_id) == some_bytes(size)


@pytest.mark.parametrize("least", [300_000, 6_000_000])
async def test_of_many_that_put_one_id_at_once_one_wins_whole_and_other_ids_are_untouched(
    blobs: BlobStore, least: int
) -> None:
    raced, sizes = new_id(), [least + number for number in range(8)]
    others = {new_id(): some_bytes(50_000 + number) for number in range(8)}
    told = await asyncio.gather(
        *(blobs.put(raced, some_bytes(size), media_type="image/png") for size in sizes),
        *(blobs.put(one, content, media_type="image/png") for one, content in others.items()),
        return_exceptions=True,
    )
    won = [one for one in told[: len(sizes)] if isinstance(one, str)]
    assert len(won) == 1, told
    assert all(isinstance(one, str | BlobTaken) for one in told), told
    assert hashlib.sha256(await blobs.get(raced)).hexdigest() == won[0]
    assert {one: await blobs.get(one) for one in others} == others


async def test_so_many_are_stored_at_once_and_whoever_waits_too_long_is_told_so_with_nothing_stored(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_once, most = Counter[str](), 0

    class Slow(Incoming):
        """Its bytes come when all that may be stored at once are."""

        def pieces(self, size: int) -> Iterator[bytes]:
            nonlocal most
            at_once["now"] += 1
            most = max(most, at_once["now"])
            yield from super().pieces(size)

    async def put() -> None:
        with Slow() as source:
            source.write(some_bytes(300_000))
            await store.blobs.put(new_id(), source, media_type="image/png")
            at_once["now"] -= 1

    await asyncio.gather(*(put() for _ in range(20)))
    assert most == AT_ONCE
    monkeypatch.setattr(blob_port, "_PATIENCE_SECONDS", 0.0)
    line = cast("GridBlobs", store.blobs)._line
    async with AsyncExitStack() as held:
        for _ in range(AT_ONCE):
            await line._places.acquire()
            held.callback(line._places.release)
        with pytest.raises(BlobsBusy, match="rất nhiều tệp"):
            await store.blobs.put("late", b"a", media_type="image/png")
    monkeypatch.undo()
    await store.blobs.put("late", b"a", media_type="image/png")


async def test_a_source_that_breaks_leaves_nothing_and_its_id_is_free(blobs: BlobStore) -> None:
    blob_id, content = new_id(), some_bytes(LARGE)
    with Broken() as source:
        source.write(content)
        with pytest.raises((OSError, BlobsAway)):
            await blobs.put(blob_id, source, media_type="image/png")
    with pytest.raises(BlobMissing):
        await blobs.get(blob_id)
    await blobs.put(blob_id, content, media_type="image/png")
    assert await blobs.get(blob_id) == content


async def test_a_late_sender_takes_nothing_of_what_another_one_stored_meanwhile(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    late, other, blob_id, theirs = store.blobs, GridBlobs(store._database), new_id(), some_bytes(LARGE)
    assert isinstance(late, GridBlobs)
    chunks = late._chunks

    class HeldUp:
        """Before its second write somebody else clears away what is there and stores theirs."""

        delete_many = chunks.delete_many

        async def insert_many(self, some: list[dict[str, object]]) -> None:
            if some[0]["n"]:
                await other.delete(blob_id)
                await other.put(blob_id, theirs, media_type="image/png")
            await chunks.insert_many(some)

    monkeypatch.setattr(late, "_chunks", HeldUp())
    with pytest.raises(BlobTaken):
        await late.put(blob_id, some_bytes(LARGE + 1), media_type="image/png")
    assert await other.get(blob_id) == theirs


async def test_a_sender_that_was_killed_between_its_claim_and_its_bytes_left_no_blob(bucket: str) -> None:
    blobs, blob_id = S3Blobs(bucket), new_id()
    await blobs._create(blob_id, b"", {"claim": "1"})
    for attempt in (blobs.get(blob_id), blobs.stream(blob_id)):
        with pytest.raises(BlobMissing):
            await attempt
    with pytest.raises(BlobTaken):
        await blobs.put(blob_id, b"somebody else's", media_type="image/png")
    await blobs.delete(blob_id)
    await blobs.put(blob_id, b"mine", media_type="image/png")
    assert await blobs.get(blob_id) == b"mine"


_PROGRAM = """
import asyncio, hashlib, resource, sys
from shared.blobs import Incoming
from shared.s3 import S3Blobs

async def there_and_back():
    blobs, piece = S3Blobs(sys.argv[1]), bytes(range(256)) * 4096
    await blobs.put("warm", piece, media_type="a/b")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with Incoming() as content:
        for _ in range(120):
            content.write(piece)
        sent = await blobs.put("large", content, media_type="a/b")
    came = hashlib.sha256()
    async for some in await blobs.stream("large"):
        came.update(some)
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    print(sent == came.hexdigest(), grown // 1024)

asyncio.run(there_and_back())
"""


def test_a_store_in_parts_never_has_a_large_blob_in_memory(bucket: str) -> None:
    told = subprocess.run([sys.executable, "-c", _PROGRAM, bucket], check=True, capture_output=True, text=True)
    same, grown = told.stdout.split()
    assert same == "True"
    assert int(grown) < 60, "megabytes, of a blob of 120"


async def test_a_store_that_is_away_is_said_to_be_away() -> None:
    nobody = S3Blobs("s3+http://a:b@127.0.0.1:1/thung")
    with pytest.raises(BlobsAway):
        await nobody.put("a", b"a", media_type="image/png")
    with pytest.raises(BlobsAway):
        await nobody.get("a")


async def test_a_wrong_secret_is_no_empty_store(bucket: str) -> None:
    stranger = S3Blobs(bucket.replace("bi-mat", "sai"))
    for attempt in (stranger.get("a"), stranger.delete("a"), stranger.put("a", b"a", media_type="image/png")):
        with pytest.raises(BlobsAway):
            await attempt


@pytest.mark.parametrize("url", ["https://a:b@s3.example/x", "s3+https://a:b@s3.example", "s3+ftp://a:b@s3.example/x"])
def test_an_address_of_another_form_is_refused_at_the_start(url: str) -> None:
    with pytest.raises(ValueError, match=r"s3\+https"):
        S3Blobs(url)
