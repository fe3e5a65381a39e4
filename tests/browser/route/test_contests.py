"""The organiser in the browser: a contest written step by step, published, changed, postponed, cloned; the public reads along."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from shared.clock import local, now
from shared.ids import new_id
from tests.browser.route.conftest import Stages
from tests.browser.route.visiting import Visit, Windows

pytestmark = pytest.mark.timeout(600)
SCRIPTS = pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])


def moment(days: int) -> str:
    """So many days from now, as the field takes it."""
    return local(now() + timedelta(days=days)).strftime("%Y-%m-%dT%H:%M")


def type_in(window: Visit, **fields: str) -> None:
    """Fill fields by their names, dots written as double underscores."""
    for name, value in fields.items():
        window.page.locator(f"[name='{name.replace('__', '.')}']").fill(value)


def _first_step(window: Visit, short_name: str) -> None:
    window.go("/cuoc-thi/quan-ly", "quan-ly-cuoc-thi").follow("Soạn cuộc thi mới")
    window.look("the-le-1")
    window.press("Lưu và tiếp tục")
    window.look("the-le-1-loi")
    assert "Những gì bạn đã nhập vẫn được giữ nguyên" in window.text
    window.fill("Tên đầy đủ", "Sáng kiến phục vụ người cao tuổi tại bộ phận một cửa")
    window.fill("Tên gọn", short_name)
    window.fill("Lời giới thiệu", "Bộ phận một cửa cần làm gì để người cao tuổi bớt vất vả?")
    window.fill("Mở nhận bài", moment(-1))
    window.fill("Hạn nộp bài", moment(20))
    window.press("Lưu và tiếp tục")


def _other_steps(window: Visit) -> None:
    window.look("the-le-2")
    type_in(window, entrant_groups__0__title="Người dân", excluded__note="người vận hành phần mềm của cuộc thi")
    window.press("Lưu và tiếp tục")
    window.look("the-le-3")
    type_in(window, content_groups__0__title="Tiếp đón", parts__0__title="Giải pháp", parts__0__max_words="600")
    window.press("Lưu và tiếp tục")
    window.look("the-le-4")
    window.fill("Chung khảo", moment(40))
    type_in(window, rounds__preliminary__title="Sơ khảo", rounds__preliminary__forms="Bài viết tay\nBài đánh máy")
    window.press("Lưu và tiếp tục")
    window.look("the-le-5")
    type_in(window, prizes__0__title="Giải Nhất", prizes__0__rank="1", prizes__0__count="1", complaint_days="10")
    window.press("Lưu và tiếp tục")
    window.look("the-le-6")
    window.follow("Xong, về trang quản lý")


@SCRIPTS
def test_an_organiser_writes_the_rules_step_by_step_publishes_changes_and_postpones_them(
    windows: Windows, stages: Stages, *, scripts: bool
):
    short_name = f"Một cửa thân thiện {new_id()[-6:]}"
    window = windows.visit(stages.organiser, scripts=scripts)
    _first_step(window, short_name)
    _other_steps(window)
    window.look("quan-ly-mot-cuoc-thi")
    window.follow("Xem trước trang công khai")
    window.look("xem-truoc-the-le")
    window.page.go_back()
    window.press("Công bố")
    assert "Đã công bố thể lệ" in window.note(), window.note()[:600]
    public = windows.visit(width=320, scripts=scripts).go("/cuoc-thi")
    public.page.get_by_role("link", name="Sáng kiến phục vụ người cao tuổi").first.click()
    public.look("the-le-moi")
    expect(public.page.locator("[data-countdown]").first).to_contain_text("còn")
    assert "Giải Nhất" in public.text
    _changed(window)
    _postponed(window)
    public.page.reload()
    public.look("the-le-da-doi")
    assert "Địa điểm tổ chức thay đổi" in public.text
    public.follow("Xem mọi lần thay đổi")
    public.look("cac-lan-thay-doi")
    assert "Số bài vào chung khảo" in public.text
    window.page.locator("summary", has_text="Nhân bản hoặc lưu trữ").click()
    window.press("Tạo cuộc thi năm sau")
    window.look("nhan-ban")
    assert "Nhân bản từ cuộc thi trước" in window.text


def _changed(window: Visit) -> None:
    window.follow("Sửa thể lệ")
    window.follow("Chung khảo, giải thưởng và kiến nghị")
    window.fill("Số bài vào chung khảo", "8")
    window.press("Lưu, về trang quản lý")
    window.look("sua-doi-cho-cong-bo")
    assert "Số bài vào chung khảo: 6 thành 8" in " ".join(window.text.split())
    window.press("Công bố bản sửa đổi")
    assert "Đã công bố thể lệ" in window.note(), window.note()[:600]


def _postponed(window: Visit) -> None:
    window.follow("Lùi lịch")
    window.look("lui-lich")
    window.fill("Chung khảo", moment(47))
    window.fill("Lý do", "Địa điểm tổ chức thay đổi")
    window.press("Xem lại")
    window.look("lui-lich-xem-lai")
    window.press("Đổi lịch và báo mọi người")
    assert "Đã đổi lịch" in window.note(), window.note()[:600]
