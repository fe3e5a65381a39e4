"""Two authors in the browser: one invites, the other signs up by the letter and agrees; shares mended, effects, handed in."""

import asyncio
import re
from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Browser

from deploy.demo import cast, driver, load
from deploy.demo.client import Api
from deploy.local.system import System
from shared.ids import new_id
from tests.browser.chromium import until
from tests.browser.route.visiting import Visit, Windows
from tests.route import playing
from tests.route.playing import wait_for

pytestmark = pytest.mark.timeout(600)
ENTRY = load.load().clean_entries[6]
LINK = re.compile(r"https?://\S+(/bai-du-thi/loi-moi/[\w-]+)")


@pytest.fixture(scope="module")
def slug(system: System) -> str:
    """A contest that takes entries."""
    return wait_for(playing.prepare(system, driver.Size(entries=1, judges=2, finalists=1))).slug


@pytest.fixture
def own_windows(browser: Browser, system: System) -> Iterator[Windows]:
    """Windows that fail the test for anything a person would stumble over."""
    with Windows(browser, system.url).closing() as opened:
        yield opened


async def _account(system: System, email: str) -> None:
    async with Api(system.url, email=system.administrator[0], password=system.administrator[1]) as admin:
        await admin.make(cast.PEOPLE, {"name": "Hoàng Thị Chủ Bài", "email": email, "password": cast.PASSWORD})


async def _letter(system: System, address: str) -> str:
    """The path of the link in the invitation to `address`."""
    for _ in range(300):
        async with httpx.AsyncClient(trust_env=False) as http:
            caught = (await http.get(f"{system.mail_url}email")).json()
        for mail in caught:
            if mail["to"][0]["address"] == address and (found := LINK.search(mail["text"])):
                return found[1]
        await asyncio.sleep(0.1)
    raise AssertionError(f"no invitation to {address}")


def _press(window: Visit, name: str) -> None:
    """A button, and the page that it leads to; a form that is just being saved goes a moment later."""
    with window.page.expect_navigation():
        window.press(name)


def _write(owner: Visit, slug: str) -> str:
    """A complete draft with one effect; its address."""
    owner.go(f"/bai-du-thi/moi?cuoc-thi={slug}")
    owner.page.locator("input[name=entrant_group]").first.check()
    owner.page.locator("input[name=content_group]").first.check()
    owner.fill("Tên sáng kiến", f"{ENTRY.title} {new_id()[-4:]}")
    _press(owner, "Bắt đầu viết")
    for part, text in ENTRY.parts.items():
        owner.page.locator(f"[name='parts.{part}']").fill(text)
    owner.page.locator("[name='effects.0.what']").select_option("time")
    owner.fill("Con số", "hai giờ")
    _press(owner, "Lưu và thêm hiệu quả khác")
    owner.page.locator("[name='effects.1.amount']").fill("3")
    _press(owner, "Lưu và thêm hiệu quả khác")
    owner.look("soan-hieu-qua")
    _press(owner, "Bỏ hiệu quả này: số 2")
    _press(owner, "Lưu và xem lại")
    owner.look("xem-lai-hieu-qua-thieu")
    assert "Hãy ghi một số lớn hơn 0" in owner.text
    owner.follow("Hãy ghi một số lớn hơn 0")
    owner.fill("Con số", "2,5")
    owner.fill("Trên đơn vị", "giờ/hồ sơ")
    owner.fill("Tính thế nào", "Đo 40 hồ sơ trước và 40 hồ sơ sau khi làm thử.")
    if owner.scripts:
        until(owner.page, "document.querySelector('form[data-autosave]').draft?.unsaved === false")
    _press(owner, "Lưu và mời đồng tác giả")
    return owner.page.url.removesuffix("/tac-gia")


def _invite(owner: Visit, address: str) -> None:
    """First with a mistake, which keeps what was typed."""
    owner.look("tac-gia-mot-minh")
    owner.fill("Tỉ lệ của bạn", "60")
    _press(owner, "Thêm đồng tác giả")
    owner.fill("Họ và tên", "Lý Thị Cùng Viết")
    owner.fill("Thư điện tử hoặc số điện thoại", "không phải địa chỉ")
    owner.fill("Tỉ lệ đóng góp", "30")
    _press(owner, "Lưu và gửi lời mời")
    owner.look("tac-gia-loi")
    assert owner.page.get_by_label("Họ và tên").input_value() == "Lý Thị Cùng Viết"
    owner.fill("Thư điện tử hoặc số điện thoại", address)
    _press(owner, "Lưu và gửi lời mời")
    owner.look("tac-gia-da-moi")
    assert "Chờ trả lời" in owner.text
    assert "còn thiếu 10%" in owner.text


