"""Files in the browser: a large one with its progress, a cut line and a reloaded page, what is known of it, and plain forms."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, Route, expect

from deploy.demo import cast, load, stage
from deploy.demo.client import Api
from deploy.local.system import System
from shared.ids import new_id
from tests.browser.route.visiting import Visit, Windows
from tests.route import playing

pytestmark = pytest.mark.timeout(300)
SCANNED = "Chưa quét vi-rút"
"""What the worker of a site without a scanner says of every file."""


@dataclass(frozen=True)
class Opened:
    """A contest of its own, its secretary, and two people with a draft each."""

    entrants: tuple[str, str]
    entries: tuple[str, str]
    secretary: str


async def _open(system: System) -> Opened:
    run, demo, data = new_id()[-6:], load.load(), load.contests()["ha-noi-2025"]
    secretary, entrants, drafts = f"thu-ky.{run}@sangkien.example", [], []
    async with Api(system.url, email=system.administrator[0], password=system.administrator[1]) as admin:
        await cast.put_units(admin, demo)
        contest_id = await stage.open_contest(admin, data, slug=f"{data.slug}-{run}", finalists=2, suffix=f" · {run}")
        common = {"password": cast.PASSWORD, "unit_id": "phuong-lang", "kind": "official"}
        roles = [{"role": "secretary", "scope": contest_id}]
        await admin.make(cast.PEOPLE, {**common, "name": "Phan Thị Thư", "email": secretary, "roles": roles})
        for number in range(2):
            email = f"gui-tep-{number}.{run}@sangkien.example"
            await admin.make(cast.PEOPLE, {**common, "name": f"Lê Văn Tệp {number}", "email": email})
            entrants.append(email)
    for email in entrants:
        async with Api(system.url, email=email, password=cast.PASSWORD) as person:
            typed = {"contest_id": contest_id, "entrant_group": "ca-nhan", "content_group": "chi-dao"}
            drafts.append((await person.make("/api/submissions/v1/entries", typed))["entry_id"])
    return Opened((entrants[0], entrants[1]), (drafts[0], drafts[1]), secretary)


@pytest.fixture(scope="module")
def opened(system: System) -> Opened:
    return playing.wait_for(_open(system))


@pytest.fixture
def windows(browser: Browser, system: System) -> Iterator[Windows]:
    """Windows that are closed when the test ends; anything a person would stumble over fails it."""
    with Windows(browser, system.url).closing() as made:
        yield made


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """About 3 MB of noise on a page."""
    path = tmp_path / "ảnh hiện trường.pdf"
    noise = random.Random(1).randbytes(1600 * 1200 * 3)
    Image.frombytes("RGB", (1600, 1200), noise).save(path, "PDF", quality=97)
    assert path.stat().st_size > 2 * 1024 * 1024
    return path


class Line:
    """The connection of a window: pieces are counted, some are cut off."""

    def __init__(self, window: Visit, *, cut: set[int]) -> None:
        self.pieces = 0
        self.cut = cut
        window.forgive("net::ERR_FAILED")
        window.page.route("**/uploads/*", self._pass)

    def _pass(self, route: Route) -> None:
        if route.request.method == "PATCH":
            self.pieces += 1
            if self.pieces in self.cut:
                route.abort()
                return
        route.continue_()


def _choose(window: Visit, photo: Path) -> None:
    window.page.get_by_label("Thêm một tệp").set_input_files(photo)
    window.press("Thêm tệp")


def _listed(window: Visit, photo: Path) -> None:
    expect(window.page.get_by_role("list", name="Tệp đã lưu")).to_contain_text(photo.name, timeout=30_000)
    for _ in range(200):
        if SCANNED in window.text:
            break
        window.page.wait_for_timeout(200)
        window.page.reload()
    assert SCANNED in window.text


def test_a_large_file_goes_on_after_a_cut_line_and_after_a_reloaded_page(windows: Windows, opened: Opened, photo: Path):
    window = windows.visit(opened.entrants[0], width=320)
    window.go(f"/bai-du-thi/{opened.entries[0]}/soan")
    line = Line(window, cut={2, *range(4, 1000)})
    window.page.get_by_label("Tên sáng kiến").fill("Tên viết trong khi tải tệp")
    _choose(window, photo)
    expect(window.page.locator("[data-upload] [role=status]")).to_contain_text("Mất kết nối")
    expect(window.page.get_by_role("progressbar", name="Tiến độ tải tệp")).to_be_visible()
    window.page.wait_for_function("() => document.querySelector('.sk-upload__bar').value > 20")
    window.look("tep-dang-tai")
    window.page.wait_for_function("() => document.querySelector('form[data-autosave]').draft?.unsaved === false")
    window.page.reload()
    expect(window.page.locator("[data-upload] [role=status]")).to_contain_text("đang tải dở")
    window.look("tep-tai-do")
    sent, line.cut = line.pieces, set()
    _choose(window, photo)
    _listed(window, photo)
    assert line.pieces - sent <= photo.stat().st_size // (512 * 1024), "what was there already is not sent again"
    expect(window.page.get_by_role("button", name="Bỏ tệp đang tải")).to_be_hidden()
    expect(window.page.locator(".sk-upload__bar")).to_be_hidden()
    window.look("tep-da-tai")
    assert window.page.get_by_label("Tên sáng kiến").input_value() == "Tên viết trong khi tải tệp"


def test_a_file_can_be_called_off_and_one_in_disguise_says_why(windows: Windows, opened: Opened, tmp_path: Path):
    window = windows.visit(opened.entrants[0], width=1280).go(f"/bai-du-thi/{opened.entries[0]}/soan")
    line = Line(window, cut=set(range(2, 1000)))
    wrong = tmp_path / "bài.pdf"
    wrong.write_bytes(b"<html>" + b"x" * 2_000_000)
    _choose(window, wrong)
    window.page.wait_for_function("() => document.querySelector('.sk-upload__bar').value > 20")
    window.press("Bỏ tệp đang tải")
    expect(window.page.locator("[data-upload] [role=status]")).to_contain_text("Đã bỏ")
    line.cut = set()
    _choose(window, wrong)
    expect(window.page.locator("[data-upload] [role=status]")).to_contain_text("không đúng với đuôi tên tệp")
    window.look("tep-bi-tu-choi")


def test_without_scripts_the_same_file_goes_with_the_form(windows: Windows, opened: Opened, photo: Path):
    window = windows.visit(opened.entrants[1], width=320, scripts=False).go(f"/bai-du-thi/{opened.entries[1]}/soan")
    _choose(window, photo)
    window.page.wait_for_load_state()
    assert "Đã thêm tệp" in window.note()
    _listed(window, photo)
    window.look("tep-khong-javascript")
