"""Files and a daemon that scans: what each of its answers leads to, on pages too, and that no failure loses a file."""

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest

from services.submissions.contests.domain import Contest
from services.submissions.downloads import service as downloads
from services.submissions.entries import service as entries
from services.submissions.files import service as files
from services.submissions.files.domain import Attachment
from services.submissions.scanning import repository, service
from services.submissions.scanning.domain import Infected, NotScannedYet, Scan, State, address_of
from shared import turn
from shared.clock import now
from shared.identity import Person, Role
from shared.mongo import Store
from tests.integration.submissions.builders import ADMINISTRATOR, Browser, a_contest, a_person, email_of
from tests.integration.submissions.entry_builders import a_draft, an_image, attach, copied, deliver, hand_in
from tests.integration.submissions.scanning.clamd import EICAR, Clamd, clamd


@pytest.fixture
async def daemon() -> AsyncIterator[Clamd]:
    async with clamd() as peer:
        yield peer


async def due(store: Store, url: str, file_id: str) -> Scan:
    """The file's turn has come: one step of the worker; what is known afterwards."""
    await store.read["scans"].update({"_id": file_id}, {"$set": {"next_at": now()}})
    scan = await repository.take(store.read, now())
    assert scan is not None
    assert scan.id == file_id
    await service.step(store, scan, address_of(url))
    return (await service.of(store.read, [file_id]))[file_id]


async def begun(store: Store, content: bytes) -> tuple[Person, Contest, str, Attachment]:
    person, contest = await a_person(store, email=email_of("tac-gia")), await a_contest(store)
    draft = await a_draft(store, person, contest.id)
    kept = await attach(store, draft.id, "ảnh.jpg", content, by=person)
    return person, contest, draft.id, kept


async def test_a_clean_file_waits_then_is_clean_and_was_sent_whole(store: Store, daemon: Clamd) -> None:
    content = an_image("JPEG", size=(2000, 1500)) + b"\0" * 700_000
    *_, kept = await begun(store, content)
    assert (await service.of(store.read, [kept.id]))[kept.id].state is State.PENDING
    scan = await due(store, daemon.url, kept.id)
    assert (scan.state, scan.next_at, daemon.seen) == (State.CLEAN, None, [content])
    assert await repository.take(store.read, now()) is None


async def test_an_infected_file_opens_for_nobody_and_is_not_handed_in(
    store: Store, daemon: Clamd, browser: Callable[[], Browser]
) -> None:
    person, _, draft_id, kept = await begun(store, an_image() + EICAR)
    scan = await due(store, daemon.url, kept.id)
    assert (scan.state, scan.signature) == (State.INFECTED, "Eicar-Test-Signature")
    with pytest.raises(Infected):
        await downloads.file(store, draft_id, kept.id, person)
    with pytest.raises(Infected, match=r"ảnh\.jpg"):
        await hand_in(store, draft_id, person)
    seen = browser()
    await seen.sign_in(email_of("tac-gia"))
    page = await seen.open(f"/bai-du-thi/{draft_id}/soan")
    assert "đã bị khóa" in page.text
    assert "Có mã độc, đã khóa" in page.text
    assert "Eicar-Test-Signature" in (await seen.open(f"/bai-du-thi/{draft_id}/xem-truoc")).text
    await entries.detach(store, draft_id, kept.id, by=person, at=now())
    assert (await hand_in(store, draft_id, person))["revision"] == 1


async def test_a_file_found_infected_after_the_hand_in_never_reaches_the_jury(store: Store, daemon: Clamd) -> None:
    person, contest, draft_id, kept = await begun(store, an_image() + EICAR)
    judge = await a_person(store, Role.JUDGE, scope=contest.id)
    await hand_in(store, draft_id, person)
    await copied(store)
    await store.transaction(lambda tx: entries.accept(tx, draft_id, ADMINISTRATOR, now()))
    with pytest.raises(NotScannedYet):
        await downloads.released_copy(store, kept.copy_id, judge)
    await due(store, daemon.url, kept.id)
    with pytest.raises(Infected):
        await downloads.released_copy(store, kept.copy_id, judge)


