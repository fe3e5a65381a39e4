"""The final in the browser, from the lot to the published result: console, judges' telephones, stage screen, public page."""

import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import expect

from deploy.demo import marking
from tests.browser.route.conftest import Stages
from tests.browser.route.visiting import Visit, Windows
from tests.route import playing
from tests.route.playing import Stage

pytestmark = pytest.mark.timeout(600)
ROOT = Path(__file__).parents[3]


def _send_marks(judge: Visit, share: float) -> None:
    boxes = judge.page.locator("[name^='marks.']")
    for place in range(boxes.count()):
        box = boxes.nth(place)
        box.fill(str(int(float(box.get_attribute("data-maximum") or "0") * share)))
    judge.press("Gửi điểm")
    judge.page.wait_for_load_state()
    assert "Đã gửi" in judge.note(), judge.note()[:600]


def _leaning(position: int) -> float:
    """Everybody agrees on the order, so that no two come out equal and wait for the chair."""
    return 0.5 + position / 10


def _others_mark(stage: Stage, position: int) -> None:
    """The judges who have no window here mark over JSON."""

    async def mark() -> None:
        async with stage.desk.api("organiser") as api:
            final = await api.get(f"{marking.JUDGING}/contests/{stage.desk.contest_id}/final")
            rubric = await api.get(f"{marking.JUDGING}/contests/{stage.desk.contest_id}/rubrics/final")
        slot = next(one for one in final["slots"] if one["position"] == position)
        for place in range(2, len(stage.desk.judges)):
            await marking.give(stage.desk, place, slot, rubric, _leaning(position))

    playing.wait_for(mark())


def _close(console: Visit, position: int) -> None:
    reason = console.page.locator("form[action$='/dong'] [name=reason]")
    if reason.count():
        reason.fill("Một giám khảo cùng đơn vị với tác giả nên không chấm.")
    console.press(f"Đóng phần thi số {position}")
    console.page.wait_for_load_state()


def _play_slot(windows: Windows, stage: Stage, console: Visit, screen: Visit, position: int) -> None:
    final = f"/chung-khao/{stage.slug}"
    console.go(f"{final}/dieu-hanh")
    console.press(f"Mở phần thi số {position}")
    console.page.wait_for_load_state()
    live = screen.page.locator("[data-live-board]")
    expect(live).to_contain_text(f"Phần thi số {position} trên", timeout=30_000)
    sent = 0
    for place, scripts in ((0, True), (1, False)):
        judge = windows.visit(stage.email("judge", place), width=320, scripts=scripts)
        judge.go(f"{final}/cham", "cham-chung-khao")
        if not judge.page.locator("[name^='marks.']").count():
            continue  # a judge in conflict with the author is told so and marks nothing
        _send_marks(judge, _leaning(position))
        judge.look("cham-chung-khao-da-gui")
        sent += 1
        expect(live).to_contain_text(f"{sent}/", timeout=30_000)
    _others_mark(stage, position)
    console.go(f"{final}/dieu-hanh", "dieu-hanh")
    _close(console, position)
    expect(live.locator("table")).to_contain_text(f"Phần thi số {position}", timeout=30_000)
    screen.look("san-khau")


def test_a_final_is_drawn_marked_on_telephones_shown_live_signed_and_published(
    windows: Windows, stages: Stages, tmp_path: Path
):
    stage, final = stages.final, f"/chung-khao/{stages.final.slug}"
    screen = windows.visit().go(f"{final}/san-khau", "san-khau-truoc")
    console = windows.visit(stages.organiser)
    console.go(f"{final}/dieu-hanh", "dieu-hanh-truoc-boc-tham")
    console.confirm("Bốc thăm thứ tự thi")
    console.look("dieu-hanh-da-boc-tham")
    for position in range(1, stages.final.size.finalists + 1):
        _play_slot(windows, stage, console, screen, position)
    console.page.get_by_label("Tôi đã kiểm tra").check()
    console.confirm("Khóa vòng chung khảo")
    assert "Vòng chung khảo đã khóa" in console.note(), console.note()[:600]
    _sign_and_publish(windows, stage, stages.organiser)
    _public_result(windows, stage, tmp_path)


def _sign_and_publish(windows: Windows, stage: Stage, organiser: str) -> None:
    desk = f"/ket-qua/quan-ly/{stage.desk.contest_id}"
    chair = windows.visit(stage.email("chair"), scripts=False)
    chair.go(desk, "ket-qua-cho-ky")
    chair.page.get_by_label("Tôi đã kiểm tra").check()
    chair.confirm("Ký duyệt kết quả")
    assert "đã ký duyệt" in chair.note(), chair.note()[:900]
    publisher = windows.visit(organiser)
    publisher.go(desk, "ket-qua-cho-cong-bo")
    publisher.page.get_by_label("Tôi đã kiểm tra").check()
    publisher.confirm("Công bố kết quả")
    assert "Kết quả đã công bố" in publisher.note(), publisher.note()[:900]


def _public_result(windows: Windows, stage: Stage, folder: Path) -> None:
    public = windows.visit(width=320)
    public.go("/ket-qua", "ket-qua-danh-sach")
    public.go(f"/ket-qua/{stage.slug}", "ket-qua-cong-khai")
    assert "Giải Nhất" in public.note()
    with public.page.expect_download() as download:
        public.page.get_by_role("link", name="Tải tệp kết quả").click()
    file = folder / "ket-qua.json"
    download.value.save_as(file)
    verified = subprocess.run(
        [sys.executable, "-m", "deploy", "verify", str(file)], cwd=ROOT, capture_output=True, check=False
    )
    assert verified.returncode == 0, verified.stdout.decode()
    file.write_bytes(file.read_bytes().replace(b'"rank":1', b'"rank":2', 1))
    altered = subprocess.run(
        [sys.executable, "-m", "deploy", "verify", str(file)], cwd=ROOT, capture_output=True, check=False
    )
    assert altered.returncode == 1
