"""The counter on a real database: numbers at once and without gaps, senders without sign-in, late papers, scans, erasure."""

import asyncio
import re
from collections.abc import Callable
from datetime import date, timedelta

import pytest

from services.submissions.entries import service as entries
from services.submissions.erasures import service as erasures
from services.submissions.erasures.domain import fate
from services.submissions.intake import service as intake
from services.submissions.papers import domain, repository, service
from services.submissions.people import service as people
from services.submissions.states.domain import State
from services.submissions.units.domain import Unit
from shared.clock import now
from shared.errors import Invalid, NotFound
from shared.identity import Person, Role
from shared.mongo import Store
from shared.redaction import spellings
from tests.integration.submissions.builders import (
    Browser,
    a_contest,
    a_person,
    email_of,
    last_code,
    outbox_rows,
    some_units,
)
from tests.integration.submissions.entry_builders import a_pdf, an_entry, an_image, deliver, key, sent
from tests.integration.submissions.paper_builders import a_paper, a_slip, register, transcribed


@pytest.fixture
async def clerk(store: Store) -> Person:
    return await a_person(store, Role.SECRETARY, email=email_of("quay"))


async def test_a_paper_has_its_number_and_receipt_at_once_and_the_fact_changes_nothing(store: Store, clerk: Person):
    contest, author = await a_contest(store), await a_person(store)
    online = await an_entry(store, author, contest.id)
    await deliver(store, online.id)
    made = await register(store, clerk, a_slip(contest.id, email="giay@sangkien.example"))
    assert made["number"] == 2
    entry = await entries.get(store.read, made["entry_id"])
    assert (entry.state, entry.receipt, entry.channel, entry.revision) == (State.SUBMITTED, made["receipt"], "desk", 1)
    before = await intake.line(store.read, entry.id)
    outcomes = await deliver(store, entry.id, times=2)
    assert outcomes, "nothing was told"
    assert await intake.line(store.read, entry.id) == before
    owner = await people.get(store.read, entry.owner_id)
    assert (owner.active, owner.password, owner.email_confirmed_at) == (True, "", None)
    later = await an_entry(store, author, contest.id, title="Một bài khác hẳn")
    await deliver(store, later.id)
    assert (await intake.line(store.read, later.id)).number == 3


async def test_a_press_that_is_cut_off_at_any_moment_and_pressed_again_uses_one_number(store: Store, clerk: Person):
    contest, one_key, at = await a_contest(store), key(), now()
    slip = a_slip(contest.id)
    for milliseconds in range(0, 60, 4):  # of which the whole takes some twenty to fifty
        pressed = asyncio.create_task(register(store, clerk, slip, key=one_key, at=at))
        await asyncio.sleep(milliseconds / 1000)
        pressed.cancel()
        await asyncio.gather(pressed, return_exceptions=True)
    made = await register(store, clerk, slip, key=one_key, at=at)
    assert (made["number"], await store.read["register"].count({})) == (1, 1)
    following = await register(store, clerk, a_slip(contest.id, title="Bài kế tiếp"))
    assert following["number"] == 2


async def test_twenty_racers_with_one_key_register_one_paper(store: Store, clerk: Person):
    contest, one_key, at = await a_contest(store), key(), now()
    slip = a_slip(contest.id, email="dua@sangkien.example", phone="0912345678", authors="Lê Văn Cùng; 0987654321")
    replies = await asyncio.gather(*(register(store, clerk, slip, key=one_key, at=at) for _ in range(20)))
    assert all(reply == replies[0] for reply in replies)
    assert len(await entries.of_contest(store.read, contest.id)) == 1
    assert (await register(store, clerk, a_slip(contest.id)))["number"] == 2


async def test_a_sender_is_known_by_address_and_name_together(store: Store, clerk: Person):
    contest = await a_contest(store)
    known = await a_person(store, name="Phạm Thị Quen", email=email_of("quen"))
    same = await a_paper(store, clerk, contest.id, name="phạm thị quen", email=email_of("quen").upper())
    assert same.owner_id == known.id
    other = await a_paper(store, clerk, contest.id, name="Phạm Văn Lạ", email=email_of("quen"), title="Bài khác")
    assert other.owner_id != known.id
    assert (await people.get(store.read, other.owner_id)).email == ""
    again = await a_paper(store, clerk, contest.id, name="Phạm Văn Lạ", email=email_of("quen"), title="Bài thứ ba")
    assert again.owner_id == other.owner_id


