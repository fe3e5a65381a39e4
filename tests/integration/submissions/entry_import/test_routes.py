"""Entries from a sheet: tried first, all or none, once however often it is sent, by the desk of the contest only."""

import asyncio
import re
from collections.abc import Callable
from datetime import timedelta

import pytest

from services.submissions.arrivals.domain import Transcript
from services.submissions.contests import service as contests
from services.submissions.contests.domain import Contest
from services.submissions.entries import service as entries
from services.submissions.entry_import import service
from services.submissions.entry_sheets import domain as sheets
from shared import tables
from shared.clock import local, now
from shared.mongo import Store
from tests.integration.submissions.builders import SECRET_KEY, Browser, a_contest, a_person, email_of, outbox_rows

_IMPORT = "/tiep-nhan/nhap"
Row = dict[str, str]


def row(**changes: str) -> Row:
    right = {
        "name": "Nguyễn Thị Gửi Bài",
        "kind": "Người dân",
        "email": "gui.bai@thu.example",
        "received_at": f"{local(now() - timedelta(minutes=5)):%d/%m/%Y %H:%M}",
        "entrant_group": "Người dân",
        "content_group": "Cải tiến quy trình",
        "title": "Bảng tự kiểm tra hồ sơ",
        "parts.situation": "Dân đi lại nhiều lần.\nCán bộ trả lời qua điện thoại.",
        "parts.solution": "Một bảng kiểm tra trước cửa.",
    }
    return right | {name.replace("__", "."): value for name, value in changes.items()}


def sheet(contest: Contest, *rows: Row) -> bytes:
    known = sheets.heads(contest)
    return tables.as_xlsx([list(known.values()), *([one.get(field, "") for field in known] for one in rows)], "Bài")


@pytest.fixture
async def contest(store: Store) -> Contest:
    return await contests.get(store.read, (await a_contest(store)).id)


@pytest.fixture
async def desk(store: Store, contest: Contest, browser: Callable[[], Browser]) -> Browser:
    """The secretary of the contest, signed in."""
    await a_person(store, "secretary", scope=contest.id, email=email_of("thu-ky"))
    window = browser()
    await window.sign_in(email_of("thu-ky"))
    return window


async def send(desk: Browser, contest: Contest, content: bytes, channel: str = "email") -> str:
    """Upload a file; the address of its page."""
    await desk.open(_IMPORT)
    fields = {"csrf_token": desk.csrf_token, "contest_id": contest.id, "channel": channel}
    answer = await desk.post(_IMPORT, data=fields, files={"file": ("bai.xlsx", content, tables.XLSX)})
    assert answer.status_code == 303, re.sub(r"<[^>]+>", "", answer.text)
    return answer.headers["location"]


async def press(store: Store, desk: Browser, address: str) -> None:
    """Have it written, and do what the worker does."""
    assert (await desk.submit(address, {})).status_code == 303
    await service.write(store, address.rsplit("/", maxsplit=1)[1], secret_key=SECRET_KEY, at=now())


async def test_a_right_sheet_becomes_entries_in_the_register_with_their_senders(
    store: Store, desk: Browser, contest: Contest
) -> None:
    template = await desk.get(f"{_IMPORT}/mau/{contest.id}")
    assert tables.read(template.content, max_rows=5)[0] == list(sheets.heads(contest).values())
    known = await a_person(store, email="gui.bai@thu.example", name="Nguyễn Thị Gửi Bài")
    address = await send(desk, contest, sheet(contest, row(), row(name="Lê Văn Hai", email="", phone="0912345678")))
    assert "Ghi 2 bài" in (await desk.open(address)).text
    await service.write(store, address.rsplit("/", maxsplit=1)[1], secret_key=SECRET_KEY, at=now())
    assert await store.read["entries"].count({}) == 0, "nobody pressed: the worker has nothing to do"
    await press(store, desk, address)
    assert "Đã ghi 2 bài" in (await desk.open(address)).text
    made = await entries.of_contest(store.read, contest.id)
    assert known.id in {one.owner_id for one in made}
    assert {one.channel.value for one in made} == {"email"}
    assert all(one.paper is not None and one.paper.transcript is Transcript.OWN and one.receipt for one in made)
    assert made[0].parts["situation"] == "Dân đi lại nhiều lần.\nCán bộ trả lời qua điện thoại."
    assert sorted(one["number"] for one in await store.read["register"].find({})) == [1, 2]
    assert [one["type"] for one in await outbox_rows(store, made[0].id)] == ["submissions.entry.submitted.v1"]
    assert "Bảng tự kiểm tra hồ sơ" in (await desk.open("/tiep-nhan")).text
    (kept,) = await store.read["entry_imports"].find({})
    assert kept["rows"] == []


async def test_one_wrong_row_keeps_everything_out_and_the_sheet_comes_back_with_what_to_mend(
    store: Store, desk: Browser, contest: Contest
) -> None:
    bad = row(title="", entrant_group="Nhóm lạ", name='=cmd("x")')
    address = await send(desk, contest, sheet(contest, row(), bad))
    page = await desk.open(address)
    assert "Hãy đặt tên cho sáng kiến" in page.text
    assert "Ghi 1 bài" not in page.text
    assert (await desk.submit(address, {})).status_code == 422
    await service.write(store, address.rsplit("/", maxsplit=1)[1], secret_key=SECRET_KEY, at=now())
    assert await store.read["entries"].count({}) == 0
    copy = tables.read((await desk.get(f"{address}/loi.xlsx")).content, max_rows=9, lines=True)
    assert copy[0][0] == "Cần sửa"
    assert copy[1][0] == ""
    assert "Nhóm đối tượng" in copy[2][0]
    heads = {head: place for place, head in enumerate(copy[0])}
    copy[2][heads["Tên sáng kiến"]], copy[2][heads["Nhóm đối tượng"]] = "Tên mới", "Người dân"
    mended = await send(desk, contest, tables.as_xlsx(copy, "Bài"))
    assert "Ghi 2 bài" in (await desk.open(mended)).text


