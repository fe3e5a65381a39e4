"""One entry that came twice: found, joined, counted once, parted again."""

import json
from collections.abc import Callable

import pytest

from services.submissions.arrivals.domain import Transcript
from services.submissions.contests.domain import Contest
from services.submissions.decisions import service as decisions
from services.submissions.entries import service as entries
from services.submissions.entries.domain import Entry
from services.submissions.erasures import service as erasures
from services.submissions.erasures.domain import Cleared, fate
from services.submissions.intake import service as intake
from services.submissions.intake.domain import Query
from services.submissions.joins import service
from services.submissions.joins.domain import BothOnline
from services.submissions.likeness import service as likeness
from services.submissions.originality import service as originality
from services.submissions.papers import service as papers
from services.submissions.states.domain import NotWaiting, State
from services.submissions.status_links import domain as status_links
from shared.clock import now
from shared.identity import Person, Role
from shared.mongo import Store, Tx
from tests.integration.submissions.builders import Browser, a_contest, a_person, email_of, outbox_rows
from tests.integration.submissions.entry_builders import SECRET, an_entry, deliver, hand_in, key, words
from tests.integration.submissions.paper_builders import a_paper, transcribed

TITLE = words().title


@pytest.fixture
async def clerk(store: Store) -> Person:
    return await a_person(store, Role.SECRETARY, email=email_of("quay"))


@pytest.fixture
async def author(store: Store) -> Person:
    return await a_person(store, name="Trịnh Thị Hai Đường", email=email_of("hai-duong"))


@pytest.fixture
async def contest(store: Store) -> Contest:
    return await a_contest(store)


async def online(store: Store, author: Person, contest: Contest, **changes: str) -> Entry:
    entry = await an_entry(store, author, contest.id, **changes)
    await deliver(store, entry.id)
    return entry


async def counted(store: Store, contest: Contest, clerk: Person) -> dict[str, int]:
    return (await intake.listing(store, Query(contest_id=contest.id), clerk)).tally.by_state()


async def test_a_paper_of_an_online_entry_is_its_second_channel_and_counts_nothing(
    store: Store, clerk: Person, author: Person, contest: Contest
):
    first = await online(store, author, contest)
    paper = await a_paper(store, clerk, contest.id, title=TITLE.upper(), name="Ai Đó Khác")
    assert [(line.number, why) for line, why in (await papers.sheet(store, paper.id, clerk)).alike] == [
        (1, ["cùng tên sáng kiến"])
    ]
    for _ in range(2):
        assert (await service.join(store, paper.id, first.id, by=clerk, at=now()))["number"] == 1
    kept, gone = await entries.get(store.read, first.id), await entries.get(store.read, paper.id)
    assert (kept.state, gone.state) == (State.SUBMITTED, State.JOINED)
    assert kept.paper is not None
    assert (kept.paper.transcript, len(kept.paper.scans)) == (Transcript.OWN, 1)
    line, other = await intake.line(store.read, first.id), await intake.line(store.read, paper.id)
    assert (line.channels_in_words, other.number, other.joined_to) == ("Trực tuyến, nộp tại quầy", 2, 1)
    assert await counted(store, contest, clerk) == {"submitted": 1, "joined": 1}
    await deliver(store, paper.id)
    assert (await intake.line(store.read, paper.id)).state is State.JOINED
    await service.part(store, first.id, paper.id, "Hai người khác nhau", by=clerk, at=now())
    assert await counted(store, contest, clerk) == {"submitted": 2}
    again = await entries.get(store.read, first.id)
    assert (again.paper, again.more_channels) == (None, [])


