"""The jury's copy of a file: made after the upload, awaited at acceptance, never unstripped, and nobody is stuck without it."""

import asyncio
import struct
import zlib
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from services.submissions.contests.domain import Contest
from services.submissions.decisions import service as decisions
from services.submissions.downloads import service as downloads
from services.submissions.entries import service as entries
from services.submissions.entries.domain import Entry
from services.submissions.files import service as files
from services.submissions.inspection import service as inspection
from services.submissions.inspection.service import Ended
from services.submissions.jury_copies import repository, service
from services.submissions.jury_copies.domain import CopyFailed, CopyPending, State
from shared import turn
from shared.clock import now
from shared.identity import Person
from shared.mongo import Store
from tests.integration.submissions.builders import ADMINISTRATOR, Browser, a_contest, a_person, email_of
from tests.integration.submissions.entry_builders import (
    a_draft,
    a_pdf,
    an_image,
    attach,
    copied,
    deliver,
    hand_in,
    key,
)

SECRETARY = Person("thu-ky", "Thư ký", frozenset({("secretary", "*")}))


def a_broken_picture() -> bytes:
    """Every checksum is right and the head is in order; what is packed in it is nonsense."""

    def piece(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 40, 30, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + piece(b"IHDR", head) + piece(b"IDAT", b"nonsense") + piece(b"IEND", b"")


@pytest.fixture
async def author(store: Store) -> Person:
    return await a_person(store, email=email_of("tac-gia"))


@pytest.fixture
async def contest(store: Store) -> Contest:
    return await a_contest(store)


@pytest.fixture
async def draft(store: Store, author: Person, contest: Contest) -> Entry:
    return await a_draft(store, author, contest.id)


async def state_of(store: Store, file_id: str) -> State:
    return (await service.of(store.read, [file_id]))[file_id].state


async def accept(store: Store, entry_id: str) -> Entry:
    read = (await entries.get(store.read, entry_id)).revision
    await decisions.accept(store, entry_id, revision=read, key=key(), by=SECRETARY, at=now())
    return await entries.get(store.read, entry_id)


async def test_handing_in_seconds_after_an_upload_waits_for_nothing_and_accepting_makes_what_is_missing(
    store: Store, author: Person, draft: Entry
) -> None:
    kept = await attach(store, draft.id, "bản vẽ.pdf", a_pdf(), by=author)
    await hand_in(store, draft.id, author)
    await deliver(store, draft.id)
    assert await state_of(store, kept.id) is State.PENDING
    with pytest.raises(CopyPending, match=r"bản vẽ\.pdf"):  # nothing is accepted past a copy that is missing
        await store.transaction(lambda tx: entries.accept(tx, draft.id, ADMINISTRATOR, now()))
    assert (await entries.get(store.read, draft.id)).released == []
    entry = await accept(store, draft.id)  # the worker is away
    assert [copy.id for copy in entry.released] == [kept.copy_id]
    assert await store.blobs.get(kept.copy_id) != await store.blobs.get(kept.id)


async def test_a_secretary_waits_for_a_copy_that_the_worker_is_making_but_not_for_ever(
    store: Store, author: Person, draft: Entry, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = await attach(store, draft.id, "bản vẽ.pdf", a_pdf(), by=author)
    await hand_in(store, draft.id, author)
    await deliver(store, draft.id)
    making = await repository.take(store.read, now())
    assert making is not None
    with monkeypatch.context() as patched:
        patched.setattr(service, "_LOOKS", 2)
        with pytest.raises(CopyPending):
            await accept(store, draft.id)
    waiting = asyncio.create_task(accept(store, draft.id))
    await service.step(store, making)
    assert [copy.id for copy in (await waiting).released] == [kept.copy_id]


async def test_a_maker_that_was_killed_is_waited_for_no_longer_than_a_secretary_waits(
    store: Store, author: Person, draft: Entry, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert turn.LENGTH.total_seconds() < service._LOOKS * service._LOOK_AGAIN_SECONDS
    kept = await attach(store, draft.id, "bản vẽ.pdf", a_pdf(), by=author)
    await hand_in(store, draft.id, author)
    await deliver(store, draft.id)
    monkeypatch.setattr(turn, "LENGTH", timedelta(seconds=1))
    assert await repository.take(store.read, now()) is not None  # and then it was killed
    assert [copy.id for copy in (await accept(store, draft.id)).released] == [kept.copy_id]


async def test_a_slow_maker_that_lives_keeps_its_turn(
    store: Store, author: Person, draft: Entry, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = await attach(store, draft.id, "ảnh.jpg", an_image(), by=author)
    making = await repository.take(store.read, now())
    assert making is not None
    make = inspection.apart

    async def slow(*about: Any) -> bytes:
        for _ in range(2000):
            if (await service.of(store.read, [kept.id]))[kept.id].next_at != making.next_at:
                return await make(*about)
            await asyncio.sleep(0.01)
        pytest.fail("the turn was not renewed")

    monkeypatch.setattr(turn, "_EVERY_SECONDS", 0.05)
    monkeypatch.setattr(inspection, "apart", slow)
    await service.step(store, making)
    assert await state_of(store, kept.id) is State.READY


async def test_a_maker_whose_turn_is_over_touches_nothing_of_the_next_ones(
    store: Store, author: Person, draft: Entry, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept, turns = await attach(store, draft.id, "ảnh.jpg", an_image(), by=author), []
    for _ in range(3):
        await store.read["jury_copies"].update({"_id": kept.id}, {"$set": {"next_at": now()}})
        turns.append(await repository.take(store.read, now()))
    _, late, last = turns
    assert late is not None
    assert last is not None
    make = inspection.apart

    async def overtaken(*about: Any) -> bytes:
        """While it made its copy, whoever followed had stored one and not said so yet."""
        await store.blobs.put(kept.copy_id, b"the next one's", media_type="image/jpeg")
        return await make(*about)

    with monkeypatch.context() as patched:
        patched.setattr(inspection, "apart", overtaken)
        await service.step(store, late)
    assert await store.blobs.get(kept.copy_id) == b"the next one's"
    assert await repository.answer(store.read, last.made(14, "0"))
    await service.step(store, late)  # and so it is when the next one is done
    assert await store.blobs.get(kept.copy_id) == b"the next one's"
    assert not await repository.answer(store.read, late.failed(now(), "quá hạn"))


async def test_a_file_that_cannot_be_made_again_is_not_handed_in_and_says_so(
    store: Store, author: Person, draft: Entry, browser: Callable[[], Browser]
) -> None:
    kept = await attach(store, draft.id, "ảnh hỏng.png", a_broken_picture(), by=author)
    window, address = browser(), f"/bai-du-thi/{draft.id}"
    await window.sign_in(email_of("tac-gia"))
    own = await window.bearer(email_of("tac-gia"))
    assert "Đang làm bản cho giám khảo" in (await window.open(f"{address}/soan")).text
    assert "Bạn không phải chờ" in (await window.open(f"{address}/xem-truoc")).text
    assert (await window.get(f"{address}/xem-truoc/1")).status_code == 409
    [told] = (await window.get(f"/api/submissions/v1/entries/{draft.id}", headers=own)).json()["files"]
    assert (told["scan"], told["copy_state"], told["for_jury"]) == ("scan_pending", "copy_pending", True)
    await copied(store)
    assert await state_of(store, kept.id) is State.FAILED
    for page in ("soan", "xem-truoc"):
        assert "chưa gửi được cho giám khảo" in (await window.open(f"{address}/{page}")).text
    [told] = (await window.get(f"/api/submissions/v1/entries/{draft.id}", headers=own)).json()["files"]
    assert told["copy_state"] == "copy_failed"
    with pytest.raises(CopyFailed, match=r"ảnh hỏng\.png"):
        await hand_in(store, draft.id, author)
    await entries.detach(store, draft.id, kept.id, by=author, at=now())
    assert (await hand_in(store, draft.id, author))["revision"] == 1


async def test_a_copy_that_fails_after_the_hand_in_keeps_the_file_from_the_jury_and_stops_nobody(
    store: Store, author: Person, draft: Entry
) -> None:
    await attach(store, draft.id, "ảnh hỏng.png", a_broken_picture(), by=author)
    good = await attach(store, draft.id, "ảnh.jpg", an_image(), by=author)
    await hand_in(store, draft.id, author)
    await deliver(store, draft.id)
    entry = await accept(store, draft.id)
    assert [copy.id for copy in entry.released] == [good.copy_id]


async def test_a_maker_that_was_killed_is_followed_by_one_that_makes_it_whole(
    store: Store, author: Person, draft: Entry
) -> None:
    kept = await attach(store, draft.id, "ảnh.jpg", an_image(), by=author)
    assert await repository.take(store.read, now()) is not None
    await store.blobs.put(kept.copy_id, b"half of it", media_type="image/jpeg")  # and then it was killed
    await store.read["jury_copies"].update({"_id": kept.id}, {"$set": {"next_at": now()}})
    await copied(store)
    made = (await files.copies(store.read, [kept]))[kept.id].copied
    assert made is not None
    assert len(await store.blobs.get(kept.copy_id)) == made.size > 100


async def test_a_file_deleted_while_its_copy_is_made_leaves_no_byte(store: Store, author: Person, draft: Entry) -> None:
    kept, other = [await attach(store, draft.id, f"{n}.jpg", an_image(size=(40, n)), by=author) for n in (30, 31)]
    making = await repository.take(store.read, now(), [kept.id])
    assert making is not None
    await files.drop(store, kept)
    await store.blobs.put(kept.id, an_image(), media_type="image/jpeg")  # it was read before it was deleted
    await service.step(store, making)
    await store.blobs.delete(kept.id)
    await files.drop(store, other)
    await store.blobs.put(other.copy_id, b"of a maker that was killed", media_type="image/jpeg")
    await store.read["jury_copies"].update_all({}, {"$set": {"next_at": now()}})
    await copied(store)
    for collection in ("blobs.files", "blobs.chunks", "jury_copies", "scans"):
        assert await store.read[collection].count({}) == 0, collection


async def test_a_child_that_the_machine_ended_is_tried_again_a_few_times(
    store: Store, author: Person, draft: Entry, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = await attach(store, draft.id, "ảnh.jpg", an_image(), by=author)

    async def ended(*_: object) -> bytes:
        raise Ended

    states = []
    with monkeypatch.context() as patched:
        patched.setattr(inspection, "apart", ended)
        for _ in range(4):
            await store.read["jury_copies"].update({"_id": kept.id}, {"$set": {"next_at": now()}})
            await copied(store)
            states.append(await state_of(store, kept.id))
    assert states == [State.PENDING] * 3 + [State.FAILED]


async def test_before_it_is_made_not_even_the_author_opens_a_copy(store: Store, author: Person, draft: Entry) -> None:
    kept = await attach(store, draft.id, "ảnh.jpg", an_image(), by=author)
    with pytest.raises(CopyPending):
        await downloads.copy_for_author(store, draft.id, 1, author)
    await copied(store)
    copy, _ = await downloads.copy_for_author(store, draft.id, 1, author)
    assert copy.id == kept.copy_id