async def test_the_same_file_again_and_the_same_rows_in_another_file_double_nothing(
    store: Store, desk: Browser, contest: Contest
) -> None:
    content = sheet(contest, row())
    first = await send(desk, contest, content)
    await press(store, desk, first)
    await service.write(store, first.rsplit("/", maxsplit=1)[1], secret_key=SECRET_KEY, at=now())
    assert await send(desk, contest, content) == first
    longer = await send(desk, contest, sheet(contest, row(parts__solution="Viết lại"), row(title="Bài thứ hai")))
    page = (await desk.open(longer)).text
    assert "Ghi 1 bài" in page
    assert "Dòng 2: bài đã có trong sổ" in page
    await press(store, desk, longer)
    assert await store.read["entries"].count({}) == 2
    assert await store.read["register"].count({}) == 2


async def test_what_the_machine_notices_is_told_by_row_before_and_by_the_formal_check_after(
    store: Store, desk: Browser, contest: Contest
) -> None:
    await a_person(store, "judge", scope=contest.id, email="gui.bai@thu.example", name="Nguyễn Thị Gửi Bài")
    named = row(parts__solution="Tôi là Nguyễn Thị Gửi Bài, đặt một bảng kiểm tra.")
    address = await send(desk, contest, sheet(contest, row(title="Bài hai", email="hai@thu.example"), named))
    page = (await desk.open(address)).text
    assert "Ghi 2 bài" in page, "a notice keeps nothing out"
    for said in ("Có tên tác giả", "giám khảo trong cuộc thi này không được dự thi"):
        assert page.count(said) == 1
    copy = tables.read((await desk.get(f"{address}/loi.xlsx")).content, max_rows=9, lines=True)
    assert copy[0][:2] == ["Cần sửa", "Máy lưu ý"]
    assert "không được dự thi" in copy[2][1]
    await press(store, desk, address)
    made = {one.parts["solution"]: one.id for one in await entries.of_contest(store.read, contest.id)}
    check = (await desk.open(f"/tiep-nhan/{made[named['parts.solution']]}")).text
    assert "không được dự thi" in check
    assert "bỏ “Nguyễn Thị Gửi Bài”" in check


async def test_a_worker_that_is_killed_while_writing_goes_on_where_it_was(
    store: Store, desk: Browser, contest: Contest
) -> None:
    rows = [row(title=f"Bài số {number}", email=f"gui.{number}@thu.example") for number in range(25)]
    address = await send(desk, contest, sheet(contest, *rows))
    import_id = address.rsplit("/", maxsplit=1)[1]
    assert (await desk.submit(address, {})).status_code == 303
    writing = asyncio.create_task(service.write(store, import_id, secret_key=SECRET_KEY, at=now()))
    part = 0
    while not part:
        part = await store.read["entries"].count({})
    writing.cancel()
    await asyncio.gather(writing, return_exceptions=True)
    assert 0 < part < 25
    await asyncio.gather(*(service.write(store, import_id, secret_key=SECRET_KEY, at=now()) for _ in range(2)))
    assert "Đã ghi 25 bài" in (await desk.open(address)).text
    assert sorted(one["number"] for one in await store.read["register"].find({})) == list(range(1, 26))


async def test_what_changed_since_the_file_was_read_is_found_before_anything_is_written(
    store: Store, desk: Browser, contest: Contest
) -> None:
    address = await send(desk, contest, sheet(contest, row(), row(title="Bài thứ hai")))
    await store.read["contests"].update({"_id": contest.id}, {"$set": {"parts.0.max_words": 2}})
    await press(store, desk, address)
    assert "thừa" in (await desk.open(address)).text
    assert await store.read["entries"].count({}) == 0


async def test_only_the_desk_of_the_contest_may_bring_entries_in(
    store: Store, desk: Browser, contest: Contest, browser: Callable[[], Browser]
) -> None:
    content = sheet(contest, row())
    address = await send(desk, contest, content)
    other = await a_contest(store)
    await a_person(store, "secretary", scope=other.id, email=email_of("khac"))
    stranger = browser()
    await stranger.sign_in(email_of("khac"))
    for path in (address, f"{address}/loi.xlsx", f"{_IMPORT}/mau/{contest.id}"):
        assert (await stranger.get(path)).status_code == 404
    assert (await stranger.submit(address, {})).status_code == 404
    fields = {"csrf_token": stranger.csrf_token, "contest_id": contest.id, "channel": "desk"}
    refused = await stranger.post(_IMPORT, data=fields, files={"file": ("bai.xlsx", content, tables.XLSX)})
    assert refused.status_code == 404


async def test_an_organiser_writes_and_a_file_that_names_an_erased_person_is_forgotten(
    store: Store, desk: Browser, contest: Contest, browser: Callable[[], Browser]
) -> None:
    await a_person(store, "organiser", scope=contest.id, email=email_of("to-chuc"))
    window = browser()
    await window.sign_in(email_of("to-chuc"))
    address = await send(window, contest, sheet(contest, row()), "desk")
    await press(store, window, address)
    assert await store.read["entries"].count({"channel": "desk"}) == 1
    staged = await send(desk, contest, sheet(contest, row(title="Bài chưa ghi")))
    await service.forget(store.read, ["gui.bai@thu.example"])
    assert (await desk.get(staged)).status_code == 404
    assert (await window.get(address)).status_code == 200
