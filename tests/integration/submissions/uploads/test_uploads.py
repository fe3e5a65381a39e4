"""Large files in pieces: gone on with after a cut, kept once, refused like any other file, forgotten when nobody goes on."""

import asyncio
import base64
import hashlib
import itertools
from collections.abc import AsyncIterator, Callable
from datetime import timedelta

import pytest

from services.submissions.downloads import service as downloads
from services.submissions.entries import service as entries
from services.submissions.entries.domain import Entry
from services.submissions.uploads import domain, service
from shared.clock import now
from shared.identity import Person
from shared.mongo import Store
from tests.integration.submissions.builders import Browser, a_contest, a_person, email_of
from tests.integration.submissions.entry_builders import a_draft, an_image

TUS = {"Tus-Resumable": "1.0.0"}
CONTENT = an_image("JPEG", size=(900, 700)) + bytes(range(256)) * 12_000
"""About 3 MB: readers of pictures do not mind what stands behind one."""


@pytest.fixture
async def author(store: Store) -> Person:
    return await a_person(store, email=email_of("tac-gia"))


@pytest.fixture
async def draft(store: Store, author: Person) -> Entry:
    return await a_draft(store, author, (await a_contest(store)).id)


@pytest.fixture
async def sender(browser: Callable[[], Browser], draft: Entry) -> Browser:
    made = browser()
    await made.sign_in(email_of("tac-gia"))
    await made.open(f"/bai-du-thi/{draft.id}/soan")
    made.headers["X-Csrf-Token"] = made.csrf_token
    return made


def address(draft: Entry) -> str:
    return f"/api/submissions/v1/entries/{draft.id}/uploads"


async def begin(
    sender: Browser, draft: Entry, *, name: str = "ảnh lớn.jpg", length: int = len(CONTENT), purpose: str = ""
) -> str:
    about = f"filename {base64.b64encode(name.encode()).decode()},filetype aW1hZ2U="
    about += f",purpose {base64.b64encode(purpose.encode()).decode()}" if purpose else ""
    told = await sender.post(address(draft), headers={**TUS, "Upload-Length": str(length), "Upload-Metadata": about})
    assert told.status_code == 201, told.text
    return str(told.headers["location"])


def piece(offset: int, **more: str) -> dict[str, str]:
    kind = {"Content-Type": "application/offset+octet-stream", "Upload-Offset": str(offset)}
    return {**TUS, **kind, **{name.replace("_", "-"): value for name, value in more.items()}}


async def blobs(store: Store) -> int:
    return await store.read["blobs.files"].count({})


async def test_a_file_in_pieces_becomes_one_attachment_and_leaves_no_piece(
    store: Store, sender: Browser, draft: Entry, author: Person
) -> None:
    url, cuts = await begin(sender, draft), [0, 1_200_000, 1_200_001, len(CONTENT)]
    for start, end in itertools.pairwise(cuts):
        asked = await sender.head(url, headers=TUS)
        assert (asked.headers["upload-offset"], asked.headers["upload-length"]) == (str(start), str(len(CONTENT)))
        assert asked.headers["cache-control"] == "no-store"
        told = await sender.patch(url, content=CONTENT[start:end], headers=piece(start))
        assert (told.status_code, told.headers["upload-offset"]) == (204, str(end))
    entry = await entries.get(store.read, draft.id)
    assert [(file.name, file.sha256) for file in entry.files] == [("ảnh lớn.jpg", hashlib.sha256(CONTENT).hexdigest())]
    assert (told.headers["entry-file"], told.headers["entry-version"]) == (entry.files[0].id, str(entry.version))
    _, pieces = await downloads.file(store, draft.id, entry.files[0].id, author)
    assert b"".join([one async for one in pieces]) == CONTENT
    assert await blobs(store) == 1
    again = await sender.patch(url, content=b"", headers=piece(len(CONTENT)))  # the answer got lost
    assert (again.status_code, again.headers["entry-file"]) == (204, entry.files[0].id)
    assert len((await entries.get(store.read, draft.id)).files) == 1


async def test_a_paper_of_an_organisation_in_pieces_is_none_of_the_entrys_files(
    store: Store, sender: Browser, draft: Entry
) -> None:
    url = await begin(sender, draft, purpose="mandate")
    assert (await sender.patch(url, content=CONTENT, headers=piece(0))).status_code == 204
    [kept] = (await entries.get(store.read, draft.id)).files
    assert (kept.purpose, kept.copy_blob) == ("mandate", "")


