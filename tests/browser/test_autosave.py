"""Drafts saved while they are written: what is kept in the browser, for whom, and how it comes back. Answers are scripted."""

import json
from typing import Any

import pytest

from tests.browser.chromium import until

DRAFT = "**/bai-du-thi/1/nhap"
SAVED: dict[str, Any] = {"version": 4, "saved_at": "2019-03-05T03:32:00Z"}


@pytest.fixture
def drafting(style_guide, open_page):
    """The form page, with a list of the drafts that were posted and the answer that each gets."""
    page = open_page("about:blank")
    posted: list[str] = []
    answers: list[tuple[int, dict[str, Any]] | None] = [(200, SAVED)]

    def answer(route):
        posted.append(route.request.post_data or "")
        reply = answers.pop(0) if len(answers) > 1 else answers[0]
        if reply is None:
            route.abort()
        else:
            route.fulfill(status=reply[0], content_type="application/json", body=json.dumps(reply[1]))

    page.route(DRAFT, answer)
    page.goto(f"{style_guide}/bieu-mau.html")
    page.wait_for_selector(".sk-saved", state="attached")
    return page, posted, answers


def test_a_draft_is_saved_when_typing_pauses_and_says_when(drafting):
    page, posted, _ = drafting
    page.fill("#title", "Ki-ốt lấy số")
    page.wait_for_selector("text=Đã lưu lúc 10:32 >> visible=true")
    assert len(posted) == 1
    assert "Ki-ốt lấy số" in posted[0]
    assert 'name="csrf_token"' in posted[0]
    assert page.input_value("[name=version]") == "4"


def test_what_was_typed_before_the_script_came_is_saved_too(style_guide, open_page):
    page = open_page("about:blank")
    late: list[Any] = []

    def hold(route):  # Playwright marks its handlers, which list.append does not allow
        late.append(route)

    page.route("**/autosave.*.js", hold)
    page.route(DRAFT, lambda route: route.fulfill(json=SAVED))
    page.goto(f"{style_guide}/bieu-mau.html", wait_until="domcontentloaded")
    page.fill("#title", "Gõ trước khi trang tải xong")
    while not late:
        page.wait_for_timeout(20)
    with page.expect_request(DRAFT) as saving:
        late[0].continue_()
    assert "Gõ trước khi trang tải xong" in saving.value.post_data
    page.wait_for_selector("text=Đã lưu lúc 10:32 >> visible=true")


def test_only_one_save_is_under_way_and_the_last_words_are_saved(drafting):
    page = drafting[0]
    page.unroute(DRAFT)
    under_way = []

    def slow(route):
        under_way.append(route)

    page.route(DRAFT, slow)
    page.fill("#title", "một")
    page.locator("#title").blur()
    until(page, "document.querySelector('form[data-autosave]').draft.busy")
    page.fill("#title", "một hai")
    page.locator("#title").blur()
    page.wait_for_timeout(1300)
    assert len(under_way) == 1
    with page.expect_request(DRAFT) as second:
        under_way[0].fulfill(status=200, content_type="application/json", body=json.dumps(SAVED))
    assert "một hai" in second.value.post_data
    while len(under_way) < 2:
        page.wait_for_timeout(20)
    under_way[1].fulfill(status=200, content_type="application/json", body=json.dumps(SAVED))


def test_a_lost_line_keeps_the_words_on_the_machine_and_offers_them_again(drafting, style_guide):
    page, _, answers = drafting
    answers[:] = [None]
    page.fill("#title", "Chữ viết lúc mất mạng")
    page.wait_for_selector("text=Chưa lưu lên máy chủ, đã giữ trên máy này")
    page.on("dialog", lambda dialog: dialog.accept())
    before = page.evaluate("document.querySelector('#title').defaultValue")
    page.goto(f"{style_guide}/bieu-mau.html")
    page.wait_for_selector("text=Đã đưa lại nội dung giữ trên máy này")
    assert page.input_value("#title") == "Chữ viết lúc mất mạng"
    page.get_by_role("button", name="Bỏ, lấy lại bản trên máy chủ").click()
    assert page.input_value("#title") == before


