"""Accounts in an administrator's hands, the journal, and the owner's profile."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from deploy.demo import cast
from deploy.demo.client import Api
from deploy.local.system import System
from shared.ids import new_id
from tests.browser.route.visiting import Windows, sign_in
from tests.route.playing import wait_for

pytestmark = pytest.mark.timeout(600)
WHY = "Quyết định 12 của Ban Tổ chức"


@pytest.fixture
def windows(browser: Browser, system: System) -> Iterator[Windows]:
    with Windows(browser, system.url).closing() as opened:
        yield opened


async def _somebody(system: System, name: str, role: str) -> str:
    email = f"{role}.{new_id()[-8:]}@sangkien.example"
    async with Api(system.url, email=system.administrator[0], password=system.administrator[1]) as admin:
        account = {"name": name, "email": email, "password": cast.PASSWORD, "kind": "resident"}
        await admin.make(cast.PEOPLE, {**account, "roles": [{"role": role, "scope": "*"}]})
    return email


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_a_role_is_read_back_given_and_found_in_the_journal(windows: Windows, system: System, *, scripts: bool):
    name = f"Đỗ Thị Ánh {new_id()[-6:]}"
    wait_for(_somebody(system, name, "entrant"))
    chief = wait_for(_somebody(system, "Trịnh Thị Chủ", "administrator"))
    window = windows.visit(width=320, scripts=scripts).go("/dang-nhap")
    sign_in(window, chief)
    window.go("/quan-tri/nguoi-dung", "nguoi-dung")
    window.go(f"/quan-tri/nguoi-dung?tim={name[-6:]}").follow(name)
    window.look("nguoi-dung-mot-nguoi")
    window.press("Xem lại")
    window.look("nguoi-dung-loi")
    window.page.get_by_label("Giao một vai trò").check()
    window.page.locator("select[name=role]").select_option(label="Biên tập")
    window.fill("Lý do", WHY)
    window.press("Xem lại")
    window.look("nguoi-dung-xem-lai")
    assert "Biên tập (toàn trang)" in window.text
    window.press("Đồng ý, ghi vào nhật ký")
    assert "Đã giao vai trò" in window.note()
    window.go("/quan-tri/nhat-ky", "nhat-ky")
    assert name in window.text
    assert WHY in window.text


def test_an_owner_fills_in_the_profile(windows: Windows, system: System):
    owner = wait_for(_somebody(system, "Lê Thị Tuyết", "entrant"))
    window = windows.visit(width=320).go("/dang-nhap")
    sign_in(window, owner)
    window.go("/tai-khoan/ho-so", "ho-so")
    window.page.get_by_label("Cơ quan, tổ chức, doanh nghiệp").check()
    window.press("Lưu hồ sơ")
    window.look("ho-so-loi")
    assert "người đại diện" in window.text
    window.fill("Người đại diện của tổ chức", "Lê Thị Tuyết")
    window.press("Lưu hồ sơ")
    assert "Đã lưu hồ sơ" in window.note()
    window.fill("Số định danh", "001085000123")
    window.press("Lưu số định danh")
    window.look("ho-so-so-dinh-danh")
    assert "001*******23" in window.text