async def test_what_came_before_the_line_broke_is_kept(
    store: Store, sender: Browser, draft: Entry, author: Person
) -> None:
    url = await begin(sender, draft)
    upload = await service.get(store, draft.id, url.rpartition("/")[2], by=author, at=now())

    async def breaking() -> AsyncIterator[bytes]:
        for start in range(0, 1_500_000, 65_536):
            yield CONTENT[start : start + 65_536]
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        await service.take(store, upload, breaking(), offset=0, checksum=None)
    here = int((await sender.head(url, headers=TUS)).headers["upload-offset"])
    assert here >= 1_500_000
    told = await sender.patch(url, content=CONTENT[here:], headers=piece(here))
    assert told.status_code == 204
    assert (await entries.get(store.read, draft.id)).files[0].sha256 == hashlib.sha256(CONTENT).hexdigest()


async def test_the_same_piece_from_two_windows_counts_once(store: Store, sender: Browser, draft: Entry) -> None:
    url = await begin(sender, draft)
    told = await asyncio.gather(*(sender.patch(url, content=CONTENT[:500_000], headers=piece(0)) for _ in range(5)))
    assert sorted(one.status_code for one in told) == [204, 409, 409, 409, 409]
    assert (await sender.head(url, headers=TUS)).headers["upload-offset"] == "500000"
    assert await blobs(store) == 1


async def test_a_checksum_that_does_not_fit_keeps_nothing(store: Store, sender: Browser, draft: Entry) -> None:
    url = await begin(sender, draft)
    for algorithm in ("sha1", "sha256"):
        digest = base64.b64encode(hashlib.new(algorithm, b"something else").digest()).decode()
        told = await sender.patch(url, content=CONTENT[:10], headers=piece(0, Upload_Checksum=f"{algorithm} {digest}"))
        assert told.status_code == 460
    assert await blobs(store) == 0
    digest = base64.b64encode(hashlib.sha1(CONTENT[:10], usedforsecurity=False).digest()).decode()
    told = await sender.patch(url, content=CONTENT[:10], headers=piece(0, Upload_Checksum=f"sha1 {digest}"))
    assert (told.status_code, told.headers["upload-offset"]) == (204, "10")


async def test_what_no_contest_takes_is_refused_before_a_byte_is_sent(
    store: Store, sender: Browser, draft: Entry
) -> None:
    async def asked(name: str, length: str, **more: str) -> int:
        about = {"Upload-Length": length, "Upload-Metadata": f"filename {base64.b64encode(name.encode()).decode()}"}
        return (await sender.post(address(draft), headers={**TUS, **about, **more})).status_code

    assert await asked("a.pdf", str(11 * 1024 * 1024)) == 413
    assert await asked("a.pdf", "0") == 422
    assert await asked("a.exe", "10") == 422
    assert await asked("a.pdf", "-1") == 400
    assert await asked("a.pdf", "9" * 30) == 400
    assert await asked("a.pdf", "10", **{"Tus-Resumable": "0.2.2"}) == 412
    assert await asked("a.pdf", "10", **{"Upload-Metadata": "filename ***"}) == 400
    assert await asked("a.pdf", "10", **{"Upload-Metadata": "filename YS5wZGY=,purpose b3RoZXI="}) == 400
    assert await asked("a.pdf", "10", **{"X-Csrf-Token": "0" * 64}) == 403
    assert await store.read["uploads"].count({}) == 0


async def test_pieces_that_do_not_fit_are_refused_and_the_upload_stands(
    store: Store, sender: Browser, draft: Entry
) -> None:
    url = await begin(sender, draft, length=1000)
    for place in (1, 5):
        assert (await sender.patch(url, content=b"a", headers=piece(place))).status_code == 409
    almost = await sender.patch(url, content=b"a" * 999, headers=piece(0))
    assert (almost.status_code, almost.headers["upload-offset"]) == (204, "999")
    assert (await sender.patch(url, content=b"aa", headers=piece(999))).status_code == 413
    url = await begin(sender, draft, length=1000)
    assert (await sender.patch(url, content=b"a" * 1001, headers=piece(0))).status_code == 413
    assert (await sender.patch(url, content=b"a", headers={**piece(0), "Content-Type": "image/png"})).status_code == 415
    assert (await sender.patch(url, content=b"a", headers={**piece(0), "Tus-Resumable": "2"})).status_code == 412
    assert (await sender.head(url, headers=TUS)).headers["upload-offset"] == "0"
    assert await blobs(store) == 1  # the 999 bytes


