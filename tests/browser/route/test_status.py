"""Where an entry stands, by the code and the PIN of its receipt, for somebody who is not signed in."""

import re

import pytest

from tests.browser.route.conftest import Stages
from tests.browser.route.visiting import Windows

pytestmark = pytest.mark.timeout(600)
SCRIPTS = pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])


@SCRIPTS
def test_what_is_printed_on_a_receipt_opens_its_status_page(windows: Windows, stages: Stages, *, scripts: bool) -> None:
    one = stages.handed_in.handed_in[2]
    holder = windows.visit(one.email, scripts=scripts).go(f"/bai-du-thi/{one.entry_id}/bien-nhan", "bien-nhan-pin")
    pin = re.search(r"Mã PIN để tra cứu: (\d{6})", holder.text)
    assert pin is not None, holder.text[:600]
    stranger = windows.visit(width=320, scripts=scripts).go("/")
    stranger.page.get_by_role("link", name="Tra cứu bài đã nộp").first.click()
    stranger.look("tra-cuu")
    stranger.fill("Mã biên nhận", one.receipt.lower())
    stranger.fill("Mã PIN", f"{(int(pin[1]) + 1) % 10**6:06d}")
    stranger.press("Tra cứu")
    stranger.look("tra-cuu-sai")
    assert "Mã biên nhận hoặc mã PIN không đúng" in stranger.text
    stranger.fill("Mã PIN", pin[1])
    stranger.press("Tra cứu")
    stranger.look("tra-cuu-dung")
    assert one.receipt in stranger.text
    assert "Đã nộp" in stranger.text
