"""Finds or unpacks a headless Chromium, starts it under Playwright, and looks at pages with axe-core.

Nothing is downloaded: the browser is one named by `CHROMIUM`, one found on the system, or the one inside the npm
package @sparticuz/chromium, whose own libraries and font make it start on a bare machine too.
"""

import io
import json
import os
import shutil
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import brotli
from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).parents[2]
RESULTS = ROOT / "test-results"
PACKAGE = ROOT / "node_modules/@sparticuz/chromium"
AXE = ROOT / "node_modules/axe-core/axe.min.js"
ON_THE_SYSTEM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "headless_shell")
# Rules of WCAG 2.2 A and AA, and what axe calls best practice.
AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
_FONTS_CONF = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>{folder}/fonts</dir><cachedir>{folder}/fonts-cache</cachedir></fontconfig>
"""


class NoBrowser(RuntimeError):
    """There is no Chromium on this machine, and the npm package is not installed."""


def _cache() -> Path:
    home = os.environ.get("XDG_CACHE_HOME")
    return Path(home) if home else Path.home() / ".cache"


def _version() -> str:
    return str(json.loads((PACKAGE / "package.json").read_text())["version"])


def _unpack(name: str, target: Path) -> None:
    content = brotli.decompress((PACKAGE / "bin" / name).read_bytes())
    with tarfile.open(fileobj=io.BytesIO(content)) as archive:
        archive.extractall(target, filter="data")


def unpacked() -> Path:
    """The folder of the unpacked npm browser, made on first use; NoBrowser without the package.

    Made beside its final place and renamed, so that two test runs at once cannot see half a browser.
    """
    if not (PACKAGE / "bin/chromium.br").is_file():
        raise NoBrowser("no Chromium: run `npm ci`, install one, or name one with CHROMIUM=/path/to/chromium")
    folder = _cache() / "sang-kien" / f"chromium-{_version()}"
    if (folder / "chromium").is_file():
        return folder
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as made:
        half = Path(made) / "browser"
        half.mkdir()
        program = half / "chromium"
        program.write_bytes(brotli.decompress((PACKAGE / "bin/chromium.br").read_bytes()))
        program.chmod(0o755)
        for name in ("al2023.tar.br", "fonts.tar.br", "swiftshader.tar.br"):
            _unpack(name, half)
        # The package's own fonts.conf names folders of another kind of machine.
        (half / "fonts.conf").write_text(_FONTS_CONF.format(folder=folder))
        if not folder.exists():
            half.rename(folder)
    return folder


def _environment(folder: Path) -> dict[str, str | float | bool]:
    """The environment of the npm browser: its own nss and nspr first, its own font when the machine has none."""
    environment: dict[str, str | float | bool] = dict(os.environ)
    paths = [str(folder / "lib"), str(folder), os.environ.get("LD_LIBRARY_PATH", "")]
    environment["LD_LIBRARY_PATH"] = ":".join(path for path in paths if path)
    if not Path("/etc/fonts/fonts.conf").exists():
        environment["FONTCONFIG_PATH"] = str(folder)
    return environment


def _found() -> str | None:
    named = os.environ.get("CHROMIUM")
    return named or next((path for name in ON_THE_SYSTEM if (path := shutil.which(name))), None)


@contextmanager
def browser() -> Iterator[Browser]:
    """A running headless Chromium, closed at the end."""
    program = _found()
    environment: dict[str, str | float | bool] | None = None
    if program is None:
        folder = unpacked()
        program, environment = str(folder / "chromium"), _environment(folder)
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(
            executable_path=program,
            env=environment,
            args=["--no-sandbox", "--no-zygote", "--disable-dev-shm-usage", "--font-render-hinting=none"],
        )
        try:
            yield started
        finally:
            started.close()


def axe(page: Page) -> list[str]:
    """What axe-core finds on the page, one line for each element at fault; an empty list is a clean page."""
    # evaluate() runs in the page whatever its content security policy says; a script tag would be refused.
    page.evaluate(AXE.read_text())
    result: dict[str, Any] = page.evaluate(
        "tags => axe.run(document, {runOnly: {type: 'tag', values: tags}, resultTypes: ['violations']})", AXE_TAGS
    )
    return [
        f"{violation['id']} ({violation['impact']}): {node['html'][:160]} — {node['failureSummary']}"
        for violation in result["violations"]
        for node in violation["nodes"]
    ]


def until(page: Page, expression: str) -> None:
    """Wait for a JavaScript expression. Playwright's own wait_for_function evaluates in the page, which our policy refuses."""
    for _ in range(600):
        if page.evaluate(expression):
            return
        page.wait_for_timeout(50)
    raise TimeoutError(f"never true: {expression}")


def screenshot(page: Page, name: str, *, full_page: bool = True) -> Path:
    """A picture of the page in `test-results/`."""
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{name}.png"
    page.screenshot(path=path, full_page=full_page)
    return path


def overflowing(page: Page) -> list[str]:
    """Elements that stick out of the window to the right: nothing may scroll sideways at 320 px."""
    found: list[str] = page.evaluate(
        """() => [...document.querySelectorAll('body *')]
            .filter(one => one.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
            .filter(one => !one.closest('.govuk-visually-hidden, thead') && getComputedStyle(one).position !== 'absolute')
            .slice(0, 5).map(one => one.outerHTML.slice(0, 140))"""
    )
    scrolls = page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
    return found or (["the page scrolls sideways"] if scrolls else [])


if __name__ == "__main__":
    print(_found() or unpacked() / "chromium", file=sys.stdout)
