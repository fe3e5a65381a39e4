"""Every part of the kit in a real browser: clean for axe, nothing sticks out, nothing is needed but HTML."""

import gzip

import pytest

from shared.ui.preview import PATHS
from tests.browser.chromium import axe, overflowing, screenshot

NAMES = sorted(PATHS)
FIRST_PAGE_LIMIT = 100_000


@pytest.mark.parametrize("width", [320, 1280])
@pytest.mark.parametrize("name", NAMES)
def test_a_page_is_clean_for_axe_and_fits_its_window(style_guide, open_page, name, width):
    page = open_page(f"{style_guide}/{name}.html", width=width)
    page.wait_for_load_state("networkidle")
    screenshot(page, f"style-guide-{name}-{width}")
    assert axe(page) == []
    assert overflowing(page) == []
    assert page.complaints == []


@pytest.mark.parametrize("name", NAMES)
def test_a_page_without_scripts_shows_all_its_parts_and_the_way_round(style_guide, open_page, name):
    page = open_page(f"{style_guide}/{name}.html", width=320, scripts=False)
    assert page.locator("main").is_visible()
    if name != "san-khau":
        for link in page.locator(".sk-nav__link").all():
            assert link.is_visible()
        assert not page.locator("[data-menu]").is_visible()


def test_the_planted_faults_are_found_by_axe_and_by_the_ruler(style_guide, open_page):
    page = open_page(f"{style_guide}/bieu-mau.html", width=320)
    page.evaluate(
        """() => { document.querySelector('label[for=title]').remove();
                   document.querySelector('.govuk-heading-l').textContent = 'x'.repeat(80);
                   document.querySelector('.govuk-heading-l').style.whiteSpace = 'nowrap'; }"""
    )
    assert any(finding.startswith("label") for finding in axe(page))
    assert overflowing(page)


def test_the_first_page_weighs_less_than_a_hundred_kilobytes_compressed(style_guide, open_page):
    page = open_page("about:blank")
    bodies = []
    page.on("response", lambda response: bodies.append((response.url, response.body())))
    page.goto(f"{style_guide}/trang-dau.html")
    page.wait_for_load_state("networkidle")
    # woff2 is compressed already; the front door compresses the rest.
    weight = sum(len(body) if url.endswith("woff2") else len(gzip.compress(body)) for url, body in bodies)
    assert 20_000 < weight < FIRST_PAGE_LIMIT
    assert sum(url.endswith("woff2") for url, _ in bodies) == 4
    assert not [url for url, _ in bodies if "htmx" in url or "govuk-frontend" in url]


def test_the_page_is_set_in_its_own_font_with_every_vietnamese_mark(style_guide, open_page):
    page = open_page(f"{style_guide}/trang-dau.html")
    page.evaluate("document.fonts.ready")
    loaded = page.evaluate("[...document.fonts].filter(face => face.status === 'loaded').map(face => face.weight)")
    assert sorted(loaded) == ["400", "400", "600", "600"]


def test_the_menu_folds_on_a_phone_and_opens_by_keyboard(style_guide, open_page):
    page = open_page(f"{style_guide}/danh-sach.html", width=320)
    link = page.locator(".sk-nav__link").first
    assert not link.is_visible()
    button = page.get_by_role("button", name="Danh mục")
    button.focus()
    page.keyboard.press("Enter")
    assert link.is_visible()
    assert button.get_attribute("aria-expanded") == "true"
    page.keyboard.press("Tab")
    page.keyboard.press("Escape")
    assert not link.is_visible()
    assert page.evaluate("document.activeElement.innerText") == "Danh mục"


def test_the_skip_link_is_the_first_stop_and_leads_to_the_main_part(style_guide, open_page):
    page = open_page(f"{style_guide}/danh-sach.html")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('href')") == "#main-content"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('main') !== null")


def test_the_stage_fits_one_screen_without_scrolling_at_projector_sizes(style_guide, open_page):
    for width, height in ((1280, 720), (1280, 800), (1920, 1080), (3840, 2160)):
        page = open_page(f"{style_guide}/san-khau.html")
        page.set_viewport_size({"width": width, "height": height})
        assert page.evaluate("document.documentElement.scrollHeight <= window.innerHeight"), (width, height)
