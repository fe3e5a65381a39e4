"""The public gallery in the browser: empty until an author agrees, found without marks, gone when they change their mind."""

import time
from collections.abc import Iterator
from unicodedata import normalize
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser

from deploy.demo import driver
from deploy.local.system import System
from shared.text import folded
from tests.browser.route.visiting import Visit, Windows
from tests.route import playing
from tests.route.playing import Played, wait_for

pytestmark = pytest.mark.timeout(600)
SCRIPTS = pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
_MINE = "/tai-khoan/du-lieu"
_PATIENCE = 200
"""Steps of a tenth of a second to wait for what travels through the broker."""


@pytest.fixture(scope="module")
def finished(system: System) -> Played:
    """A small contest with a published result."""
    return wait_for(playing.play(system, driver.Size(entries=4, judges=4, finalists=2)))


@pytest.fixture
def windows(browser: Browser, system: System) -> Iterator[Windows]:
    """Of the people of that contest."""
    with Windows(browser, system.url).closing() as opened:
        yield opened


def _until_shown(window: Visit, path: str, title: str) -> None:
    for _ in range(_PATIENCE):
        if title in window.go(path).text:
            return
        time.sleep(0.1)
    raise AssertionError(f"“{title}” is not in {path}")


@SCRIPTS
def test_an_initiative_is_read_found_and_taken_out_again(windows: Windows, finished: Played, *, scripts: bool) -> None:
    one = finished.handed_in[0 if scripts else 1]
    title = one.entry.title
    author, visitor = windows.visit(one.email, scripts=scripts), windows.visit(width=320, scripts=scripts)
    visitor.go("/").page.get_by_role("link", name="Thư viện sáng kiến", exact=True).click()
    here = f"/sang-kien?cuoc-thi={finished.desk.contest_id}"
    assert title not in visitor.go(here).text
    author.go(_MINE).press("Tôi đồng ý: Thư viện")
    typed = " ".join(folded(title).split()[:4])
    found = f"{here}&tim={typed}&nam={finished.demo.contest.year}"
    _until_shown(visitor, found, title)
    visitor.look("sang-kien")
    apart = quote(normalize("NFD", title.upper()))
    assert title in visitor.go(f'{here}&tim="{apart}"').text
    visitor.follow(title)
    visitor.look("sang-kien-mot")
    assert "Tác giả" in visitor.text
    address = visitor.page.url
    visitor.go("/sang-kien?tim=khong+co+bai+nao+nhu+the", "sang-kien-khong-co")
    assert "Chưa có sáng kiến nào khớp" in visitor.text
    author.go(_MINE).press("Rút lại đồng ý: Thư viện")
    assert title not in visitor.go(here).text
    assert "Không tìm thấy" in visitor.go(address).text
