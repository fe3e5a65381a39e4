"""A draft in the browser: its history, a lost line, two windows, encoded text; with and without scripts."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, expect

from deploy.demo import cast, driver
from deploy.demo.client import Api
from deploy.local.system import System
from shared.ids import new_id
from tests.browser.chromium import until
from tests.browser.route.visiting import Visit, Windows
from tests.route import playing
from tests.unit.submissions.encodings.writing import tcvn3

pytestmark = pytest.mark.timeout(600)
ENTRIES = "/api/submissions/v1/entries"
FIRST = "Người dân phải đi lại nhiều lần vì không biết hồ sơ còn thiếu giấy tờ gì, trong khi cán bộ vẫn trả lời qua điện thoại."
SECOND = FIRST.replace("qua điện thoại", "bằng tin nhắn")


@dataclass(frozen=True)
class Draft:
    """A draft of somebody's own."""

    email: str
    entry_id: str
    part: str

    @property
    def address(self) -> str:
        return f"/bai-du-thi/{self.entry_id}"

    @property
    def field(self) -> str:
        """The selector of its first part."""
        return f"[name='parts.{self.part}']"


@pytest.fixture(scope="module")
def contest(system: System) -> playing.Stage:
    return playing.wait_for(playing.prepare(system, driver.Size(entries=1, judges=2, finalists=1)))


@pytest.fixture(scope="module")
def shared_windows(browser: Browser, system: System) -> Windows:
    return Windows(browser, system.url)


@pytest.fixture
def windows(shared_windows: Windows) -> Iterator[Windows]:
    """Whoever signed in for one test is signed in for the next."""
    with shared_windows.closing() as opened:
        yield opened


async def _an_author(system: System) -> str:
    email = f"viet.{new_id()[-8:]}@sangkien.example"
    async with Api(system.url, email=system.administrator[0], password=system.administrator[1]) as admin:
        account = {"name": "Đỗ Thị Viết", "email": email, "password": cast.PASSWORD, "kind": "resident"}
        await admin.make(cast.PEOPLE, {**account, "roles": [{"role": "entrant", "scope": "*"}]})
    return email


@pytest.fixture(scope="module")
def author(system: System) -> str:
    return playing.wait_for(_an_author(system))


async def _a_draft(system: System, contest: playing.Stage, email: str) -> Draft:
    entry = contest.entries[0]
    async with Api(system.url, email=email, password=cast.PASSWORD) as author:
        groups = {"entrant_group": "E1", "content_group": entry.content_group}
        made = await author.make(ENTRIES, {"contest_id": contest.desk.contest_id, **groups})
        part = next(iter(entry.parts))
        words = {**groups, "title": "Bảng kiểm tra hồ sơ", "parts": {**entry.parts, part: FIRST}}
        await author.put(f"{ENTRIES}/{made['entry_id']}", {"version": made["version"], **words})
    return Draft(email, made["entry_id"], part)


@pytest.fixture
def draft(system: System, contest: playing.Stage, author: str) -> Draft:
    return playing.wait_for(_a_draft(system, contest, author))


def _write(window: Visit, draft: Draft, text: str) -> None:
    """Type into the first part and save, with the button where there are no scripts."""
    window.page.fill(draft.field, text)
    if window.scripts:
        expect(window.page.locator(".sk-saved--done")).to_be_visible()
        until(window.page, "document.querySelector('form[data-autosave]').draft?.unsaved === false")
    else:
        window.page.get_by_role("button", name="Lưu nháp").last.click()


def _asked_on_leaving(window: Visit) -> list[str]:
    asked: list[str] = []

    def ask(dialog):
        asked.append(dialog.type)
        dialog.accept()

    window.page.on("dialog", ask)
    return asked


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_a_writer_compares_two_versions_and_takes_the_older_one_up_again(
    windows: Windows, draft: Draft, *, scripts: bool
):
    window = windows.visit(draft.email, width=320, scripts=scripts).go(f"{draft.address}/soan")
    _write(window, draft, "")
    _write(window, draft, SECOND)
    window.go(f"{draft.address}/lich-su", "lich-su")
    assert "chưa nộp" in window.text.lower()
    keys = window.page.locator("input[name=cu]")
    versions = keys.count()
    keys.last.check()
    window.press("So hai bản đã chọn")
    window.look("lich-su-so-sanh")
    expect(window.page.locator("main del").last).to_contain_text("qua điện thoại")
    expect(window.page.locator("main ins").last).to_contain_text("[thêm: bằng tin nhắn")
    window.page.locator("main").get_by_role("link").first.click()
    window.look("lich-su-mot-ban")
    assert FIRST in window.text
    window.press("Khôi phục bản này")
    assert "Đã khôi phục" in window.note()
    assert window.page.locator(draft.field).input_value() == FIRST
    window.go(f"{draft.address}/lich-su")
    assert window.page.locator("input[name=cu]").count() == versions + 1
    assert "Khôi phục bản cũ" in window.text