async def test_a_file_in_disguise_is_refused_at_its_last_piece_and_nothing_is_left(
    store: Store, sender: Browser, draft: Entry
) -> None:
    url = await begin(sender, draft, name="bai.pdf")
    told = await sender.patch(url, content=CONTENT, headers=piece(0))
    assert (told.status_code, told.json()["code"]) == (422, "file_disguised")
    assert (await sender.head(url, headers=TUS)).status_code == 410
    assert (await blobs(store), await store.read["uploads"].count({})) == (0, 0)
    assert (await entries.get(store.read, draft.id)).files == []


async def test_a_finish_that_another_window_overtook_answers_the_same_file(
    store: Store, sender: Browser, draft: Entry, author: Person
) -> None:
    url = await begin(sender, draft)
    upload = await service.get(store, draft.id, url.rpartition("/")[2], by=author, at=now())

    async def body() -> AsyncIterator[bytes]:
        yield CONTENT

    whole = await service.take(store, upload, body(), offset=0, checksum=None)
    first = await service.finish(store, whole, by=author, at=now())
    late = await service.finish(store, whole, by=author, at=now())  # as it was read before the first one was done
    assert late.file_id == first.file_id
    assert (await sender.head(url, headers=TUS)).headers["entry-file"] == first.file_id
    assert await blobs(store) == 1


@pytest.mark.parametrize(
    "about",
    [
        "filename",
        "filename YS5wZGY,",
        "filename YQ==,filename " + base64.b64encode("bai\u202efdp.exe".encode()).decode(),
        "filename " + base64.b64encode(b"bai.exe\xff.pdf").decode(),
        "filename " + "QUFB" * 100_000,
        "filename  YS5wZGY=",
        ",,,,",
    ],
    ids=["no name", "cut base64", "a name told twice", "no UTF-8", "300 kB", "two blanks", "commas"],
)
async def test_metadata_made_to_do_harm_begins_nothing(store: Store, sender: Browser, draft: Entry, about: str) -> None:
    told = await sender.post(address(draft), headers={**TUS, "Upload-Length": "9", "Upload-Metadata": about})
    assert told.status_code in (400, 422), told.text
    assert await store.read["uploads"].count({}) == 0


async def test_an_upload_belongs_to_one_person_and_one_entry(
    store: Store, sender: Browser, draft: Entry, browser: Callable[[], Browser]
) -> None:
    url = await begin(sender, draft)
    await a_person(store, email=email_of("nguoi-la"))
    stranger = browser()
    await stranger.sign_in(email_of("nguoi-la"))
    await stranger.open("/bai-du-thi")
    stranger.headers["X-Csrf-Token"] = stranger.csrf_token or sender.csrf_token
    assert (await stranger.head(url, headers=TUS)).status_code == 404
    assert (await sender.head(url.replace(draft.id, "another"), headers=TUS)).status_code == 404
    assert (await stranger.post(address(draft), headers={**TUS, "Upload-Length": "5"})).status_code in (400, 403, 404)


async def test_what_nobody_goes_on_with_expires_is_called_off_or_erased(
    store: Store, sender: Browser, draft: Entry, author: Person
) -> None:
    urls = [await begin(sender, draft) for _ in range(domain.MOST_AT_ONCE)]
    headers = {**TUS, "Upload-Length": "5", "Upload-Metadata": "filename YS5wZGY="}
    assert (await sender.post(address(draft), headers=headers)).status_code == 429
    for url in urls:
        await sender.patch(url, content=CONTENT[:2000], headers=piece(0))
    assert (await sender.delete(urls[0], headers=TUS)).status_code == 204
    assert (await sender.head(urls[0], headers=TUS)).status_code == 410
    assert await blobs(store) == 4
    old = {"$set": {"expires_at": now() - timedelta(seconds=1)}}
    await store.read["uploads"].update({"_id": urls[1].rpartition("/")[2]}, old)
    assert (await sender.head(urls[1], headers=TUS)).status_code == 410
    assert await service.sweep(store, now()) == 1
    assert (await blobs(store), await store.read["uploads"].count({})) == (3, 3)
    await service.forget(store, author.id)
    assert (await blobs(store), await store.read["uploads"].count({})) == (0, 0)


async def test_the_server_says_what_it_speaks(sender: Browser, draft: Entry) -> None:
    told = await sender.options(address(draft))
    assert told.status_code == 204
    assert told.headers["tus-version"] == "1.0.0"
    assert told.headers["tus-extension"] == "creation,expiration,termination,checksum"
    assert told.headers["tus-max-size"] == str(20 * 1024 * 1024)
