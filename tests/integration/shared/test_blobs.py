"""One contract, two adapters: GridFS, and an S3-compatible store (a real SeaweedFS)."""

import asyncio
import hashlib
import random
from collections.abc import Iterator

import pytest

from shared.blobs import BlobMissing, BlobsAway, BlobStore, BlobTaken
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
    for size in (0, 10, 600 * 1024):
        blob_id = new_id()
        await blobs.put(blob_id, some_bytes(size), media_type="image/png")
        with pytest.raises(BlobTaken):
            await blobs.put(blob_id, b"x" * 700_000, media_type="image/png")
        assert await blobs.get(blob_id) == some_bytes(size)


async def test_of_many_that_put_one_id_at_once_one_wins_whole_and_other_ids_are_untouched(blobs: BlobStore) -> None:
    raced, sizes = new_id(), [300_000 + number for number in range(8)]
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
