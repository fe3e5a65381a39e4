"""Who may enter, in the browser: closed groups with their reasons, an author found in the text, the secretary's warnings, quotas."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser

from deploy.demo import cast, load, stage
from deploy.demo.client import Api
from deploy.local.system import System
from shared.ids import new_id
from tests.browser.chromium import until
from tests.browser.route.visiting import Visit, Windows
from tests.route import playing

pytestmark = pytest.mark.timeout(600)
NAME, UNIT = "Đỗ Thị Ánh Ngần", "Phường Láng"
TEXT = "Người dân phải đi lại nhiều lần vì không biết hồ sơ còn thiếu giấy tờ gì, cán bộ thì trả lời mãi một câu hỏi."


@dataclass(frozen=True)
class Opened:
    """A contest for officials only, and the addresses of those who come to it."""

    slug: str
    contest_id: str
    resident: str
    official: str
    official_id: str
    secretary: str


async def _open(system: System) -> Opened:
    run, demo, data = new_id()[-6:], load.load(), load.contests()["ha-noi-2025"]
    people = {name: f"{name}.{run}@sangkien.example" for name in ("nguoi-dan", "can-bo", "thu-ky")}
    async with Api(system.url, email=system.administrator[0], password=system.administrator[1]) as admin:
        await cast.put_units(admin, demo)
        slug = f"{data.slug}-{run}"
        contest_id = await stage.open_contest(admin, data, slug=slug, finalists=2, suffix=f" · {run}")
        common = {"password": cast.PASSWORD, "unit_id": "phuong-lang"}
        await admin.make(
            cast.PEOPLE, {**common, "name": "Lê Văn Dân", "email": people["nguoi-dan"], "kind": "resident"}
        )
        made = await admin.make(cast.PEOPLE, {**common, "name": NAME, "email": people["can-bo"], "kind": "official"})
        roles = [{"role": "secretary", "scope": contest_id}]
        staff = {**common, "name": "Phan Thị Thư", "email": people["thu-ky"], "kind": "official", "roles": roles}
        await admin.make(cast.PEOPLE, staff)
    return Opened(slug, contest_id, people["nguoi-dan"], people["can-bo"], made["person_id"], people["thu-ky"])


async def _make_judge(system: System, opened: Opened) -> None:
    roles = [{"role": "entrant", "scope": "*"}, {"role": "judge", "scope": opened.contest_id}]
    async with Api(system.url, email=system.administrator[0], password=system.administrator[1]) as admin:
        await admin.put(f"{cast.PEOPLE}/{opened.official_id}/roles", {"roles": roles})


@pytest.fixture
def opened(system: System) -> Opened:
    return playing.wait_for(_open(system))


@pytest.fixture
def windows(browser: Browser, system: System) -> Iterator[Windows]:
    """Windows that are closed when the test ends; anything a person would stumble over fails it."""
    with Windows(browser, system.url).closing() as made:
        yield made


def _write(window: Visit, **parts: str) -> None:
    for part, text in parts.items():
        window.page.locator(f"[name='parts.{part}']").fill(text)
    if window.scripts:
        until(window.page, "document.querySelector('form[data-autosave]').draft?.unsaved === false")
    window.press("Lưu và xem lại")
    window.page.wait_for_url("**/xem-truoc")


def _hand_in(window: Visit, opened: Opened) -> None:
    window.go(f"/bai-du-thi/moi?cuoc-thi={opened.slug}", "du-dieu-kien-bat-dau")
    closed = window.page.locator("input[name=entrant_group][value=tap-the]")
    assert closed.is_disabled()
    assert "chỉ dành cho cơ quan, tổ chức, doanh nghiệp; tài khoản này là cán bộ, công chức, viên chức" in window.text
    window.page.locator("input[name=entrant_group][value=ca-nhan]").check()
    window.page.locator("input[name=content_group]").first.check()
    window.fill("Tên sáng kiến", "Bảng tự kiểm tra hồ sơ trước quầy một cửa")
    window.press("Bắt đầu viết")
    window.look("du-dieu-kien-soan")
    assert "không bắt buộc" in window.text
    named = f"{TEXT} Tôi là {NAME}, công tác tại phường Láng. {TEXT}"
    _write(window, situation=TEXT, solution=named, trial=TEXT)
    window.look("lo-ten-xem-lai")
    marked = window.page.locator("article mark").all_inner_texts()
    assert marked == [NAME, "phường Láng"]
    assert window.page.locator("main").get_by_role("button", name="Nộp bài").count() == 0
    window.follow("Sửa lại bài")
    assert window.page.locator("[name='parts.solution']").input_value() == named
    _write(window, solution=named.replace(f"Tôi là {NAME}, công", "Tôi công"))
    window.look("chi-nhac-don-vi")
    assert "Bài nhắc đến đơn vị của tác giả" in window.text
    window.page.locator("main").get_by_role("button", name="Nộp bài").click()
    window.page.wait_for_url("**/bien-nhan")
    window.look("bien-nhan-co-don-vi")
    assert UNIT in window.text


def _check(window: Visit, opened: Opened, system: System) -> None:
    window.go(f"/tiep-nhan?cuoc-thi={opened.contest_id}")
    for _ in range(100):
        if window.page.get_by_role("link", name="Bảng tự kiểm tra hồ sơ").count():
            break
        window.page.wait_for_timeout(200)
        window.page.reload()
    window.follow("Bảng tự kiểm tra hồ sơ")
    window.look("to-kiem-tra")
    assert "Bài nhắc đến đơn vị của tác giả" in window.text
    assert "thuộc diện không được dự thi" not in window.text
    playing.wait_for(_make_judge(system, opened))
    window.page.reload()
    window.look("to-kiem-tra-co-canh-bao")
    assert "Người giữ việc giám khảo trong cuộc thi này không được dự thi." in window.text


def _quotas(window: Visit) -> None:
    window.go("/tiep-nhan")
    window.follow("Chỉ tiêu của đơn vị")
    window.look("chi-tieu")
    assert "Chưa nộp bài nào, còn thiếu hai bài" in window.text
    window.fill("Tìm đơn vị", "phuong lang")
    window.press("Lọc")
    window.look("chi-tieu-mot-don-vi")
    assert window.page.locator("main tbody tr").count() == 1
    assert UNIT in window.note()


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_an_official_enters_without_her_name_and_the_secretary_sees_what_the_machine_saw(
    windows: Windows, opened: Opened, system: System, *, scripts: bool
):
    stranger = windows.visit(opened.resident, width=320, scripts=scripts)
    stranger.go(f"/bai-du-thi/moi?cuoc-thi={opened.slug}", "khong-du-dieu-kien")
    assert "Bạn không dự thi cuộc thi này được" in stranger.text
    assert stranger.page.locator("main form").count() == 0
    _hand_in(windows.visit(opened.official, width=320, scripts=scripts), opened)
    desk = windows.visit(opened.secretary, scripts=scripts)
    _check(desk, opened, system)
    _quotas(desk)
