"""A paper in the browser: registered at the counter, typed by one, checked by another, accepted, read blind by a judge."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import Browser, expect

from deploy.demo import cast, driver, marking
from deploy.demo.client import Api
from deploy.local.system import System
from shared.ids import new_id
from tests.browser.route.visiting import Visit, Windows
from tests.route import playing
from tests.route.playing import Stage

pytestmark = pytest.mark.timeout(600)
SCRIPTS = pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
SENDER, MAIL = "Tạ Thị Viết Tay", f"viet.tay.{new_id()[-6:]}@sangkien.example"
TITLE = "Ghế chờ có số ghi bằng chữ lớn"
TEXT = "Người cao tuổi ngồi chờ không nhìn rõ số trên màn hình, phải hỏi cán bộ nhiều lần trong một buổi."


@pytest.fixture(scope="module")
def stage(system: System) -> Stage:
    return playing.wait_for(playing.prepare(system, driver.Size(entries=1, judges=2, finalists=1)))


def _account(system: System, name: str, **more: Any) -> str:
    async def make() -> str:
        email = f"nguoi.{new_id()[-8:]}@sangkien.example"
        async with Api(system.url, email=system.administrator[0], password=system.administrator[1]) as admin:
            await admin.make(cast.PEOPLE, {"name": name, "email": email, "password": cast.PASSWORD, **more})
        return email

    return playing.wait_for(make())


@pytest.fixture(scope="module")
def checker(system: System, stage: Stage) -> str:
    """A second secretary of the contest."""
    role = {"role": "secretary", "scope": stage.desk.contest_id}
    return _account(system, "Cao Thị Đối Chiếu", kind="official", roles=[role])


@pytest.fixture
def windows(browser: Browser, system: System) -> Iterator[Windows]:
    """As in the other files, without their contests."""
    with Windows(browser, system.url).closing() as opened:
        yield opened


@pytest.fixture
def scan(tmp_path: Path) -> Path:
    picture = Image.new("RGB", (1000, 1400), "white")
    pen = ImageDraw.Draw(picture)
    for line in range(24):
        pen.line([(80, 120 + line * 50), (80 + (37 * line) % 300 + 500, 124 + line * 50)], fill=(20, 40, 120), width=4)
    picture.save(tmp_path / "trang-1.png")
    return tmp_path / "trang-1.png"


def _fill(window: Visit, stage: Stage, way: str, title: str, name: str) -> None:
    window.go(f"/tiep-nhan/bai-giay/moi?cuoc-thi={stage.desk.contest_id}")
    window.page.get_by_label(way).check()
    window.page.get_by_label("Người dân", exact=True).check()
    window.fill("Họ và tên, hoặc tên tổ chức", name)
    if way == "Qua bưu điện":
        window.fill("Ngày trên dấu bưu điện", "2019-01-02")
    for label in ("Nhóm đối tượng", "Lĩnh vực"):
        window.page.get_by_label(label).select_option(index=1)
    window.fill("Tên sáng kiến", title)
    window.page.get_by_label("Viết tay").check()


def _register(window: Visit, stage: Stage, scan: Path, title: str, name: str, email: str = "") -> None:
    _fill(window, stage, "Qua bưu điện", title, name)
    window.page.locator("[name=email]").fill(email)
    window.page.locator("[name=scans]").set_input_files(scan)
    window.press("Vào sổ và cấp biên nhận")
    window.look("nhan-bai-giay-thieu-so-trang")
    assert "Hãy điền “Số trang”" in window.text
    assert window.page.get_by_label("Tên sáng kiến").input_value() == title
    window.fill("Số trang", "3")
    window.page.locator("[name=scans]").set_input_files(scan)
    window.press("Vào sổ và cấp biên nhận")
    assert "Đã vào sổ số" in window.page.locator("body").inner_text()


def test_a_paper_goes_from_the_counter_to_a_judge_who_sees_only_its_text(
    windows: Windows, stage: Stage, checker: str, scan: Path
):
    clerk = windows.visit(stage.email("secretary"))
    clerk.go(f"/tiep-nhan/bai-giay/moi?cuoc-thi={stage.desk.contest_id}", "nhan-bai-giay")
    _register(clerk, stage, scan, TITLE, SENDER, MAIL)
    clerk.look("bai-giay")
    clerk.follow("In biên nhận")
    clerk.look("bai-giay-bien-nhan")
    assert SENDER in clerk.text
    clerk.page.go_back()
    clerk.follow("Chép bài")
    for place in range(clerk.page.locator("[name^='parts.']").count()):
        clerk.page.locator("[name^='parts.']").nth(place).fill(TEXT)
    expect(clerk.page.locator("[data-saved]")).to_contain_text("Đã lưu lúc")
    clerk.look("chep-bai")
    address = clerk.page.url
    clerk.press("Chuyển đối chiếu")
    expect(clerk.page.locator("body")).to_contain_text("Đã chuyển bản chép")
    clerk.page.goto(address)
    assert "người chép không tự đối chiếu" in clerk.text
    other = windows.visit(checker, width=320, scripts=False)
    other.go("/tiep-nhan/ban-chep?tinh-trang=typed", "hang-chep-bai")
    other.follow(TITLE)
    other.look("doi-chieu")
    entry_id = address.rsplit("/", 1)[1]
    other.go(f"/tiep-nhan/{entry_id}", "kiem-tra-bai-giay-chua-chep")
    assert "xong mới tiếp nhận được" in other.note()
    other.page.goto(address)
    other.press("Đúng bản quét, xác nhận")
    other.look("kiem-tra-bai-giay")
    other.press("tiếp nhận")
    assert "Đã tiếp nhận" in other.page.locator("body").inner_text()
    _judged_blind(windows, stage)


async def _own_sheet(stage: Stage) -> str:
    """Judges sit in other tests' contests too."""
    async with stage.desk.api("judge") as api:
        queue = await api.get("/api/judging/v1/queue")
    return next(str(line["sheet_id"]) for line in queue if line["contest_id"] == stage.desk.contest_id)


