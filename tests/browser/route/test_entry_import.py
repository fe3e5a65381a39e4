"""Entries from a sheet in the browser: the template, a wrong row and the copy that names it, the mended file in the register."""

import pytest
from playwright.sync_api import FilePayload

from deploy.demo import cast
from deploy.demo.client import Api
from deploy.local.system import System
from shared import tables
from shared.clock import local, now
from shared.ids import new_id
from tests.browser.route.conftest import Stages
from tests.browser.route.visiting import Visit, Windows
from tests.route.playing import wait_for

pytestmark = pytest.mark.timeout(600)
SCRIPTS = pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
_PATIENCE = 300


def _secretary(system: System, contest_id: str) -> str:
    email = f"thu.ky.{new_id()[-8:]}@sangkien.example"

    async def make() -> None:
        async with Api(system.url, email=system.administrator[0], password=system.administrator[1]) as admin:
            body = {"name": "Vũ Thị Nhập Bài", "email": email, "password": cast.PASSWORD, "kind": "official"}
            await admin.make(cast.PEOPLE, {**body, "roles": [{"role": "secretary", "scope": contest_id}]})

    wait_for(make())
    return email


def _send(window: Visit, name: str, content: bytes) -> None:
    window.page.get_by_label("Qua thư điện tử").check()
    file = FilePayload(name="bai-gom.xlsx", mimeType=tables.XLSX, buffer=content)
    window.page.locator("input[type=file]").set_input_files(files=[file])
    window.press("Đọc thử")
    window.look(name)


def _filled(template: bytes, stage_title: str, groups: dict[str, str]) -> list[list[str]]:
    heads = tables.read(template, max_rows=5)[0]
    fixed = {
        "Họ và tên hoặc tên tổ chức": "Hà Thị Gửi Chung",
        "Thư điện tử": f"gui.{new_id()[-8:]}@thu.example",
        "Ngày nhận": f"{local(now()):%d/%m/%Y}",
        "Tên sáng kiến": stage_title,
        **groups,
    }
    blank = {"Người nộp là", "Điện thoại", "Đơn vị", "Người đại diện", "Đồng tác giả"}
    return [heads, [fixed.get(head, "" if head in blank else f"Nội dung phần {head}.") for head in heads]]


@SCRIPTS
def test_a_sheet_is_tried_mended_and_written(
    windows: Windows, stages: Stages, system: System, *, scripts: bool
) -> None:
    contest, title = stages.called.demo.contest, f"Sáng kiến gom {new_id()[-6:]}"
    contest_id = stages.called.desk.contest_id
    window = windows.visit(_secretary(system, contest_id), scripts=scripts)
    window.go("/tiep-nhan").follow("Nhập từ Excel")
    window.look("nhap-bai")
    with window.page.expect_download() as download:
        window.page.locator("main a[href*='/tiep-nhan/nhap/mau/']").first.click()
    template = download.value.path().read_bytes()
    groups = {"Nhóm đối tượng": contest.entrant_groups[0].title, "Lĩnh vực": contest.content_groups[0].title}
    rows = _filled(template, title, groups)
    window.page.get_by_label("Cuộc thi", exact=True).select_option(contest_id)
    _send(window, "nhap-bai-sai", tables.as_xlsx([rows[0], ["" if one == title else one for one in rows[1]]], "Bài"))
    assert "Hãy đặt tên cho sáng kiến" in window.text
    with window.page.expect_download() as copy:
        window.page.locator("main a", has_text="Tải tệp của bạn").click()
    returned = tables.read(copy.value.path().read_bytes(), max_rows=5, lines=True)
    returned[1][returned[0].index("Tên sáng kiến")] = title
    window.follow("tải lên lại")
    _send(window, "nhap-bai-dung", tables.as_xlsx(returned, "Bài"))
    window.press("Ghi 1 bài")
    for _ in range(_PATIENCE):
        if "Đã ghi 1 bài" in window.text:
            break
        window.page.wait_for_timeout(100)
        window.page.reload()
    window.look("nhap-bai-xong")
    window.follow("Xem các bài vừa ghi")
    assert title in window.text
