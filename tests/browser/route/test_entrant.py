"""An entrant's way in the browser: from the call to the receipt and its letter, with and without scripts."""

import io
import re
import time
from pathlib import Path

import httpx
import pytest
from PIL import Image
from playwright.sync_api import expect

from deploy.demo import cast, load
from deploy.local.system import System
from shared.ids import new_id
from tests.browser.chromium import until
from tests.browser.route.conftest import Stages
from tests.browser.route.visiting import Visit, Windows
from tests.route import playing

pytestmark = pytest.mark.timeout(600)
ENTRY = load.load().clean_entries[5]
PATIENCE = 600
"""Steps of a tenth of a second to wait for what travels through the broker."""


def _picture(folder: Path) -> Path:
    canvas = io.BytesIO()
    Image.new("RGB", (640, 400), (11, 63, 71)).save(canvas, "PNG")
    path = folder / "sơ đồ quầy.png"
    path.write_bytes(canvas.getvalue())
    return path


def _letter(system: System, email: str, receipt: str) -> dict[str, str]:
    for _ in range(PATIENCE):
        caught = httpx.get(f"{system.mail_url}email", trust_env=False).json()
        to_them = [mail for mail in caught if mail["to"][0]["address"] == email]
        found: list[dict[str, str]] = [mail for mail in to_them if receipt in mail["subject"]]
        if found:
            return found[0]
        time.sleep(0.1)
    raise AssertionError(f"no letter with {receipt} to {email}")


def _until_noted(window: Visit, receipt: str) -> None:
    """The letter may be out before the notice is on the page."""
    for _ in range(PATIENCE):
        if receipt in window.go("/hop-thu").text:
            return
        time.sleep(0.1)
    raise AssertionError(f"no notice about {receipt}")


def _sign_up(window: Visit, system: System, email: str) -> None:
    window.follow("Đăng ký dự thi")
    window.look("dang-ky")
    window.press("Đăng ký")
    window.look("dang-ky-loi")
    assert "Những gì bạn đã nhập vẫn được giữ nguyên" in window.text
    window.page.get_by_label("Người dân").check()
    window.fill("Họ và tên", "Đỗ Thị Ánh Ngần")
    window.fill("Địa chỉ thư điện tử", email)
    window.page.locator("input[name=password]").fill(cast.PASSWORD)
    window.page.locator("main").get_by_role("button", name="Đăng ký").click()
    window.fill("Mã 6 chữ số", playing.wait_for(cast.code_in_letter(system.mail_url, email)))
    window.press("Mở tài khoản")
    window.page.wait_for_load_state()


def _begin(window: Visit, system: System, slug: str, email: str) -> None:
    window.go("/", "trang-dau").go("/cuoc-thi", "cuoc-thi").go(f"/cuoc-thi/{slug}", "the-le")
    expect(window.page.locator("[data-countdown]").first).to_be_visible()
    window.follow("Viết bài dự thi")
    window.look("dang-nhap")
    _sign_up(window, system, email)
    assert f"/bai-du-thi/moi?cuoc-thi={slug}" in window.page.url, "the new account leads on to where one wanted to go"
    window.look("bat-dau")
    window.page.locator("input[name=entrant_group]").first.check()
    window.page.locator("input[name=content_group]").first.check()
    window.fill("Tên sáng kiến", ENTRY.title)
    window.press("Bắt đầu viết")


def _write(window: Visit) -> None:
    for part, text in ENTRY.parts.items():
        window.page.locator(f"[name='parts.{part}']").fill(text)
    if window.scripts:
        expect(window.page.locator(".sk-saved--done")).to_contain_text(re.compile(r"Đã lưu lúc \d\d:\d\d"))
        until(window.page, "document.querySelector('form[data-autosave]').draft?.unsaved === false")
        window.look("soan")
        window.page.reload()
    else:
        window.page.get_by_role("button", name="Lưu nháp").last.click()
        assert "Đã lưu bản nháp" in window.note()
        window.look("soan")
    first = next(iter(ENTRY.parts))
    assert window.page.locator(f"[name='parts.{first}']").input_value() == ENTRY.parts[first]


def _hand_in(window: Visit, folder: Path) -> str:
    window.page.get_by_label("Thêm một tệp").set_input_files(_picture(folder))
    window.press("Thêm tệp")
    assert "sơ đồ quầy.png" in window.text
    window.look("soan-co-tep")
    window.press("Lưu và xem lại")
    window.look("xem-lai")
    assert "Đỗ Thị Ánh Ngần" not in window.page.locator("article").inner_text()
    window.page.locator("main").get_by_role("button", name="Nộp bài").click()
    window.page.wait_for_url("**/bien-nhan")
    window.look("bien-nhan")
    expect(window.page.locator(".sk-receipt__qr svg")).to_be_visible()
    return window.page.locator(".sk-receipt__code").inner_text()


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_an_entrant_signs_up_writes_hands_in_and_gets_a_receipt(
    windows: Windows, stages: Stages, system: System, tmp_path: Path, *, scripts: bool
):
    window, email = windows.visit(width=320, scripts=scripts), f"ngan.{new_id()[-6:]}@sangkien.example"
    _begin(window, system, stages.called.slug, email)
    _write(window)
    receipt = _hand_in(window, tmp_path)
    address = window.page.locator("main a[href*='/tra-cuu/']").get_attribute("href") or ""
    stranger = windows.visit(width=320, scripts=scripts).go(address, "tra-cuu")
    assert receipt in stranger.text
    assert ENTRY.title not in stranger.text
    letter = _letter(system, email, receipt)
    assert f"{system.url}/bai-du-thi/" in letter["text"]
    _until_noted(window, receipt)
    window.go("/hop-thu", "hop-thu")
    window.page.locator("main table").get_by_role("link", name=receipt).click()
    window.look("thong-bao-nguoi-thi")
    assert ENTRY.title in window.text
    window.go("/bai-du-thi", "bai-cua-toi")
    window.page.locator("main").get_by_role("link", name=ENTRY.title, exact=True).click()
    window.look("bai-cua-toi-mot-bai")
    window.follow("Rút bài")
    window.look("rut-bai")
    window.go("/tai-khoan", "tai-khoan")


def test_an_entry_without_its_parts_is_not_handed_in_and_says_what_is_missing(windows: Windows, stages: Stages):
    window = windows.visit(stages.handed_in.handed_in[0].email, width=320)
    window.go(f"/bai-du-thi/moi?cuoc-thi={stages.called.slug}")
    window.page.locator("input[name=entrant_group]").first.check()
    window.page.locator("input[name=content_group]").first.check()
    window.press("Bắt đầu viết")
    window.press("Lưu và xem lại")
    window.look("xem-lai-con-thieu")
    assert "Bài còn thiếu hoặc chưa đúng" in window.text
    assert window.page.locator("main").get_by_role("button", name="Nộp bài").count() == 0
