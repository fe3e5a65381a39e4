"""Chair and judges of the written round in the browser: the lot, marking blind, sealing, naming the finalists."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.chromium import until
from tests.browser.route.conftest import Stages
from tests.browser.route.visiting import Visit, Windows
from tests.route.playing import Stage

pytestmark = pytest.mark.timeout(600)
SCRIPTS = pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])


def _signs_of_authors(stage: Stage) -> set[str]:
    """Whatever would tell a judge who wrote an entry: names, addresses, units, ids of the people."""
    people = {one.id: one for one in stage.demo.entrants}
    writers = [people[one.entry.entrant] for one in stage.handed_in]
    signs = {one.name for one in writers} | {one.representative for one in writers if one.representative}
    signs |= {one.email for one in stage.handed_in} | {one.person_id for one in stage.handed_in}
    signs |= {one.receipt for one in stage.handed_in}
    return signs | {stage.demo.unit(one.unit).name for one in writers}


def _blind(window: Visit, stage: Stage) -> None:
    seen = window.page.content()
    found = [sign for sign in _signs_of_authors(stage) if sign in seen]
    assert found == [], f"{window.page.url} tells {found}"


def test_a_chair_looks_at_rubrics_and_panel_and_draws_the_lot(windows: Windows, stages: Stages):
    stage = stages.accepted
    window = windows.visit(stage.email("chair"))
    window.go("/cham-thi", "cham-thi-truong-ban")
    manage = f"/cham-thi/quan-ly/{stage.desk.contest_id}"
    window.go(manage, "quan-ly-cham")
    window.go(f"{manage}/tieu-chi/so-khao", "tieu-chi")
    window.go(f"{manage}/ban-giam-khao", "ban-giam-khao")
    window.press("Rút thăm")
    assert "Đã rút thăm: 8 lượt chấm cho 4 giám khảo" in window.note(), window.note()[:600]
    window.look("ban-giam-khao-sau-rut-tham")


def _mark(window: Visit) -> str:
    boxes = window.page.locator("[name^='marks.']")
    for place in range(boxes.count()):
        box = boxes.nth(place)
        box.fill(str(int(float(box.get_attribute("data-maximum") or "0") / 2)))
    window.page.locator("[name=comment]").fill("Ý tưởng rõ, có số liệu; cần nói thêm về kinh phí.")
    return str(boxes.count())


def _next_sheet(window: Visit, stage: Stage) -> None:
    window.go("/cham-thi", "cham-thi-giam-khao")
    _blind(window, stage)
    rows = window.page.locator("main table tbody tr", has_text=stage.run_id)
    rows.filter(has_not_text=re.compile("niêm phong")).first.get_by_role("link").first.click()
    window.page.wait_for_load_state()


@SCRIPTS
def test_a_judge_marks_blind_is_saved_while_typing_and_seals(windows: Windows, stages: Stages, *, scripts: bool):
    stage = stages.assigned
    window = windows.visit(stage.email("judge", 0 if scripts else 1), width=320, scripts=scripts)
    _next_sheet(window, stage)
    window.look("phieu-cham")
    _blind(window, stage)
    sheet = window.page.url
    window.press("Đọc lại và niêm phong")
    window.look("phieu-cham-con-thieu")
    _mark(window)
    if scripts:
        expect(window.page.locator(".sk-saved--done").last).to_contain_text("Đã lưu lúc")
        until(window.page, "document.querySelector('form[data-autosave]').draft?.unsaved === false")
        window.go(sheet)  # not a reload: the page came from a post
        assert window.page.locator("[name=comment]").input_value().startswith("Ý tưởng rõ")
    else:
        window.press("Lưu nháp")
        assert "Đã lưu nháp" in window.note()
    window.look("phieu-cham-da-luu")
    window.press("Đọc lại và niêm phong")
    window.look("niem-phong")
    _blind(window, stage)
    window.press("Niêm phong phiếu")
    assert "Đã niêm phong" in window.note(), window.note()[:600]
    window.look("phieu-da-niem-phong")
    _blind(window, stage)
    assert window.page.locator("[name^='marks.']").count() == 0
    window.go(sheet.split("#")[0])
    assert window.page.get_by_role("button", name="Niêm phong").count() == 0


def test_a_judge_who_recognises_an_author_steps_back_and_the_script_goes_to_somebody_else(
    windows: Windows, stages: Stages
):
    stage = stages.assigned
    window = windows.visit(stage.email("judge", 2), width=320)
    _next_sheet(window, stage)
    sheet = window.page.url
    window.follow("Tôi không thể chấm bài này")
    window.look("khong-cham")
    _blind(window, stage)
    window.fill("Lý do", "Tôi nhận ra tác giả qua câu chuyện trong bài.")
    window.press("Xin không chấm bài này")
    assert "Đã ghi nhận" in window.note(), window.note()[:600]
    response = window.page.goto(sheet)
    assert response is not None
    assert "Niêm phong phiếu" not in window.text
    chair = windows.visit(stage.email("chair"))
    chair.go(f"/cham-thi/quan-ly/{stage.desk.contest_id}", "quan-ly-cham-giua-chung")


def test_a_sheet_in_conflict_pauses_without_a_word_of_the_author_until_the_chair_decides(
    windows: Windows, stages: Stages
):
    stage = stages.assigned
    judge = windows.visit(stage.email("judge", 3), width=320, scripts=False)
    _next_sheet(judge, stage)
    sheet, code = judge.page.url, judge.page.locator("h1").inner_text().removeprefix("Chấm bài ").strip()
    _mark(judge)
    judge.press("Lưu nháp")
    chair = windows.visit(stage.email("chair"))
    chair.go(f"/cham-thi/quan-ly/{stage.desk.contest_id}")
    chair.follow("Xung đột lợi ích")
    chair.press("Ghi nhận")
    chair.look("xung-dot-thieu")
    chair.page.locator("select[name=judge_id]").select_option(stage.desk.judges[3].person_id)
    chair.fill("Số phách của bài", code)
    chair.fill("Lý do", "Cùng nhóm nghiên cứu với tác giả.")
    chair.press("Ghi nhận")
    chair.look("xung-dot-cho-quyet-dinh")
    _blind(chair, stage)
    judge.go(sheet, "phieu-tam-dung")
    _blind(judge, stage)
    assert "Phiếu tạm dừng" in judge.note()
    assert "Ý tưởng rõ" in judge.note(), "what was saved is there"
    assert judge.page.locator("[name^='marks.']").count() == 0
    judge.go("/cham-thi", "cham-thi-tam-dung")
    chair.follow("Quyết định")
    chair.press("Ghi quyết định")
    chair.look("xung-dot-quyet-dinh-thieu")
    chair.page.get_by_label("Không tính phiếu này").check()
    chair.fill("Lý do", "Cùng nhóm nghiên cứu.")
    chair.press("Ghi quyết định")
    chair.look("xung-dot-da-quyet-dinh")
    assert "Đã ghi quyết định" in chair.text
    assert chair.page.locator("main a", has_text="Quyết định").count() == 0


def test_an_organiser_sees_the_ranking_from_the_log_and_names_the_finalists(windows: Windows, stages: Stages):
    stage = stages.marked
    window = windows.visit(stages.organiser)
    window.go(f"/ket-qua/quan-ly/{stage.desk.contest_id}", "bang-diem")
    window.confirm("Ký duyệt sơ khảo")
    if window.page.get_by_text("bằng điểm ở vị trí cuối cùng").count():
        window.look("bang-diem-bang-nhau")
        window.page.locator("main details summary").first.click()
        for place in range(2):
            window.page.locator("input[name='chosen[]']").nth(place).check()
        window.fill("Lý do", "Bằng điểm; chọn bài nộp trước.")
        window.confirm("Ký duyệt sơ khảo")
    assert "Đã công bố danh sách vào chung khảo" in window.note(), window.note()[:900]
    window.look("bang-diem-da-ky")
    chair = windows.visit(stage.email("chair"))
    chair.go(f"/cham-thi/quan-ly/{stage.desk.contest_id}", "quan-ly-cham-xong")
    told = windows.visit(stage.handed_in[0].email, width=320)
    told.go(f"/bai-du-thi/{stage.handed_in[0].entry_id}", "bai-sau-so-khao")