async def test_a_paper_that_came_first_keeps_its_number_and_gets_the_authors_own_words(
    store: Store, clerk: Person, author: Person, contest: Contest
):
    paper = await a_paper(store, clerk, contest.id, title="Bản giấy", phone="0912345678")
    typed = await online(store, author, contest, title="ban giay")
    await originality.keep(store.read, typed.id, now())
    again = words(title="ban giay", parts={**words().parts, "solution": "Bản nộp lại."})
    await entries.write(store, typed.id, again, version=typed.version, by=author, at=now())
    await hand_in(store, typed.id, author)
    joined = await service.join(store, typed.id, paper.id, by=clerk, at=now())
    await deliver(store, typed.id)  # what was on its way changes nothing any more
    assert (await intake.line(store.read, typed.id)).state is State.JOINED
    assert (joined["kept"], joined["number"], joined["other"]) == (paper.id, 1, 2)
    assert await likeness.find(store.read, typed.id) is None, "one entry that came twice is nobody's copy"
    kept = await entries.get(store.read, paper.id)
    assert kept.paper is not None
    assert (kept.title, kept.parts, kept.owner_id) == ("ban giay", again.parts, author.id)
    assert (kept.paper.transcript, kept.revision) == (Transcript.OWN, 2)
    await service.part(store, paper.id, typed.id, "Nhập nhầm", by=clerk, at=now())
    assert await likeness.find(store.read, typed.id) is not None
    parted = await entries.get(store.read, paper.id)
    assert parted.paper is not None
    assert (parted.title, parted.parts, parted.paper.transcript) == ("Bản giấy", {}, Transcript.WAITING)
    assert parted.owner_id == paper.owner_id
    await service.join(store, typed.id, paper.id, by=clerk, at=now())
    await deliver(store, paper.id)
    await decisions.accept(
        store, paper.id, revision=(await entries.get(store.read, paper.id)).revision, key=key(), by=clerk, at=now()
    )
    with pytest.raises(NotWaiting):
        await service.part(store, paper.id, typed.id, "Muộn rồi", by=clerk, at=now())


async def test_an_erased_sender_leaves_no_scan_in_the_entry_that_counts(
    store: Store, clerk: Person, author: Person, contest: Contest
):
    first = await online(store, author, contest)
    paper = await a_paper(store, clerk, contest.id, title=TITLE, name="Ai Đó Khác")
    await service.join(store, first.id, paper.id, by=clerk, at=now())

    async def clear(tx: Tx) -> Cleared:
        gone = await entries.get(tx, paper.id)
        return await erasures.clear(tx, gone, fate(gone, gone.owner_id), ["Ai Đó Khác"], now())

    cleared = await store.transaction(clear)
    assert paper.paper is not None
    assert {file.id for file in paper.paper.files} <= set(cleared.files)
    kept = (await entries.get(store.read, first.id)).paper
    assert kept is not None
    assert kept.files == []


async def test_a_paper_with_a_slightly_other_title_by_the_same_name_is_suggested_and_compared(
    store: Store, clerk: Person, author: Person, contest: Contest, browser: Callable[[], Browser]
):
    first = await online(store, author, contest)
    await originality.keep(store.read, first.id, now())
    stranger = await a_paper(store, clerk, contest.id, title="Sổ tay cho người cao tuổi", name=author.name)
    paper = await a_paper(
        store, clerk, contest.id, title="Bang tu kiem tra ho so truoc quay mot cua cua phuong", name=author.name.upper()
    )
    ((line, why),) = [one for one in (await service.sheet(store, paper.id, clerk)).alike if one[0].number == 1]
    assert (line.entry_id, why[0]) == (first.id, "cùng tên người gửi")
    assert "tên sáng kiến giống" in why[1]
    assert (await service.sheet(store, stranger.id, clerk)).alike == [], "a name alone is many people's"
    typed = await transcribed(store, paper, clerk, await a_person(store, Role.SECRETARY))
    await originality.keep(store.read, typed.id, now())
    found = {one.entry_id: why for one, why in (await service.sheet(store, typed.id, clerk)).alike}
    assert "nội dung giống" in found[first.id][-1]
    desk = browser()
    await desk.sign_in(email_of("quay"))
    shown = (await desk.open(f"/tiep-nhan/nhap-bai/{paper.id}?voi={first.id}")).text
    assert f"<mark>{words().parts['situation']}" in shown
    assert (await desk.get(f"/tiep-nhan/nhap-bai/{paper.id}?voi={paper.id}")).status_code == 404


