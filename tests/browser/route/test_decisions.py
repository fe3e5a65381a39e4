"""The secretary's decisions and the author's answer in the browser, and what the desk prints; on a contest of its own."""

import io

import pytest
from pypdf import PdfReader

from deploy.demo.driver import Size
from deploy.local.system import System
from tests.browser.route.visiting import Visit, Windows
from tests.route import playing
from tests.route.playing import Stage

pytestmark = pytest.mark.timeout(600)
SCRIPTS = pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
_A4 = (595, 842)
"""In points."""


@pytest.fixture(scope="module")
def mine(system: System) -> Stage:
    """Four entries that wait for the formal check."""

    async def seed() -> Stage:
        stage = await playing.prepare(system, Size(entries=4, judges=2, finalists=1))
        return await playing.hand_in_to_the_desk(stage)

    return playing.wait_for(seed())


def _unfold(window: Visit, title: str) -> None:
    window.page.locator("summary", has_text=title).first.click()


@SCRIPTS
def test_a_supplement_is_asked_for_with_a_checklist_and_answered_on_the_page_of_the_entry(
    windows: Windows, mine: Stage, *, scripts: bool
):
    one = mine.handed_in[0 if scripts else 1]
    desk = windows.visit(mine.email("secretary"), scripts=scripts)
    desk.go(f"/tiep-nhan/{one.entry_id}", "kiem-tra-hinh-thuc")
    _unfold(desk, "Đề nghị bổ sung")
    desk.page.get_by_role("checkbox", name="Viết bằng tiếng Việt có dấu").check()
    desk.fill("Cần bổ sung gì", "Đề nghị nêu rõ phường nào đã áp dụng.")
    desk.press("Gửi đề nghị bổ sung")
    assert "Đã đề nghị bổ sung bài số" in desk.note()
    author = windows.visit(one.email, width=320, scripts=scripts)
    author.go(f"/bai-du-thi/{one.entry_id}", "duoc-de-nghi-bo-sung")
    assert "Viết bằng tiếng Việt có dấu" in author.text
    author.fill("Nhắn Tổ thư ký", "Đã bổ sung hai phường áp dụng.")
    author.press("Nộp lại bài")
    author.look("bien-nhan-sau-bo-sung")
    desk.go(f"/tiep-nhan/{one.entry_id}", "kiem-tra-ban-bo-sung")
    assert "Đã bổ sung hai phường áp dụng." in desk.text
    assert "Đề nghị nêu rõ phường nào đã áp dụng." in desk.text


@SCRIPTS
def test_a_refusal_names_rule_and_reason_to_its_author_and_can_be_taken_back(
    windows: Windows, mine: Stage, *, scripts: bool
):
    one = mine.handed_in[2 if scripts else 3]
    desk = windows.visit(mine.email("secretary"), scripts=scripts)
    desk.go(f"/tiep-nhan/{one.entry_id}")
    _unfold(desk, "Kết luận không hợp lệ")
    desk.press("Không nhận bài này")
    desk.look("tu-choi-thieu-can-cu")
    desk.page.get_by_label("Trùng với bài khác").check()
    desk.fill("Lý do", "Giống bài đã đạt giải năm 2024.")
    desk.press("Không nhận bài này")
    assert "không hợp lệ" in desk.note()
    author = windows.visit(one.email, width=320, scripts=scripts)
    author.go(f"/bai-du-thi/{one.entry_id}", "bai-khong-hop-le")
    for words in ("Trùng với bài khác", "Giống bài đã đạt giải năm 2024.", "khiếu nại tới Ban Tổ chức"):
        assert words in author.text
    desk.go(f"/tiep-nhan/{one.entry_id}", "kiem-tra-bai-khong-hop-le")
    _unfold(desk, "Mở lại bài")
    desk.fill("Lý do mở lại", "Tác giả là một người.")
    desk.press("Mở lại để kiểm tra")
    assert "Đã mở lại bài" in desk.note()
    _unfold(desk, "Nhật ký của dòng sổ")
    desk.look("nhat-ky-dong-so")
    assert "Tác giả là một người." in desk.text


@SCRIPTS
def test_the_register_counts_by_channel_and_is_sealed_and_printed(windows: Windows, mine: Stage, *, scripts: bool):
    desk = windows.visit(mine.email("secretary"), scripts=scripts)
    contest, one = mine.desk.contest_id, mine.handed_in[0]
    desk.go(f"/tiep-nhan?cuoc-thi={contest}&kenh=online", "so-theo-kenh")
    assert "Theo kênh nhận và tình trạng" in desk.text
    desk.go("/tiep-nhan/niem-phong", "niem-phong")
    desk.go(f"/tiep-nhan/niem-phong/{contest}", "niem-phong-mot-cuoc-thi")
    for address, name, words in (
        (f"/tiep-nhan/in?cuoc-thi={contest}", "in-so", "SỔ TIẾP NHẬN BÀI DỰ THI"),
        (f"/tiep-nhan/{one.entry_id}/phieu", "in-phieu", one.receipt),
    ):
        desk.go(address, name)
        printed = PdfReader(io.BytesIO(desk.page.pdf(prefer_css_page_size=True)))
        box = printed.pages[0].mediabox
        text = printed.pages[0].extract_text()
        assert (round(box.width), round(box.height)) == _A4
        assert words in text
        assert "Đăng xuất" not in text