async def test_further_authors_have_accounts_with_units_of_the_day(store: Store, clerk: Person):
    await some_units(store, Unit(id="p-test", name="Phường Thử Nghiệm", level="ward"))
    contest = await a_contest(store)
    slip = a_slip(
        contest.id, unit_id="p-test", authors="Lê Thị Hai; hai@sangkien.example; phuong thu nghiem\nLê Văn Ba"
    )
    entry = await entries.get(store.read, (await register(store, clerk, slip))["entry_id"])
    authors = [await people.get(store.read, one) for one in entry.author_ids]
    assert [one.name for one in authors] == ["Đỗ Thị Giấy", "Lê Thị Hai", "Lê Văn Ba"]
    assert [one.unit_id for one in authors] == ["p-test", "p-test", None]
    with pytest.raises(Invalid) as refused:
        await register(store, clerk, a_slip(contest.id, authors="Ai Đó; 123\nAi Nữa;;Phường Không Có"))
    assert [error["text"][:7] for error in refused.value.errors] == ["Dòng 1:", "Dòng 2:"]
    assert len(await entries.of_contest(store.read, contest.id)) == 1


async def test_a_late_paper_is_in_the_register_and_a_misread_postmark_is_corrected_with_a_reason(
    store: Store, clerk: Person
):
    at = now()
    closes = at - timedelta(days=2)
    times = {
        "opens_at": at - timedelta(days=30),
        "closes_at": closes,
        "postmark_until": closes,
        "received_until": at + timedelta(days=3),
    }
    contest = await a_contest(store, at=at - timedelta(days=29), timetable=times)
    entry = await a_paper(store, clerk, contest.id, channel="post", postmark=at.date())
    shown = await service.sheet(store, entry.id, clerk)
    assert (shown.line.number, shown.verdict.in_time, shown.verdict.by) == (1, False, "postmark")
    day = (closes - timedelta(days=1)).date()
    await service.correct(store, entry.id, shown.paper.received_at, day, "Dấu mờ, đọc nhầm", by=clerk, at=now())
    mended = await service.sheet(store, entry.id, clerk)
    assert (mended.verdict.in_time, mended.record.changes[0].reason) == (True, "Dấu mờ, đọc nhầm")
    assert mended.line.received_at == shown.line.received_at
    *_, told = (await intake.sheet(store, entry.id, clerk)).changes
    assert (told.by, told.line["corrected"]["postmark"]) == (clerk.id, day.isoformat())
    assert "Dấu mờ, đọc nhầm" in told.note


async def test_what_cannot_be_is_refused_and_takes_no_number(store: Store, clerk: Person):
    contest, stranger = await a_contest(store), await a_person(store, Role.SECRETARY, scope="another")
    future = now() + timedelta(hours=1)
    for slip, refusal in (
        (a_slip(contest.id, received_at=future), domain.ReceivedInFuture),
        (a_slip(contest.id, postmark=date(2026, 1, 1)), domain.PostmarkOnlyByPost),
        (a_slip(contest.id, entrant_group="E9"), Invalid),
    ):
        with pytest.raises(refusal):
            await register(store, clerk, slip)
    with pytest.raises(NotFound):
        await register(store, stranger, a_slip(contest.id))
    assert (await register(store, clerk, a_slip(contest.id)))["number"] == 1


async def test_scans_are_kept_once_for_desk_and_author_and_a_hostile_one_is_refused(
    store: Store, clerk: Person, browser: Callable[[], Browser]
):
    contest = await a_contest(store)
    author = await a_person(store, name="Vũ Thị Thấy", email=email_of("thay"))
    entry = await a_paper(store, clerk, contest.id, name=author.name, email=email_of("thay"))
    await service.attach(store, entry.id, sent("trang-1.jpg", an_image()), by=clerk, at=now())
    envelope = await service.attach(store, entry.id, sent("phong-bi.pdf", a_pdf()), envelope=True, by=clerk, at=now())
    kept = (await entries.get(store.read, entry.id)).paper
    assert kept is not None
    assert (len(kept.scans), kept.envelope) == (1, envelope)
    with pytest.raises(Exception, match="file_"):
        await service.attach(store, entry.id, sent("trang.jpg", b"<script>"), by=clerk, at=now())
    visitor, stranger = browser(), browser()
    await visitor.sign_in(email_of("thay"))
    await a_person(store, email=email_of("khach"))
    await stranger.sign_in(email_of("khach"))
    address = f"/bai-du-thi/{entry.id}/tep/{kept.scans[0].id}"
    seen = await visitor.get(address)
    assert (seen.status_code, "sandbox" in seen.headers["content-security-policy"]) == (200, True)
    assert (await stranger.get(address)).status_code == 404
    assert entry.title in (await visitor.open("/bai-du-thi")).text