def _judged_blind(windows: Windows, stage: Stage) -> None:
    playing.wait_for(marking.assign(stage.desk, 1))
    judge = windows.visit(stage.email("judge")).go(f"/cham-thi/phieu/{playing.wait_for(_own_sheet(stage))}")
    seen = judge.page.content()
    assert TEXT in judge.text
    assert not [sign for sign in (SENDER, MAIL, "trang-1.png", "Viết tay", "/tep/") if sign in seen]


@pytest.mark.parametrize("way", ["Nộp tại quầy", "Qua thư điện tử", "Qua UBND xã, phường"])
def test_every_way_in_takes_a_group_with_its_envelope_and_the_counts_add_up(
    windows: Windows, stage: Stage, scan: Path, way: str
):
    clerk = windows.visit(stage.email("secretary"), scripts=way == "Nộp tại quầy")
    _fill(clerk, stage, way, f"Bài đến theo đường {way}", "Đỗ Thị Đứng Đầu")
    clerk.fill("Đồng tác giả", f"Lê Văn Cùng Viết {way}\nHồ Thị Cùng Viết {way}")
    clerk.fill("Số trang", "12")
    for field in ("envelope", "scans"):
        clerk.page.locator(f"[name={field}]").set_input_files(scan)
    clerk.press("Vào sổ và cấp biên nhận")
    expect(clerk.page.locator("main")).to_contain_text(f"Hồ Thị Cùng Viết {way}")
    assert re.search(r"Phong bì · .* KB", clerk.text)
    clerk.go(f"/tiep-nhan?cuoc-thi={stage.desk.contest_id}")
    table = clerk.page.locator("table").first
    rows = [[int(one) for one in re.findall(r"\t(\d+)", line)] for line in table.inner_text().split("\n")]
    *channels, total = [row for row in rows if row]
    assert [sum(column) for column in zip(*channels, strict=True)] == total
    assert [sum(row[:-1]) for row in (*channels, total)] == [row[-1] for row in (*channels, total)]
    clerk.go(f"/tiep-nhan/in?cuoc-thi={stage.desk.contest_id}", "in-so-tiep-nhan")
    printed = re.search(r"Cộng: (\d+) số vào sổ; trong đó (.+)\.", clerk.text)
    assert printed is not None
    assert int(printed[1]) == total[-1] == sum(int(one) for one in re.findall(r" (\d+)(?:,|$)", printed[2]))
    assert f"{way[0].lower()}{way[1:]} 1" in printed[2]


def test_a_paper_and_the_online_entry_are_joined_and_parted_without_scripts(windows: Windows, stage: Stage, scan: Path):
    online = playing.wait_for(playing.hand_in(stage)).handed_in[0]
    person = next(one.name for one in stage.demo.entrants if one.id == online.entry.entrant)
    clerk = windows.visit(stage.email("secretary"), width=320, scripts=False)
    _register(clerk, stage, scan, online.entry.title, person, online.email)
    clerk.follow("So và nhập làm một")
    clerk.look("nhap-bai")
    clerk.follow("So hai bản")
    clerk.look("so-hai-ban")
    clerk.press("Nhập làm một")
    assert "chỉ tính một bài" in clerk.page.locator("body").inner_text()
    clerk.look("da-nhap-bai")
    clerk.go(f"/tiep-nhan?cuoc-thi={stage.desk.contest_id}", "so-tiep-nhan-da-nhap")
    assert "Tổng cộng không tính 1 số" in clerk.text
    clerk.page.go_back()
    clerk.page.locator("summary").first.click()
    clerk.fill("Vì sao là hai bài khác nhau", "Hai người gửi khác nhau")
    clerk.press("Tách thành hai bài")
    assert "Đã tách" in clerk.page.locator("body").inner_text()


@SCRIPTS
def test_a_sender_with_an_account_takes_the_paper_over(
    windows: Windows, stage: Stage, system: System, scan: Path, *, scripts: bool
):
    title = f"Loa gọi số bằng giọng chậm {new_id()[-4:]}"
    sender = _account(system, "Phan Thị Nhận Lại", kind="resident")
    clerk = windows.visit(stage.email("secretary"), scripts=scripts)
    _register(clerk, stage, scan, title, "Phan Thị Nhận Lại")
    paper = clerk.page.url
    clerk.follow("In biên nhận")
    receipt, pin = re.search(r"[0-9A-Z]{4}-[0-9A-Z]{4}", clerk.text), re.search(r"tra cứu: (\d{6})", clerk.text)
    assert receipt is not None
    assert pin is not None
    mine = windows.visit(sender, width=320, scripts=scripts).go("/bai-du-thi")
    mine.follow("Nhận bài giấy về tài khoản")
    mine.look("nhan-bai-ve")
    for typed in (f"{(int(pin[1]) + 1) % 10**6:06d}", pin[1]):
        mine.fill("Mã biên nhận", receipt[0])
        mine.fill("Mã PIN", typed)
        mine.press("Nhận bài về tài khoản")
        mine.look("nhan-bai-ve-sai" if typed != pin[1] else "nhan-bai-ve-xong")
    assert title in mine.go("/bai-du-thi", "bai-cua-toi-co-bai-giay").text
    clerk.page.goto(paper)
    clerk.look("bai-giay-da-nhan-ve")
    assert "Phan Thị Nhận Lại đã nhận bài về tài khoản" in clerk.text
