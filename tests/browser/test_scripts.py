"""The scripts of the kit: counting, holding, counting down, the live board. The server's answers are scripted."""

import json
from datetime import UTC, datetime

from playwright.sync_api import expect

from shared import text
from shared.ui import filters
from shared.ui.manifest import DIST
from tests.browser.chromium import until


def _script(page, name):
    """The URL of a built script, for import() within the page."""
    return "/static/dist/" + json.loads((DIST / "manifest.json").read_text())[name]


def test_words_are_counted_as_the_server_counts_them(style_guide, open_page):
    page = open_page(f"{style_guide}/bieu-mau.html")
    samples = [
        "", "  ", "một hai", "Ki-ốt – “một chạm”!", "a\u00a0b", "e\u0323\u0302 tiê\u0301ng", "… --- *** 5% 1.000 m²", "x\u200by z", "dòng\r\nhai\rba\tbốn",
        "\ufeffđầu", "½ Ⅷ 中文 😀 _", "a\u2028b\u3000c\u0085d", "a\u202eb",
    ]  # fmt: skip
    counts = page.evaluate(
        "async ([url, samples]) => { const m = await import(url); return samples.map(s => [m.wordCount(s), m.characterCount(s)]); }",
        [_script(page, "word-count.js"), samples],
    )
    assert counts == [[text.word_count(sample), len(text.nfc(sample))] for sample in samples]


def test_the_counter_tells_how_many_words_are_too_many(style_guide, open_page):
    page = open_page(f"{style_guide}/bieu-mau.html")
    told = page.locator("#summary-count")
    page.fill("#summary", "một hai ba")
    expect(told).to_have_text("3/20 từ")  # the script may come only now
    page.fill("#summary", "từ " * 23)
    expect(told).to_have_text("23/20 từ, thừa 3 từ")


def test_the_countdown_uses_the_words_of_the_server(style_guide, open_page):
    page = open_page(f"{style_guide}/trang-dau.html")
    now = datetime(2019, 3, 5, tzinfo=UTC)
    for seconds in (60, 61, 3599, 3600, 3660, 86_400, 86_460, 90_000, 1_060_080):
        there = page.evaluate(
            "async ([url, s]) => (await import(url)).timeLeft(s)", [_script(page, "countdown.js"), seconds]
        )
        assert there == filters.time_left(datetime.fromtimestamp(now.timestamp() + seconds, UTC), now)


def _seal(page):
    sent = []

    def take(route):
        sent.append(1)
        route.fulfill(status=200, body="ok")

    page.route("**/cham-thi/1", take)
    return sent, page.get_by_role("button", name="Niêm phong phiếu")


def test_a_short_press_does_not_seal_and_a_held_one_does(style_guide, open_page):
    page = open_page(f"{style_guide}/phieu-cham.html")
    sent, button = _seal(page)
    page.wait_for_selector(".sk-hold__hint")
    button.click()
    page.wait_for_selector("text=Hãy nhấn giữ")
    assert sent == []
    button.hover()
    page.mouse.down()
    page.wait_for_url("**/cham-thi/1")
    assert sent == [1]


def test_with_the_keyboard_two_presses_seal(style_guide, open_page):
    page = open_page(f"{style_guide}/phieu-cham.html")
    sent, button = _seal(page)
    page.wait_for_selector(".sk-hold__hint")
    button.press("Enter")
    page.wait_for_selector("text=Nhấn Enter lần nữa")
    assert sent == []
    button.press("Enter")
    page.wait_for_url("**/cham-thi/1")
    assert sent == [1]


def test_marks_add_up_with_a_comma_and_a_mark_over_its_scale_is_left_out(style_guide, open_page):
    page = open_page(f"{style_guide}/phieu-cham.html")
    for name, mark in (("novelty", "0,1"), ("use", "0.2"), ("gain", "39,7")):
        page.fill(f"#{name}", mark)
    total = page.locator("[data-score-total]")
    expect(total).to_have_text("40")  # the script may come only now
    page.fill("#gain", "41")
    expect(total).to_have_text("0,3")
    assert page.get_attribute("#gain", "aria-invalid") == "true"


def test_a_second_press_sends_nothing_more(style_guide, open_page):
    page = open_page(f"{style_guide}/bieu-mau.html")
    page.wait_for_selector(".sk-saved", state="attached")
    # The window hears a submission last: it notes whether the form was about to be sent, and holds it back.
    page.evaluate(
        """() => { window.stopped = [];
                   addEventListener('submit', event => { stopped.push(event.defaultPrevented); event.preventDefault(); }); }"""
    )
    button = page.get_by_role("button", name="Xem lại và nộp")
    button.click()
    button.click()
    page.evaluate("document.querySelector('form[data-autosave]').requestSubmit()")
    assert page.evaluate("window.stopped") == [False, True, True]
    assert button.get_attribute("aria-busy") == "true"


def test_the_live_board_takes_what_the_stream_brings_and_says_when_the_line_is_cut(style_guide, open_page):
    page = open_page("about:blank")
    stream = 'event: board\ndata: "<p>Bảng mới: 86,50</p>"\n\nevent: board\ndata: <p>Bảng mới: 88</p>\n\n'
    page.route("**/dong", lambda route: route.fulfill(status=200, content_type="text/event-stream", body=stream))
    page.goto(f"{style_guide}/bieu-do.html")
    page.evaluate(
        """() => { document.querySelector('main').innerHTML = '<div data-live-board="/dong">cũ</div>';
                   document.dispatchEvent(new CustomEvent('sk:swapped')); }"""
    )
    page.wait_for_selector("text=Bảng mới: 88")
    page.wait_for_selector("text=Mất kết nối – đang nối lại")


def test_htmx_comes_only_to_a_page_that_asks_and_swaps_within_the_content_security_policy(style_guide, open_page):
    page = open_page("about:blank")
    page.complaints.clear()
    page.route("**/phan", lambda route: route.fulfill(status=200, content_type="text/html", body="<p>Phần mới</p>"))
    page.goto(f"{style_guide}/bieu-do.html")
    assert not page.evaluate("performance.getEntriesByType('resource').some(one => one.name.includes('htmx'))")
    page.evaluate(
        """() => { document.querySelector('main').innerHTML = '<button hx-get="/phan" hx-target="#dich">Lấy</button><div id="dich"></div>';
                   document.dispatchEvent(new CustomEvent('sk:swapped')); }"""
    )
    until(page, "'htmx-internal-data' in document.querySelector('main button')")
    page.get_by_role("button", name="Lấy").click()
    page.wait_for_selector("text=Phần mới")
    assert page.complaints == []
