"""A file kept for real: cleaned in a child process, stored under ids that tell nothing, limited."""

import asyncio
import hashlib
from collections.abc import AsyncIterator

import pytest

from services.submissions.downloads import service as downloads
from services.submissions.entries import service as entries
from services.submissions.files import domain
from services.submissions.files import service as files
from services.submissions.files.domain import Attachment, TooManyFiles
from services.submissions.inspection import service as inspection
from services.submissions.inspection.domain import JPEG, PDF, Disguised, Unreadable
from services.submissions.jury_copies.domain import cleaned
from services.submissions.scanning import repository as scans
from services.submissions.scanning import service as scanning
from shared.clock import now
from shared.errors import NotFound
from shared.identity import Role
from shared.mongo import Store
from tests.integration.submissions.builders import ADMINISTRATOR, a_contest, a_person
from tests.integration.submissions.entry_builders import AUTHOR, a_draft, a_pdf, an_image, attach, copied, hand_in, sent

LIMIT = 10 * 1024 * 1024


async def whole(pieces: AsyncIterator[bytes]) -> bytes:
    """All that a download sends."""
    return b"".join([piece async for piece in pieces])


async def inspected(content: bytes, name: str) -> str:
    """Looked into in a child, as every upload is."""
    with sent(name, content).content as incoming:
        return await inspection.kind_of(incoming, name, allowed=[PDF, JPEG], max_bytes=LIMIT)


async def scanned(store: Store) -> None:
    """The worker of a site without a scanner had its turn."""
    while (scan := await scans.take(store.read, now())) is not None:
        await scanning.step(store, scan, None)


async def test_the_original_is_kept_as_it_came_and_the_copy_without_its_author(store: Store) -> None:
    content = a_pdf()
    assert AUTHOR.encode("utf-16-be") in content or AUTHOR.encode() in content
    kept = await files.keep(store, sent("Bài của tôi.pdf", content), allowed=[PDF], max_bytes=LIMIT, at=now())
    assert await files.content(store, kept.id) == content
    assert kept.sha256 == hashlib.sha256(content).hexdigest()
    assert (await files.copies(store.read, [kept]))[kept.id].copied is None
    await copied(store)
    copy = (await files.copies(store.read, [kept]))[kept.id].copied
    assert copy is not None
    made = await files.content(store, copy.id)
    assert hashlib.sha256(made).hexdigest() == copy.sha256
    for secret in (AUTHOR.encode(), AUTHOR.encode("utf-16-be"), AUTHOR.encode("utf-16-le")):
        assert secret not in made
    assert kept.id not in copy.id


async def test_a_file_that_breaks_its_reader_is_refused_and_the_next_one_is_taken(store: Store) -> None:
    with pytest.raises(Unreadable):
        await inspected(b"%PDF-1.4\n" + b"1 0 obj\n<<" * 2000, "bai.pdf")
    assert await inspected(an_image(), "anh.jpg") == JPEG


async def test_a_warm_child_takes_many_files_until_one_is_at_fault_and_a_dead_one_is_replaced(store: Store) -> None:
    for _ in range(3):
        await inspected(an_image(), "anh.jpg")
    warm = list(inspection._IDLE)
    assert len(warm) <= 2
    for child in warm:
        child.process.kill()
        child.process.join()  # dead, not only dying
    assert await inspected(an_image(), "anh.jpg") == JPEG
    before = {child.process.pid for child in inspection._IDLE}
    with pytest.raises(Unreadable):
        await inspected(b"%PDF-1.4\nnothing", "bai.pdf")
    assert not before & {child.process.pid for child in inspection._IDLE}


async def test_a_child_ends_after_so_many_files(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inspection, "_FILES_OF_A_CHILD", 1)
    await inspected(an_image(), "anh.jpg")
    kept = [child for child in inspection._IDLE if child.files >= 1]
    await inspected(an_image(), "anh.jpg")
    assert not [child for child in inspection._IDLE if child not in kept]


@pytest.mark.parametrize(("limit", "value"), [("_MEMORY_BYTES", 150 * 1024 * 1024), ("_PATIENCE_SECONDS", 0)])
async def test_a_child_that_reaches_a_limit_is_ended_and_the_service_goes_on(
    store: Store, monkeypatch: pytest.MonkeyPatch, limit: str, value: int
) -> None:
    large = an_image("JPEG", size=(7000, 7000))
    with monkeypatch.context() as patched:
        patched.setattr(inspection, limit, value)
        with pytest.raises(Unreadable):
            await inspection.apart(cleaned, large, JPEG)
    assert await inspected(large, "anh.jpg") == JPEG
    assert await inspection.apart(cleaned, large, JPEG)


