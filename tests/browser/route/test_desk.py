"""Organiser and secretary in the browser: opening a contest to the public, the register, the formal check, the letters sent."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from deploy.demo.writing import HandedIn
from shared.clock import local, now
from shared.ids import new_id
from tests.browser.route.conftest import Stages
from tests.browser.route.visiting import Visit, Windows

pytestmark = pytest.mark.timeout(600)
SCRIPTS = pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])


def _rules(window: Visit, short_name: str) -> None:
    def moment(days: int) -> str:
        return local(now() + timedelta(days=days)).strftime("%Y-%m-%dT%H:%M")

    window.fill("Tên đầy đủ", "Sáng kiến phục vụ người cao tuổi tại bộ phận một cửa")
    window.fill("Tên gọn", short_name)
    window.fill("Lời giới thiệu", "Bộ phận một cửa cần làm gì để người cao tuổi bớt vất vả?")
    window.fill("Mở nhận bài", moment(-1))
    window.fill("Hạn nộp bài", moment(20))
    window.fill("Chung khảo", moment(40))
    for field, value in {
        "entrant_groups.0.title": "Người dân",
        "content_groups.0.title": "Tiếp đón",
        "parts.0.title": "Giải pháp",
        "parts.0.max_words": "600",
        "prizes.0.title": "Giải Nhất",
        "prizes.0.rank": "1",
        "prizes.0.count": "1",
    }.items():
        window.page.locator(f"[name='{field}']").fill(value)


@SCRIPTS
def test_an_organiser_writes_the_rules_publishes_them_and_the_public_sees_the_countdown(
    windows: Windows, stages: Stages, *, scripts: bool
):
    window, short_name = windows.visit(stages.organiser, scripts=scripts), f"Một cửa thân thiện {new_id()[-6:]}"
    window.go("/cuoc-thi/quan-ly", "quan-ly-cuoc-thi").follow("Soạn cuộc thi mới")
    window.look("soan-cuoc-thi")
    window.page.locator("main").get_by_role("button", name="Lưu", exact=True).click()
    window.look("soan-cuoc-thi-loi")
    assert "Những gì bạn đã nhập vẫn được giữ nguyên" in window.text
    _rules(window, short_name)
    window.page.locator("main").get_by_role("button", name="Lưu", exact=True).click()
    assert "Đã lưu bản nháp" in window.note(), window.note()[:600]
    window.look("quan-ly-mot-cuoc-thi")
    window.follow("Xem trước trang công khai")
    window.look("xem-truoc-the-le")
    window.page.go_back()
    window.press("Công bố")
    assert "Đã công bố thể lệ" in window.note(), window.note()[:600]
    public = windows.visit(width=320, scripts=scripts).go("/cuoc-thi")
    public.follow("Sáng kiến phục vụ người cao tuổi")
    public.look("the-le-moi")
    expect(public.page.locator("[data-countdown]").first).to_contain_text("còn")
    assert "Giải Nhất" in public.text


def _open(window: Visit, stages: Stages, one: HandedIn) -> None:
    window.go(f"/tiep-nhan?cuoc-thi={stages.handed_in.desk.contest_id}&tinh-trang=submitted&tim={one.receipt}")
    window.page.locator("main table").get_by_role("link", name=one.entry.title).click()


@SCRIPTS
def test_a_secretary_finds_an_entry_returns_it_with_a_reason_and_accepts_another(
    windows: Windows, stages: Stages, *, scripts: bool
):
    first, second = stages.handed_in.handed_in[:2] if scripts else stages.handed_in.handed_in[2:]
    window = windows.visit(stages.handed_in.email("secretary"), scripts=scripts)
    window.go(f"/tiep-nhan?cuoc-thi={stages.handed_in.desk.contest_id}", "so-tiep-nhan")
    _open(window, stages, first)
    window.look("kiem-tra")
    window.press("Trả lại để bổ sung")
    window.look("tra-lai-thieu-ly-do")
    window.fill("Lý do trả lại", "Đề nghị nêu rõ đơn vị nào áp dụng được giải pháp.")
    window.press("Trả lại để bổ sung")
    assert "kèm lý do" in window.note(), window.note()[:600]
    _open(window, stages, second)
    window.press("Hợp lệ, tiếp nhận")
    assert "Đã tiếp nhận bài số" in window.note(), window.note()[:600]
    window.look("so-tiep-nhan-sau")
    author = windows.visit(first.email, width=320, scripts=scripts)
    author.go(f"/bai-du-thi/{first.entry_id}", "bai-bi-tra-lai")
    assert "Đề nghị nêu rõ đơn vị nào áp dụng được giải pháp." in author.text
    author.go(f"/bai-du-thi/{first.entry_id}/soan", "sua-bai-bi-tra-lai")


def test_the_register_is_exported_as_it_is_seen(windows: Windows, stages: Stages):
    window = windows.visit(stages.handed_in.email("secretary")).go(
        f"/tiep-nhan?cuoc-thi={stages.handed_in.desk.contest_id}"
    )
    for name, suffix in (("CSV", ".csv"), ("Excel", ".xlsx")):
        with window.page.expect_download() as download:
            window.page.locator("main").get_by_role("link", name=name).click()
        assert download.value.suggested_filename.endswith(suffix)


def test_an_organiser_follows_what_was_sent_to_whom(windows: Windows, stages: Stages):
    window = windows.visit(stages.organiser)
    window.go(f"/thong-bao?cuoc-thi={stages.final.desk.contest_id}", "thong-bao")
    window.page.locator("main table").last.get_by_role("link").first.click()
    window.look("thong-bao-mot-thu")
    names = [one.name for one in stages.final.demo.entrants]
    assert not [name for name in names if name in window.text]


@pytest.mark.parametrize("address", ["/tiep-nhan", "/cuoc-thi/quan-ly", "/thong-bao", "/cham-thi"])
def test_a_page_of_the_staff_says_kindly_that_it_is_not_for_an_entrant(windows: Windows, stages: Stages, address: str):
    window = windows.visit(stages.handed_in.handed_in[0].email, width=320)
    response = window.page.goto(f"{windows.url}{address}")
    assert response is not None
    assert response.status == 403
    window.look("khong-co-quyen")


def test_a_page_that_does_not_exist_leads_back(windows: Windows):
    window = windows.visit(width=320)
    response = window.page.goto(f"{windows.url}/cuoc-thi/khong-co-cuoc-thi-nay")
    assert response is not None
    assert response.status == 404
    window.look("khong-tim-thay")
    assert window.page.locator("main a").count() >= 1
