"""Secretary and organiser in the browser: the register, the formal check, the letters sent."""

import pytest

from deploy.demo.writing import HandedIn
from tests.browser.route.conftest import Stages
from tests.browser.route.visiting import Visit, Windows

pytestmark = pytest.mark.timeout(600)
SCRIPTS = pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])


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
    window.page.locator("summary", has_text="Đề nghị bổ sung").click()
    window.press("Gửi đề nghị bổ sung")
    window.look("tra-lai-thieu-ly-do")
    window.fill("Cần bổ sung gì", "Đề nghị nêu rõ đơn vị nào áp dụng được giải pháp.")
    window.press("Gửi đề nghị bổ sung")
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
            window.page.locator("main").get_by_role("link", name=name, exact=True).click()
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