async def test_no_more_files_than_the_contest_allows(store: Store) -> None:
    person = await a_person(store)
    contest = await a_contest(store, form_rules={"max_files": 1})
    draft = await a_draft(store, person, contest.id)
    await attach(store, draft.id, "ảnh.jpg", an_image(), by=person)
    with pytest.raises(TooManyFiles):
        await attach(store, draft.id, "ảnh hai.jpg", an_image(size=(50, 50)), by=person)


async def test_the_same_file_sent_again_or_twice_at_once_is_one_file(store: Store) -> None:
    person, contest = await a_person(store), await a_contest(store)
    draft = await a_draft(store, person, contest.id)

    async def send() -> Attachment:
        return await attach(store, draft.id, "ảnh.jpg", an_image(), by=person)

    first, second = await asyncio.gather(send(), send())
    third = await send()
    assert first.id == second.id == third.id
    assert len((await entries.get(store.read, draft.id)).files) == 1


async def test_a_disguised_file_changes_nothing(store: Store) -> None:
    person, contest = await a_person(store), await a_contest(store)
    draft = await a_draft(store, person, contest.id)
    with pytest.raises(Disguised):
        await attach(store, draft.id, "bai.pdf", an_image(), by=person)
    assert (await entries.get(store.read, draft.id)).version == draft.version
    assert await store.read["blobs.files"].count({}) == 0


async def test_a_file_opens_for_its_author_and_once_handed_in_for_the_secretariat_of_the_contest_only(
    store: Store,
) -> None:
    person, other = await a_person(store), await a_person(store)
    contest = await a_contest(store)
    secretary = await a_person(store, Role.SECRETARY, scope=contest.id)
    elsewhere = await a_person(store, Role.SECRETARY, scope="another-contest")
    judge = await a_person(store, Role.JUDGE, scope=contest.id)
    draft = await a_draft(store, person, contest.id)
    kept = await attach(store, draft.id, "ảnh.jpg", an_image(), by=person)
    assert (await downloads.file(store, draft.id, kept.id, person))[0].name == "ảnh.jpg"
    with pytest.raises(NotFound):
        await downloads.file(store, draft.id, kept.id, secretary)
    await hand_in(store, draft.id, person)
    assert await whole((await downloads.file(store, draft.id, kept.id, secretary))[1]) == an_image()
    for stranger in (other, elsewhere, judge):
        with pytest.raises(NotFound):
            await downloads.file(store, draft.id, kept.id, stranger)


async def test_the_jury_opens_a_copy_only_after_acceptance_and_only_of_its_contest(store: Store) -> None:
    person, contest = await a_person(store), await a_contest(store)
    judge = await a_person(store, Role.JUDGE, scope=contest.id)
    stranger = await a_person(store, Role.JUDGE, scope="another-contest")
    draft = await a_draft(store, person, contest.id)
    kept = await attach(store, draft.id, f"{AUTHOR}.jpg", an_image(), by=person)
    copy_id = kept.copy_id
    await copied(store)
    await hand_in(store, draft.id, person)
    with pytest.raises(NotFound):
        await downloads.released_copy(store, copy_id, judge)
    await store.transaction(lambda tx: entries.accept(tx, draft.id, ADMINISTRATOR, now()))
    await scanned(store)
    number, copy, pieces = await downloads.released_copy(store, copy_id, judge)
    assert domain.jury_name(number, copy.media_type) == "tep-1.jpg"
    assert AUTHOR.encode() not in await whole(pieces)
    for person_outside, blob in ((stranger, copy_id), (judge, kept.id)):
        with pytest.raises(NotFound):
            await downloads.released_copy(store, blob, person_outside)


async def test_a_removed_file_stays_with_the_revision_it_was_handed_in_with(store: Store) -> None:
    person, contest = await a_person(store), await a_contest(store)
    draft = await a_draft(store, person, contest.id)
    kept = await attach(store, draft.id, "ảnh.jpg", an_image(), by=person)
    await hand_in(store, draft.id, person)
    entry = await entries.detach(store, draft.id, kept.id, by=person, at=now())
    assert (entry.files, entry.changed) == ([], True)
    assert (await entries.last_revision(store.read, entry)).files == [kept]