async def test_a_sender_without_an_account_comes_in_by_a_code_to_their_address_and_finds_the_paper(
    store: Store, clerk: Person, browser: Callable[[], Browser]
):
    contest, address = await a_contest(store), "den.bang.ma@sangkien.example"
    entry = await a_paper(store, clerk, contest.id, email=address)
    visitor = browser()
    await visitor.open("/dang-nhap/ma")
    asked = await visitor.submit("/dang-nhap/ma", {"address": address})
    ma = asked.headers["location"].partition("ma=")[2].partition("&")[0]
    typed = {"ma": ma, "code": await last_code(store, address)}
    assert (await visitor.submit("/dang-nhap/ma/nhap", typed)).status_code == 303
    assert entry.title in (await visitor.open("/bai-du-thi")).text
    assert "Tổ thư ký đang chép bài" in (await visitor.open(f"/bai-du-thi/{entry.id}")).text


async def test_an_erased_sender_leaves_no_word_no_scan_and_no_address(store: Store, clerk: Person):
    contest, checker = await a_contest(store), await a_person(store, Role.SECRETARY)
    canary = {"name": "Hoàng Thị Xóa Sạch", "email": "xoa.sach@sangkien.example", "address": "Ngõ 9 Xóa Sạch"}
    entry = await a_paper(store, clerk, contest.id, **canary, note="Hoàng Thị Xóa Sạch gọi lại sau")
    entry = await transcribed(store, entry, clerk, checker)
    words = spellings(canary["name"], canary["email"])

    async def clear(tx):
        return await erasures.clear(tx, await entries.get(tx, entry.id), fate(entry, entry.owner_id), words, now())

    cleared = await store.transaction(clear)
    paper = entry.paper
    assert paper is not None
    assert {file.id for file in paper.files} <= set(cleared.files)
    left = [await repository.find(store.read, entry.id), await store.read["transcriptions"].get(entry.id)]
    left.append(await store.read["entries"].get(entry.id))
    assert not [one for one in (*canary.values(), "Mỗi phường đặt một bảng") if one in str(left)]


async def test_the_counter_over_http_keeps_what_was_typed_and_prints_a_receipt(
    store: Store, clerk: Person, browser: Callable[[], Browser]
):
    contest, desk = await a_contest(store), browser()
    await desk.sign_in(email_of("quay"))
    form = await desk.open(f"/tiep-nhan/bai-giay/moi?cuoc-thi={contest.id}")
    assert "Vào sổ và cấp biên nhận" in form.text
    typed = {
        "client_key": desk.client_key, "contest_id": contest.id, "channel": "post", "kind": "resident",
        "name": "Bùi Thị Bưu Điện", "title": "Phong bì có dấu", "entrant_group": "E1", "content_group": "C2",
        "pages": "không rõ", "handwritten": "true", "postmark": "2026-01-05",
    }  # fmt: skip
    refused = await desk.submit("/tiep-nhan/bai-giay/moi", typed)
    assert refused.status_code == 422
    assert "Bùi Thị Bưu Điện" in refused.text
    assert "Số trang: hãy nhập một số nguyên." in refused.text
    unsaid = {name: value for name, value in typed.items() if name not in ("kind", "handwritten", "entrant_group")}
    guessed = await desk.submit("/tiep-nhan/bai-giay/moi", {**unsaid, "pages": "", "name": ""})
    listed = re.findall(r"Hãy (?:chọn|điền) “[^”]+”", guessed.text)[:5]
    chosen, written = ["Hãy chọn “Người gửi là”"], ["Hãy điền “Họ và tên, hoặc tên tổ chức”"]
    rest = ["Hãy chọn “Nhóm đối tượng”", "Hãy điền “Số trang”", "Hãy chọn “Bài được”"]
    assert listed == [*chosen, *written, *rest], "in the order of the page, and said as it is done"
    files = [("scans", ("a.jpg", an_image(), "image/jpeg")), ("scans", ("b.txt", b"not a picture", "text/plain"))]
    fields = {**typed, "pages": "4", "received_at": ""}
    done = await desk.submit("/tiep-nhan/bai-giay/moi", fields, files=files)
    assert done.status_code == 303
    shown = await desk.open(done.headers["location"])
    assert "Đã vào sổ số 1" in shown.text
    assert "Chưa lưu tệp “b.txt”" in shown.text
    again = await desk.submit("/tiep-nhan/bai-giay/moi", fields, files=files)
    assert again.headers["location"] == done.headers["location"]
    receipt = await desk.open(done.headers["location"] + "/bien-nhan")
    assert "Bùi Thị Bưu Điện" in receipt.text
    assert "<svg" in receipt.text
    rows = await outbox_rows(store, done.headers["location"].rsplit("/", 1)[1])
    assert "Bùi Thị Bưu Điện" not in str(rows)