def test_words_written_without_a_line_stay_in_this_browser_and_are_saved_when_it_is_back(
    windows: Windows, draft: Draft
):
    window = windows.visit(draft.email).go(f"{draft.address}/soan")
    asked = _asked_on_leaving(window)
    page, context = window.page, window.page.context
    window.forgive("ERR_INTERNET_DISCONNECTED")  # a further try may fail until the moment when the line is back
    context.set_offline(True)
    page.fill(draft.field, SECOND)
    expect(page.locator(".sk-saved--late")).to_contain_text("Chưa lưu lên máy chủ, đã giữ trên máy này")
    expect(page.locator(".sk-saved--late")).to_be_in_viewport(ratio=1)
    page.get_by_role("button", name="Lưu và xem lại").click()
    expect(page.locator(".sk-saved--late")).to_contain_text("Hãy bấm lại khi có mạng")
    assert page.url.endswith("/soan")
    context.set_offline(False)
    expect(page.locator(".sk-saved--done")).to_be_visible()
    page.reload()
    assert asked == []
    assert page.locator(draft.field).input_value() == SECOND
    assert page.evaluate("localStorage.length") == 0


def _write_in_vain(window: Visit, draft: Draft, text: str) -> None:
    """Type while nothing gets through, and leave the page."""
    window.forgive("ERR_FAILED")
    window.page.route("**/luu", lambda route: route.abort())
    window.page.fill(draft.field, text)
    expect(window.page.locator(".sk-saved--late")).to_contain_text("đã giữ trên máy này")
    window.go("/bai-du-thi")
    window.page.unroute("**/luu")


def test_a_copy_comes_back_by_itself_when_nobody_saved_since(windows: Windows, draft: Draft):
    window = windows.visit(draft.email, width=320).go(f"{draft.address}/soan")
    asked = _asked_on_leaving(window)
    _write_in_vain(window, draft, SECOND)
    assert asked == ["beforeunload"]
    window.go(f"{draft.address}/soan")
    expect(window.page.get_by_text("Đã đưa lại nội dung giữ trên máy này")).to_be_visible()
    assert window.page.locator(draft.field).input_value() == SECOND
    expect(window.page.locator(".sk-saved--done")).to_be_visible()
    window.look("soan-dua-lai")
    assert window.page.evaluate("localStorage.length") == 0


def test_a_copy_is_chosen_field_by_field_after_a_save_at_another_device(windows: Windows, draft: Draft):
    window = windows.visit(draft.email, width=320).go(f"{draft.address}/soan")
    _asked_on_leaving(window)
    _write_in_vain(window, draft, SECOND)
    other = windows.visit(draft.email).go(f"{draft.address}/soan")
    assert other.page.locator(draft.field).input_value() == FIRST
    _write(other, draft, "Chữ ở máy kia")
    window.go(f"{draft.address}/soan")
    box = window.page.locator(".sk-clash")
    expect(box).to_contain_text("Chữ ở máy kia")
    assert window.page.locator(draft.field).input_value() == SECOND
    window.look("soan-hai-ban")
    box.get_by_label("Bản kia").check()
    box.get_by_role("button", name="Lưu theo lựa chọn").click()
    expect(window.page.locator(".sk-saved--done")).to_be_visible()
    assert window.page.locator(draft.field).input_value() == "Chữ ở máy kia"
    assert window.page.evaluate("localStorage.length") == 0


def test_nothing_stays_in_a_shared_browser_after_sign_out(windows: Windows, system: System, contest: playing.Stage):
    draft = playing.wait_for(_a_draft(system, contest, playing.wait_for(_an_author(system))))
    window = windows.visit(draft.email).go(f"{draft.address}/soan")
    page = window.page
    _asked_on_leaving(window)
    window.forgive("ERR_FAILED")
    page.route("**/luu", lambda route: route.abort())
    page.fill(draft.field, SECOND)
    expect(page.locator(".sk-saved--late")).to_contain_text("đã giữ trên máy này")
    assert page.evaluate("localStorage.length") == 1
    page.get_by_role("button", name="Đăng xuất").first.click()
    page.wait_for_url(f"{window.url}/")
    assert page.evaluate("localStorage.length") == 0


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_pasted_text_in_an_old_encoding_is_offered_converted_and_pointed_at(
    windows: Windows, draft: Draft, *, scripts: bool
):
    window = windows.visit(draft.email, width=320, scripts=scripts).go(f"{draft.address}/soan")
    _write(window, draft, f"{FIRST}\n{tcvn3(FIRST)}")
    if scripts:
        expect(window.page.get_by_role("link", name="Xem trước và chuyển").first).to_be_visible()
    window.go(f"{draft.address}/xem-truoc", "xem-lai-bang-ma")
    expect(window.page.locator("mark.sk-doubtful")).to_have_count(1)
    assert "chưa nộp" in window.text.lower()
    window.follow("Xem trước và chuyển")
    window.look("bang-ma")
    window.press("Chuyển các mục đã chọn")
    assert "Đã chuyển chữ" in window.note()
    assert window.page.locator(draft.field).input_value() == f"{FIRST}\n{FIRST}"
    window.go(f"{draft.address}/lich-su")
    assert "Chuyển bảng mã" in window.text
