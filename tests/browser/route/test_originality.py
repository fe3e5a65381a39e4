"""Near-duplicates in the browser: the entrant's warning, the secretary's comparison, the organiser's list of initiatives."""

import time
from dataclasses import dataclass

import pytest
from playwright.sync_api import FilePayload

from deploy.demo import cast, driver, writing
from deploy.demo.client import Api
from deploy.local.system import System
from services.submissions.works.domain import HEADS
from shared import tables
from shared.ids import new_id
from tests.browser.route.conftest import Stages
from tests.browser.route.visiting import Visit, Windows
from tests.route import playing

pytestmark = pytest.mark.timeout(600)
SCRIPTS = pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
COPIED = "Bài viết theo bài của người khác"


@dataclass(frozen=True)
class Alike:
    """A contest of its own: two entries, a copy of the first by the author of the second, a draft that copies the second."""

    stage: playing.Stage
    copy_id: str
    draft_id: str
    author: str


async def _seed(system: System) -> Alike:
    stage = await playing.hand_in_to_the_desk(
        await playing.prepare(system, driver.Size(entries=2, judges=2, finalists=1))
    )
    first, second = stage.handed_in
    parts = {name: f"{text} Xin bổ sung vài lời." for name, text in first.entry.parts.items()}
    copied = second.entry.model_copy(update={"title": COPIED, "parts": parts})
    desk = stage.desk
    copy = await writing.hand_in(desk.url, desk.contest_id, copied, second.email, desk.trouble)
    async with Api(desk.url, email=second.email, password=cast.PASSWORD) as api:
        groups = {"entrant_group": copied.entrant_group, "content_group": copied.content_group}
        made = await api.make(writing.ENTRIES, {"contest_id": desk.contest_id, **groups})
        again = second.entry.model_copy(update={"title": "Viết lại cho gọn"})
        draft = writing._draft(again, made["version"], again.parts)
        await writing._save(api, f"{writing.ENTRIES}/{made['entry_id']}", draft)
    return Alike(stage, copy.entry_id, made["entry_id"], second.email)


@pytest.fixture(scope="module")
def alike(system: System, stages: Stages) -> Alike:
    """Seeded before anybody of it signs in."""
    return playing.wait_for(_seed(system))


def _until(window: Visit, path: str, text: str) -> None:
    """Open a page again until the worker has looked."""
    for _ in range(200):
        if text in window.go(path).text:
            return
        time.sleep(0.5)
    raise AssertionError(f"{path} never said “{text}”: {window.text[:600]}")


def _radio(window: Visit, label: str) -> None:
    window.page.get_by_label(label, exact=True).check()


@SCRIPTS
def test_the_entrant_sees_an_own_entry_that_says_the_same_and_may_hand_in(windows: Windows, alike: Alike, *, scripts):
    window = windows.visit(alike.author, width=320, scripts=scripts)
    window.go(f"/bai-du-thi/{alike.draft_id}/xem-truoc", "xem-truoc-giong-bai-cua-minh")
    assert "Bạn đã có bài giống bài này" in window.text
    assert window.page.get_by_role("button", name="Nộp bài").count() == 1
    title = alike.stage.handed_in[1].entry.title
    window.follow(title)
    assert title in window.text


@SCRIPTS
def test_the_secretary_compares_two_entries_and_concludes(windows: Windows, alike: Alike, *, scripts):
    window = windows.visit(alike.stage.email("secretary"), scripts=scripts)
    contest = alike.stage.desk.contest_id
    here = f"/tiep-nhan/trung-lap?cuoc-thi={contest}"
    _until(window, f"{here}&tim=nguoi+khac", COPIED)
    window.go("/tiep-nhan").follow("Bài giống nhau")
    window.go(f"{here}&sap-xep=-thay&tim=nguoi+khac", "bai-giong-nhau")
    with window.page.expect_download() as download:
        window.page.locator("main").get_by_role("link", name="Excel").click()
    assert download.value.suggested_filename.endswith(".xlsx")
    own = alike.stage.handed_in[0].entry.title
    _until(window, f"/tiep-nhan/{alike.copy_id}", f"“{own}”")
    window.look("phieu-giong-bai-khac")
    window.page.locator("main a", has_text=f"“{own}”").first.click()
    window.look("so-hai-bai")
    assert window.page.locator("mark").count() > 3
    window.press("Ghi kết luận")
    window.look("so-hai-bai-thieu-ket-luan")
    _radio(window, "Trùng lặp")
    window.fill("Lý do", "Chép nguyên phần giải pháp, chỉ thêm lời.")
    window.press("Ghi kết luận")
    assert "Đã ghi kết luận" in window.note(), window.note()[:400]
    _until(window, f"/tiep-nhan/{alike.copy_id}", "Trùng lặp")
    window.page.locator("main a", has_text=f"“{own}”").first.click()
    window.look("so-hai-bai-da-ket-luan")
    assert "Chép nguyên phần giải pháp" in window.text
    window.press("Xét lại")
    assert "Các kết luận trước" in window.look("so-hai-bai-xet-lai").text


def _upload(window: Visit, *rows: list[object]) -> None:
    content = tables.as_xlsx([list(HEADS), *rows], "Sáng kiến")
    file = FilePayload(name="sang-kien.xlsx", mimeType=tables.XLSX, buffer=content)
    window.page.locator("input[type=file]").set_input_files(files=[file])
    window.press("Đọc thử")


@SCRIPTS
def test_an_organiser_imports_published_initiatives_that_entries_are_compared_with(
    windows: Windows, alike: Alike, *, scripts
):
    name = f"Sáng kiến đã đăng {new_id()[-6:]}"
    text = " ".join(alike.stage.handed_in[1].entry.parts.values())
    window = windows.visit(alike.stage.email("organiser"), scripts=scripts)
    window.go(f"/cuoc-thi/quan-ly/{alike.stage.desk.contest_id}").follow("Sổ tiếp nhận")
    window.follow("Bài giống nhau")
    window.follow("sáng kiến đã công bố")
    window.look("sang-kien-da-cong-bo").follow("Nhập từ tệp")
    window.look("nhap-sang-kien")
    _upload(window, [name, text, "năm ngoái", "Kỷ yếu", ""], ["", text, 2019, "Kỷ yếu", ""])
    window.look("nhap-sang-kien-sai")
    assert "Năm phải gồm bốn chữ số" in window.text
    window.follow("tải lên lại")
    _upload(window, [name, text, 2019, "Kỷ yếu của thành phố", "Nhóm tác giả"])
    window.look("nhap-sang-kien-dung")
    window.press("Ghi 1 sáng kiến")
    assert "Đã ghi 1 sáng kiến" in window.look("nhap-sang-kien-xong").text
    _until(window, f"/tiep-nhan/trung-lap?cuoc-thi={alike.stage.desk.contest_id}&loai=work&tim={name[-6:]}", name)
    window.follow(alike.stage.handed_in[1].entry.title)
    assert name in window.look("so-voi-sang-kien").text
    assert window.page.get_by_role("button", name="Ghi kết luận").count() == 0, "an organiser reads, the desk concludes"
    window.go(f"/tiep-nhan/da-cong-bo?tim={name.lower()}").follow(name)
    window.look("mot-sang-kien-da-cong-bo").press("Gỡ khỏi danh sách")
    assert "Đã gỡ sáng kiến" in window.note(), window.note()[:400]
