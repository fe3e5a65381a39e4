"""Accounts in the browser: signing up with the code from the letter, codes and passwords, where one is signed in."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from deploy.demo import cast
from deploy.local.system import System
from shared.ids import new_id
from tests.browser.route.visiting import Visit, Windows, sign_in
from tests.route.playing import wait_for

pytestmark = pytest.mark.timeout(600)
NEW = "Một câu mới hẳn 2026"


@pytest.fixture
def windows(browser: Browser, system: System) -> Iterator[Windows]:
    """Of people who have no account yet."""
    with Windows(browser, system.url).closing() as opened:
        yield opened


def _type_code(window: Visit, system: System, address: str, button: str, *, letters: int) -> None:
    """The code of the newest of so many letters."""
    window.fill("Mã 6 chữ số", wait_for(cast.code_in_letter(system.mail_url, address, letters=letters)))
    window.page.locator("main").get_by_role("button", name=button, exact=True).click()
    window.page.wait_for_load_state()


def _ask_to_sign_up(window: Visit, address: str) -> None:
    window.go("/dang-ky?ve=/tai-khoan", "tai-khoan-dang-ky")
    window.fill("Họ và tên", "Đỗ Thị Ánh Ngần")
    window.fill("Địa chỉ thư điện tử", address)
    window.page.locator("input[name=password]").fill(cast.PASSWORD)
    window.press("Đăng ký và nhận mã")
    window.page.wait_for_load_state()


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_somebody_opens_an_account_loses_the_password_and_looks_after_the_sessions(
    windows: Windows, system: System, *, scripts: bool
):
    window, address = windows.visit(width=320, scripts=scripts), f"ngan.{new_id()[-6:]}@sangkien.example"
    _ask_to_sign_up(window, f"nham.{address}")
    window.look("tai-khoan-ma-dang-ky")
    window.fill("Mã 6 chữ số", "000")
    window.press("Mở tài khoản")
    window.look("tai-khoan-ma-sai")
    assert "Mã không đúng" in window.text
    window.page.get_by_text("Địa chỉ trên chưa đúng?").click()
    window.fill("Địa chỉ thư điện tử", address)
    window.press("Đổi địa chỉ và gửi mã")
    assert f"tới {address}" in window.text
    _type_code(window, system, address, "Mở tài khoản", letters=1)
    assert window.page.url.endswith("/tai-khoan")
    assert "Tài khoản đã mở" in window.text
    window.look("tai-khoan-moi")
    _loses_the_password(windows, system, address, scripts=scripts)
    assert "/dang-nhap" in window.go("/tai-khoan").page.url, "the old password's session is over"
    _comes_in_by_code(window, system, address)
    _looks_after_the_sessions(window)
    _moves(window, system, address)


def _loses_the_password(windows: Windows, system: System, address: str, *, scripts: bool) -> None:
    window = windows.visit(width=320, scripts=scripts).go("/dang-nhap", "tai-khoan-dang-nhap")
    window.follow("Quên mật khẩu")
    window.look("tai-khoan-quen")
    window.fill("Địa chỉ thư điện tử", address)
    window.press("Gửi mã")
    window.look("tai-khoan-dat-lai")
    window.page.locator("input[name=password]").fill("ngắn")
    window.fill("Mã 6 chữ số", "12")
    window.press("Đặt mật khẩu mới")
    window.look("tai-khoan-dat-lai-loi")
    window.page.locator("input[name=password]").fill(NEW)
    _type_code(window, system, address, "Đặt mật khẩu mới", letters=2)
    assert "Đã đặt mật khẩu mới" in window.text
    sign_in(window, address, NEW)
    window.go("/tai-khoan", "tai-khoan-hai-noi")


def _comes_in_by_code(window: Visit, system: System, address: str) -> None:
    window.go("/dang-nhap/ma?ve=/tai-khoan", "tai-khoan-xin-ma")
    window.fill("Địa chỉ thư điện tử", address)
    window.press("Gửi mã đăng nhập")
    window.look("tai-khoan-nhap-ma")
    wait_for(cast.letters_to(system.mail_url, address, number=4))  # or the second code may overtake the first
    window.page.get_by_text("Chưa nhận được mã?").click()
    window.press("Gửi mã mới")
    assert "Đã gửi mã mới" in window.text
    _type_code(window, system, address, "Đăng nhập", letters=5)  # one told of the new password
    assert window.page.url.endswith("/tai-khoan")


def _looks_after_the_sessions(window: Visit) -> None:
    others = window.page.locator("main tr").filter(has_not_text="Thiết bị này").get_by_role("button", name="Đăng xuất")
    assert others.count() == 1
    others.click()
    window.page.wait_for_load_state()
    assert "Đã đăng xuất thiết bị đó" in window.text
    assert others.count() == 0
    window.follow("Đổi mật khẩu")
    window.look("tai-khoan-mat-khau")
    window.page.locator("input[name=old_password]").fill("không phải")
    window.page.locator("input[name=password]").fill(cast.PASSWORD)
    window.press("Đổi mật khẩu")
    window.look("tai-khoan-mat-khau-sai")
    window.page.locator("input[name=old_password]").fill(NEW)
    window.page.locator("input[name=password]").fill(cast.PASSWORD)
    window.press("Đổi mật khẩu")
    assert "Đã đổi mật khẩu" in window.text


def _moves(window: Visit, system: System, address: str) -> None:
    """To another address, which is confirmed; the old one is told."""
    new = f"doi.{address}"
    window.follow("Đổi thư điện tử hoặc điện thoại")
    window.look("tai-khoan-dia-chi")
    window.fill("Địa chỉ thư điện tử", address)
    window.press("Gửi mã tới địa chỉ mới")
    assert "Đây đang là địa chỉ của tài khoản" in window.text
    window.fill("Địa chỉ thư điện tử", new)
    window.press("Gửi mã tới địa chỉ mới")
    window.look("tai-khoan-dia-chi-ma")
    _type_code(window, system, new, "Xác nhận địa chỉ mới", letters=1)
    assert f"Đã xác nhận {new}" in window.text
    told = {letter["subject"] for letter in wait_for(cast.letters_to(system.mail_url, address, number=7))}
    assert "Địa chỉ của tài khoản Sáng Kiến vừa được thay" in told
    window.go("/tai-khoan")
    window.press("Đăng xuất khỏi mọi thiết bị")
    assert "Bạn đã đăng xuất khỏi mọi thiết bị" in window.text


def test_the_button_beside_the_password_sends_a_code_and_a_taken_address_a_note(windows: Windows, system: System):
    address = f"loi.{new_id()[-6:]}@sangkien.example"
    window = windows.visit(width=320)
    _ask_to_sign_up(window, address)
    _type_code(window, system, address, "Mở tài khoản", letters=1)
    window.press("Đăng xuất")
    window.go("/dang-nhap?ve=/tai-khoan")
    window.fill("Địa chỉ thư điện tử", address)
    window.press("Gửi mã đăng nhập")
    _type_code(window, system, address, "Đăng nhập", letters=2)
    assert window.page.url.endswith("/tai-khoan")
    stranger = windows.visit(width=320)
    _ask_to_sign_up(stranger, address)
    letter = wait_for(cast.letters_to(system.mail_url, address, number=3))[-1]
    assert "đã có tài khoản" in letter["subject"]
    assert "Nếu địa chỉ này đã có tài khoản" in stranger.text


def test_a_phone_number_is_enough_for_an_account(windows: Windows, system: System):
    number = f"091{int(new_id()[-8:], 16) % 10**7:07d}"
    window = windows.visit(width=320)
    _ask_to_sign_up(window, number)
    window.look("tai-khoan-ma-dien-thoai")
    _type_code(window, system, f"84{number[1:]}@sms.example", "Mở tài khoản", letters=1)
    assert f"{number[:4]} {number[4:7]} {number[7:]}" in window.text
    assert window.page.url.endswith("/tai-khoan")


def test_the_first_of_two_tabs_of_a_first_visit_gets_in_too(windows: Windows, system: System):
    window = windows.visit().go("/dang-nhap")
    window.page.context.clear_cookies()
    other = window.page.context.new_page()
    other.goto(f"{windows.url}/dang-nhap")
    sign_in(window, *system.administrator)
    assert window.go("/tai-khoan").page.url.endswith("/tai-khoan"), window.text