def _two_pages(owner: Visit, other: Visit, team: str) -> None:
    """What is typed waits on the server; another page that is saved shows both, and the one thrown away is the unsent."""
    other.go(team)
    owner.go(team)
    _press(owner, "Thêm đồng tác giả")
    owner.page.get_by_label("Họ và tên").last.fill("Người Thứ Ba")
    _press(owner, "Lưu, chưa gửi")
    owner.look("tac-gia-chua-gui")
    assert "Có thay đổi chưa gửi" in owner.text
    other.fill("Tỉ lệ của bạn", "55")
    other.forgive("409")
    if other.scripts:
        _press(other, "So hai bản")
    else:
        _press(other, "Lưu, chưa gửi")
    other.look("tac-gia-hai-ban")
    assert "Người Thứ Ba" in other.text
    assert other.page.get_by_label("Tỉ lệ của bạn").input_value() == "55"
    _press(other, "Bỏ thay đổi chưa gửi")
    assert other.page.get_by_label("Tỉ lệ của bạn").input_value() == "60"


def _leave(invitee: Visit, owner: Visit, entry: str) -> None:
    """The co-author goes; the owner is told on the page, and by letter."""
    invitee.go(f"{entry}/tac-gia")
    invitee.follow("rời bài")
    invitee.look("roi-bai")
    invitee.fill("Lý do", "Tôi chuyển công tác")
    _press(invitee, "Rời bài")
    assert "đánh dấu vào ô xác nhận" in invitee.text
    invitee.page.get_by_label("Tôi chắc chắn muốn rời bài này").check()
    _press(invitee, "Rời bài")
    assert "Bạn không còn là đồng tác giả" in invitee.text
    owner.go(f"{entry}/tac-gia", "tac-gia-da-roi")
    assert "Lý do rời bài: Tôi chuyển công tác" in owner.text
    assert "còn thiếu 40%" in owner.text


def _answer(invitee: Visit, system: System, address: str) -> None:
    """Sign up on the way and come back."""
    invitee.go(wait_for(_letter(system, address)), "loi-moi-chua-dang-nhap")
    assert "Hoàng Thị Chủ Bài" in invitee.text
    invitee.page.locator("main a", has_text="Đăng ký tài khoản").click()
    invitee.page.get_by_label("Người dân").check()
    invitee.fill("Họ và tên", "Lý Thị Cùng Viết")
    invitee.fill("Địa chỉ thư điện tử", address)
    invitee.page.locator("input[name=password]").fill(cast.PASSWORD)
    invitee.page.locator("main").get_by_role("button", name="Đăng ký").click()
    invitee.fill("Mã 6 chữ số", wait_for(cast.code_in_letter(system.mail_url, address, letters=2)))
    _press(invitee, "Mở tài khoản")
    invitee.page.wait_for_load_state()
    invitee.look("loi-moi")
    _press(invitee, "Từ chối")
    assert "Hãy viết lý do từ chối" in invitee.text
    _press(invitee, "Đồng ý đứng tên")
    assert "Bạn đã là đồng tác giả" in invitee.text
    invitee.look("bai-cua-dong-tac-gia")


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_two_authors_agree_on_their_shares_and_hand_in(
    system: System, own_windows: Windows, slug: str, *, scripts: bool
) -> None:
    run = new_id()[-8:]
    email, address = f"chu.bai.{run}@sangkien.example", f"cung.viet.{run}@sangkien.example"
    wait_for(_account(system, email))
    owner, invitee = own_windows.visit(email, scripts=scripts), own_windows.visit(scripts=scripts)
    entry = _write(owner, slug)
    _invite(owner, address)
    owner.go(f"{entry}/xem-truoc", "xem-lai-con-loi-moi")
    assert "Còn 1 lời mời đồng tác giả chưa được trả lời" in owner.text
    _answer(invitee, system, address)
    _two_pages(owner, own_windows.visit(email, scripts=scripts), f"{entry}/tac-gia")
    owner.go(f"{entry}/tac-gia", "tac-gia-dong-y")
    owner.fill("Tỉ lệ đóng góp", "40")
    _press(owner, "Lưu và gửi lời mời")
    invitee.go("/bai-du-thi", "bai-cua-toi-loi-moi")
    invitee.follow("Xem và trả lời")
    assert "Tỉ lệ đã thay đổi" in invitee.text
    _press(invitee, "Đồng ý đứng tên")
    owner.go(f"{entry}/tac-gia")
    owner.page.get_by_label("Người đại diện").select_option(label="Lý Thị Cùng Viết")
    _press(owner, "Lưu và gửi lời mời")
    owner.look("tac-gia-dai-dien")
    invitee.go(f"{entry}/xem-truoc", "xem-lai-dong-tac-gia")
    assert invitee.page.locator("main").get_by_role("button", name="Nộp bài").count() == 0
    owner.go(f"{entry}/xem-truoc")
    owner.page.locator("main").get_by_role("button", name="Nộp bài").click()
    owner.page.wait_for_url("**/bien-nhan")
    owner.look("bien-nhan-hai-tac-gia")
    assert "Hoàng Thị Chủ Bài, 60%; Lý Thị Cùng Viết, 40% (đại diện)" in owner.text
    invitee.go(f"{entry}/tac-gia", "tac-gia-cua-dong-tac-gia")
    assert "60%" in invitee.text
    _leave(invitee, owner, entry)
