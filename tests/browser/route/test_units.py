"""Units in the browser: the list of a day, a file with a wrong row and the mended one, a renaming read back."""

from datetime import timedelta

import pytest
from playwright.sync_api import FilePayload

from shared import tables
from shared.clock import local, now
from shared.ids import new_id
from tests.browser.route.conftest import Stages
from tests.browser.route.visiting import Visit, Windows

pytestmark = pytest.mark.timeout(600)
SCRIPTS = pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
HEADS = ["Tên đơn vị", "Cấp", "Từ ngày"]


def _upload(window: Visit, *rows: list[str]) -> None:
    content = tables.as_xlsx([HEADS, *rows], "Đơn vị")
    file = FilePayload(name="don-vi.xlsx", mimeType=tables.XLSX, buffer=content)
    window.page.locator("input[type=file]").set_input_files(files=[file])
    window.press("Đọc thử")


@SCRIPTS
def test_an_organiser_imports_units_mends_a_row_and_renames_one(windows: Windows, stages: Stages, *, scripts: bool):
    name = f"Xã Thử Nghiệm {new_id()[-6:]}"
    window = windows.visit(stages.organiser, scripts=scripts)
    window.go("/don-vi", "don-vi").follow("Nhập từ tệp")
    window.look("don-vi-nhap")
    _upload(window, [name, "Xã", "01/07/2025"], ["", "Tổ dân phố", "01/07/2025"])
    window.look("don-vi-nhap-sai")
    assert "Thiếu tên đơn vị" in window.text
    window.follow("tải lên lại")
    _upload(window, [name, "Xã", "01/07/2025"])
    window.look("don-vi-nhap-dung")
    window.press("Ghi 1 đơn vị")
    assert "Đã ghi 1 đơn vị" in window.text
    window.go(f"/don-vi?tim={name.lower()}").follow(name)
    window.look("don-vi-mot")
    window.follow("Đổi tên, nhập, tách, giải thể")
    window.look("don-vi-doi")
    window.page.get_by_label("Đổi tên", exact=True).check()
    window.fill("Tên đơn vị mới", f"{name} Mới")
    window.fill("Có hiệu lực từ ngày", local(now() + timedelta(days=9)).strftime("%Y-%m-%d"))
    window.fill("Căn cứ", "Nghị quyết thử nghiệm")
    window.press("Xem lại")
    window.look("don-vi-doi-xem-lai")
    window.press("Ghi thay đổi")
    assert "Đã ghi thay đổi của đơn vị" in window.note(), window.note()[:400]
    public = windows.visit(width=320, scripts=scripts).go(f"/don-vi?tim={name.lower()}", "don-vi-cong-khai")
    assert name in public.text