def test_a_button_waits_for_the_save_and_stays_when_there_is_no_line(drafting):
    page, posted, answers = drafting
    answers[:] = [None]
    sent: list[int] = []

    def take(route):
        sent.append(len(posted))
        route.fulfill(status=200, body="ok")

    page.route("**/bai-du-thi/1", take)
    page.fill("#title", "Bấm nút lúc mất mạng")
    page.get_by_role("button", name="Xem lại và nộp").click()
    page.wait_for_selector("text=Hãy bấm lại khi có mạng")
    assert sent == []
    answers[:] = [(200, SAVED)]
    page.get_by_role("button", name="Xem lại và nộp").click()
    page.wait_for_url("**/bai-du-thi/1")
    assert sent == [len(posted)]


def test_a_copy_of_somebody_else_or_of_long_ago_is_dropped_and_sign_out_drops_all(drafting, style_guide):
    page = drafting[0]
    copy = '{"at": %s, "person": "%s", "version": 3, "copy": {"title": "Chữ của người khác"}}'
    now = page.evaluate("Date.now()")
    person = page.evaluate("document.querySelector('[data-person]').dataset.person")
    old = copy % (now - 8 * 24 * 3600 * 1000, person)
    for stored in (copy % (now, "somebody-else"), old):
        page.evaluate("text => localStorage.setItem('nhap:/bai-du-thi/1/nhap', text)", stored)
        page.goto(f"{style_guide}/bieu-mau.html")
        until(page, "localStorage.length === 0")
        assert page.input_value("#title") != "Chữ của người khác"
    page.evaluate("text => localStorage.setItem('nhap:/bai-du-thi/2/nhap', text)", copy % (now, person))
    page.route("**/dang-xuat", lambda route: route.fulfill(status=200, body="ok"))
    page.locator("form[action='/dang-xuat'] button").first.click()
    page.wait_for_url("**/dang-xuat")
    assert page.evaluate("localStorage.length") == 0


def test_a_failed_save_is_tried_again_by_itself(drafting):
    page, posted, answers = drafting
    answers[:] = [(503, {"message": "gián đoạn"}), (200, SAVED)]
    page.fill("#title", "Thử lại")
    page.wait_for_selector("text=Đang thử lại")
    page.wait_for_selector("text=Đã lưu lúc 10:32 >> visible=true")
    assert len(posted) == 2


def test_leaving_with_unsaved_words_is_asked_about(drafting):
    page, _, answers = drafting
    answers[:] = [None]
    page.locator("#title").press_sequentially("x")
    page.wait_for_selector("text=Chưa lưu")
    asked = []

    def ask(dialog):
        asked.append(dialog.type)
        dialog.accept()

    page.on("dialog", ask)
    page.goto("about:blank")
    assert asked == ["beforeunload"]


def test_two_versions_are_shown_side_by_side_until_the_writer_chooses(drafting):
    page, posted, answers = drafting
    answers[:] = [
        (409, {"message": "cũ", "version": 9, "fields": {"title": "Bản kia <b>"}}),
        (200, SAVED | {"version": 10}),
    ]
    page.fill("#title", "Bản này")
    box = page.locator(".sk-clash")
    box.wait_for()
    assert "Bản kia <b>" in box.inner_text()
    assert page.input_value("#title") == "Bản này"
    page.fill("#summary", "gõ tiếp trong lúc chọn")
    page.wait_for_timeout(1300)
    assert len(posted) == 1
    page.get_by_label("Bản kia").check()
    page.get_by_role("button", name="Lưu theo lựa chọn").click()
    page.wait_for_selector("text=Đã lưu lúc 10:32 >> visible=true")
    assert page.input_value("#title") == "Bản kia <b>"
    assert 'name="version"\r\n\r\n9' in posted[1]