async def test_an_infected_file_is_not_released_on_acceptance(store: Store, daemon: Clamd) -> None:
    person, _, draft_id, kept = await begun(store, an_image() + EICAR)
    await hand_in(store, draft_id, person)
    await due(store, daemon.url, kept.id)
    entry = await store.transaction(lambda tx: entries.accept(tx, draft_id, ADMINISTRATOR, now()))
    assert entry.released == []


@pytest.mark.parametrize("fault", ["hang", "cut", "silent", "nonsense", "away"])
async def test_a_daemon_that_fails_leaves_the_file_unchecked_open_and_due_again(
    store: Store, daemon: Clamd, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    person, _, draft_id, kept = await begun(store, an_image())
    url = "tcp://127.0.0.1:1" if fault == "away" else daemon.url
    daemon.fault = fault
    with monkeypatch.context() as patched:
        patched.setattr(service, "_PATIENCE_SECONDS", 0.5)
        scan = await due(store, url, kept.id)
    assert (scan.state, scan.tries) == (State.UNCHECKED, 1)
    assert scan.next_at is not None
    assert scan.next_at > now()
    await downloads.file(store, draft_id, kept.id, person)
    daemon.fault = ""
    assert (await due(store, daemon.url, kept.id)).state is State.CLEAN


async def test_a_scan_whose_turn_is_over_changes_nothing_of_what_the_next_one_found(
    store: Store, daemon: Clamd, monkeypatch: pytest.MonkeyPatch
) -> None:
    *_, kept = await begun(store, an_image() + EICAR)
    first = await repository.take(store.read, now())
    await store.read["scans"].update({"_id": kept.id}, {"$set": {"next_at": now()}})
    next_one = await repository.take(store.read, now())
    assert first is not None
    assert next_one is not None
    monkeypatch.setattr(turn, "_EVERY_SECONDS", 0.05)
    daemon.fault = "hang"
    await service.step(store, first, address_of(daemon.url))  # it ends, though the daemon never answered
    daemon.fault = ""
    await service.step(store, next_one, address_of(daemon.url))
    await repository.answer(store.read, first.put_off(now()))
    assert (await service.of(store.read, [kept.id]))[kept.id].state is State.INFECTED


async def test_a_file_too_large_for_the_daemon_is_unchecked_for_good_and_says_so(store: Store, daemon: Clamd) -> None:
    daemon.most = 1000
    *_, kept = await begun(store, an_image() + b"\0" * 3_000_000)
    scan = await due(store, daemon.url, kept.id)
    assert (scan.state, scan.next_at) == (State.UNCHECKED, None)
    assert "lớn hơn" in scan.why


async def test_without_a_daemon_files_are_unchecked_and_one_that_comes_later_scans_them(
    store: Store, daemon: Clamd
) -> None:
    *_, kept = await begun(store, an_image() + EICAR)
    assert (await due(store, "none", kept.id)).state is State.UNCHECKED
    work = asyncio.create_task(service.run(store, daemon.url))
    for _ in range(400):
        if (await service.of(store.read, [kept.id]))[kept.id].state is State.INFECTED:
            break
        await asyncio.sleep(0.05)
    else:
        pytest.fail("the daemon that came later was not asked")
    work.cancel()
    await files.delete(store, [kept.id])
    assert await store.read["scans"].count({}) == 0


async def test_the_secretary_sees_the_state_of_each_file(
    store: Store, daemon: Clamd, browser: Callable[[], Browser]
) -> None:
    person, contest, draft_id, kept = await begun(store, an_image())
    await a_person(store, Role.SECRETARY, scope=contest.id, email=email_of("thu-ky"))
    await hand_in(store, draft_id, person)
    await deliver(store, draft_id)
    desk = browser()
    await desk.sign_in(email_of("thu-ky"))
    assert "Đang chờ quét vi-rút" in (await desk.open(f"/tiep-nhan/{draft_id}")).text
    await due(store, daemon.url, kept.id)
    assert "Đã quét, không có vi-rút" in (await desk.open(f"/tiep-nhan/{draft_id}")).text
