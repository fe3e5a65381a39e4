"""One's own data in the browser: consents, a copy, a request answered at the desk, the end; and what is kept of contests."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser
from pymongo import MongoClient

from deploy.demo import cast, driver
from deploy.demo.client import Api
from deploy.local.system import System
from shared.clock import now
from shared.ids import new_id
from tests.browser.route.visiting import Visit, Windows, sign_in
from tests.route import playing
from tests.route.playing import wait_for

pytestmark = pytest.mark.timeout(600)
SCRIPTS = pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
PAGE = "/tai-khoan/du-lieu"


@pytest.fixture
def windows(browser: Browser, system: System) -> Iterator[Windows]:
    """Of people made for one test."""
    with Windows(browser, system.url).closing() as opened:
        yield opened


def _account(system: System, name: str, role: str) -> str:
    """A new account; its address."""
    email = f"{role}.{new_id()[-8:]}@sangkien.example"

    async def make() -> None:
        async with Api(system.url, email=system.administrator[0], password=system.administrator[1]) as admin:
            body = {"name": name, "email": email, "password": cast.PASSWORD, "kind": "resident"}
            await admin.make(cast.PEOPLE, {**body, "roles": [{"role": role, "scope": "*"}]})

    wait_for(make())
    return email


@SCRIPTS
def test_somebody_agrees_changes_their_mind_asks_and_gets_an_answer(windows: Windows, system: System, *, scripts: bool):
    name = f"Đoàn Thị Hỏi Han {new_id()[-4:]}"
    entrant, desk = _account(system, name, "entrant"), _account(system, "Phùng Thị Quản Trị", "administrator")
    window = windows.visit(entrant, width=320, scripts=scripts).go(PAGE, "du-lieu")
    assert window.text.count("Chưa đồng ý") == 3
    window.press("Tôi đồng ý: Thư viện")
    assert "Đã ghi nhận sự đồng ý" in window.text
    window.press("Rút lại đồng ý: Thư viện")
    window.page.get_by_text("Lịch sử đồng ý và rút lại").first.click()
    window.look("du-lieu-lich-su")
    window.press("Gửi yêu cầu")
    window.look("du-lieu-yeu-cau-sai")
    window.page.get_by_label("Sửa dữ liệu về tôi").check()
    window.fill("Nội dung yêu cầu", "Họ của tôi là Đoàn, đang ghi là Đoan.")
    window.press("Gửi yêu cầu")
    window.look("du-lieu-da-gui")
    assert "Mới nhận" in window.text
    assert "hết ngày" in window.text
    _answers(windows.visit(desk, scripts=scripts), name)
    window.go(PAGE)
    assert "Đã sửa thành Đoàn." in window.text
    window.follow("Xem và in")
    window.look("du-lieu-ban-sao")
    assert entrant in window.text


def _answers(window: Visit, name: str) -> None:
    window.go("/quan-tri/yeu-cau?xem=tat-ca", "quan-tri-yeu-cau")
    window.page.locator("tr", has_text=name).get_by_role("link").first.click()
    window.look("quan-tri-mot-yeu-cau")
    window.press("Nhận xử lý")
    window.press("Gửi trả lời")
    window.look("quan-tri-tra-loi-sai")
    window.page.get_by_label("Đã thực hiện").check()
    window.fill("Câu trả lời", "Đã sửa thành Đoàn.")
    window.press("Gửi trả lời")
    assert "Đã trả lời" in window.text


@SCRIPTS
def test_somebody_sees_what_goes_and_what_stays_and_erases_the_account(
    windows: Windows, system: System, *, scripts: bool
):
    email = _account(system, "Lưu Thị Ra Đi", "entrant")
    window = windows.visit(email, width=320, scripts=scripts).go(PAGE)
    window.follow("Xem trước khi xóa")
    window.look("xoa-tai-khoan")
    window.press("Xóa tài khoản và dữ liệu")
    window.look("xoa-chua-xac-nhan")
    window.page.get_by_label("Tôi hiểu và muốn xóa").check()
    window.page.locator("input[name=password]").fill(cast.PASSWORD)
    window.press("Xóa tài khoản và dữ liệu")
    window.look("xoa-xong")
    assert "Tài khoản của bạn đã được xóa" in window.text
    sign_in(window.go("/dang-nhap"), email)
    assert "không đúng" in window.text


def _a_finished_contest(system: System) -> str:
    """Published long ago, kept for a year: its short name."""
    stage = wait_for(playing.prepare(system, driver.Size(entries=1, judges=2, finalists=1)))
    contest_id = stage.desk.contest_id
    kept: dict[str, Any] = {"_id": contest_id, "published_at": now() - timedelta(days=500), "state": "kept"}
    with MongoClient[dict[str, Any]](system.mongo_url) as client:
        client["submissions"]["contests"].update_one({"_id": contest_id}, {"$set": {"retention_months": 12}})
        client["submissions"]["retentions"].insert_one(kept)
        contest = client["submissions"]["contests"].find_one({"_id": contest_id})
    assert contest is not None
    return str(contest["short_name"])


@SCRIPTS
def test_an_administrator_confirms_that_data_of_a_finished_contest_is_cleared(
    windows: Windows, system: System, *, scripts: bool
):
    short_name = _a_finished_contest(system)
    window = windows.visit(_account(system, "Phùng Thị Lưu Trữ", "administrator"), scripts=scripts)
    window.go("/quan-tri/luu-tru", "luu-tru")
    assert "Đến hạn xóa" in window.text
    window.confirm(f"Xác nhận xóa dữ liệu của {short_name}")
    window.look("luu-tru-da-xac-nhan")
    assert "Đã xác nhận" in window.text