async def test_an_author_whom_only_the_paper_names_is_an_author_until_they_are_parted(
    store: Store, clerk: Person, author: Person, contest: Contest
):
    first = await online(store, author, contest)
    await decisions.accept(
        store, first.id, revision=(await entries.get(store.read, first.id)).revision, key=key(), by=clerk, at=now()
    )
    paper = await a_paper(
        store, clerk, contest.id, title=TITLE, name=author.name, authors="Lý Thị Chỉ Trên Giấy; 0987654321"
    )
    second = paper.author_ids[1]
    await service.join(store, first.id, paper.id, by=clerk, at=now())
    kept = await entries.get(store.read, first.id)
    assert kept.author_ids == [author.id, second], "the same name is the same person"
    told = json.loads((await outbox_rows(store, first.id))[-1]["value"])
    assert (told["type"], told["data"]["author_ids"]) == ("submissions.entry.attributed.v1", [author.id, second])
    history = (await intake.sheet(store, first.id, clerk)).changes
    assert history[-1].note.startswith("Nhập bài số 2: thêm 1 tác giả chỉ bài ấy nêu. Bài đã được tiếp nhận trước đó")
    assert (history[-1].by, history[-1].in_words) == (clerk.id, "Hợp lệ")
    other = await online(store, author, contest, title="Bài khác")
    paper = await a_paper(store, clerk, contest.id, title="Bài khác", name="Vũ Thị Cũng Trên Giấy")
    await service.join(store, other.id, paper.id, by=clerk, at=now())
    both = [author.id, paper.owner_id]
    assert (await entries.last_revision(store.read, await entries.get(store.read, other.id))).author_ids == both
    await service.part(store, other.id, paper.id, "Hai người", by=clerk, at=now())
    parted = await entries.get(store.read, other.id)
    assert parted.author_ids == [author.id]
    assert (await entries.last_revision(store.read, parted)).author_ids == [author.id]


async def test_two_online_entries_are_not_for_the_desk_to_join(
    store: Store, clerk: Person, author: Person, contest: Contest
):
    one, other = await online(store, author, contest), await online(store, author, contest)
    assert (await service.sheet(store, one.id, clerk)).alike == []
    with pytest.raises(BothOnline):
        await service.join(store, one.id, other.id, by=clerk, at=now())


async def test_the_pages_join_and_part(
    store: Store, clerk: Person, author: Person, contest: Contest, browser: Callable[[], Browser]
):
    first = await online(store, author, contest)
    paper = await a_paper(store, clerk, contest.id, name=author.name, email=email_of("hai-duong"))
    desk = browser()
    await desk.sign_in(email_of("quay"))
    assert "cùng người gửi" in (await desk.open(f"/tiep-nhan/bai-giay/{paper.id}")).text
    address = f"/tiep-nhan/nhap-bai/{first.id}"
    assert "Nhập làm một" in (await desk.open(address)).text
    assert (await desk.submit(address, {"other_id": paper.id})).status_code == 303
    for page in (f"/tiep-nhan?cuoc-thi={contest.id}", f"/tiep-nhan/{paper.id}", f"/tiep-nhan/bai-giay/{paper.id}"):
        assert (await desk.open(page)).status_code == 200
    assert "Tổng cộng không tính 1 số" in (await desk.open(f"/tiep-nhan?cuoc-thi={contest.id}")).text
    status = await desk.get(f"/bai-du-thi/tra-cuu/{status_links.secret(paper.id, SECRET)}")
    assert "được nhập vào một bài khác cùng nội dung" in status.text
    refused = await desk.submit(f"{address}/tach", {"other_id": paper.id, "reason": ""})
    assert refused.status_code == 422
    assert (await desk.submit(f"{address}/tach", {"other_id": paper.id, "reason": "Nhầm"})).status_code == 303
    assert "Nhầm" in (await desk.open(address)).text
