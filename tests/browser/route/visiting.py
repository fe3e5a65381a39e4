"""One person at one browser window: opens pages and looks at each as a demanding user would, narrow and wide."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page

from deploy.demo import cast
from tests.browser.chromium import axe, overflowing, screenshot

WIDTHS = (1280, 320)
_HEIGHTS = {320: 640, 1280: 800}
_RAW = re.compile(r"\{\{|\{%|\bNone\b|\bundefined\b|\bNaN\b|&lt;[a-z]+&gt;|<built-in|<bound method|Decimal\(")
"""What no page may show: unfilled templates and values nobody turned into words."""


class Visit:
    """A window. `problems` collects what was found, so that one fault does not hide the next."""

    def __init__(self, context: BrowserContext, url: str, problems: list[str], *, width: int, scripts: bool) -> None:
        """Use `Desk.visit`."""
        self.page: Page = context.new_page()
        self.url = url
        self.scripts = scripts
        self.width = width
        self._problems = problems
        self._complaints: list[str] = []
        self._forgiven = ""
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self._complaints.append(str(error)))
        self._resize(width)

    def _hear(self, message: Any) -> None:
        # A refused form is answered with its status, which Chromium reports as a failed resource.
        refused = any(f"status of {status}" in message.text for status in (403, 404, 422)) and "/static/" not in str(
            message.location
        )
        forgiven = self._forgiven and self._forgiven in message.text
        if message.type in ("error", "warning") and not refused and not forgiven:
            self._complaints.append(message.text)

    def forgive(self, words: str) -> None:
        """What the console says with these words is meant: the test cuts the line itself."""
        self._forgiven = words

    def _resize(self, width: int) -> None:
        self.page.set_viewport_size({"width": width, "height": _HEIGHTS.get(width, 800)})

    def go(self, path: str, name: str = "") -> "Visit":
        """Open a page; with a name, also look at it."""
        self.page.goto(path if path.startswith("http") else f"{self.url}{path}")
        return self.look(name) if name else self

    def look(self, name: str) -> "Visit":
        """Axe, sideways scrolling, title, one heading, the console, words only machines understand; at both widths."""
        self.page.wait_for_load_state()
        self._once(name)
        for width in WIDTHS:
            self._resize(width)
            where = f"{name} at {width} px{'' if self.scripts else ' without scripts'}"
            # Axe needs the page's own clock, which stands still without scripts; the HTML it looks at is the same.
            found = overflowing(self.page) + (axe(self.page) if self.scripts else [])
            self._problems += [f"{where}: {one}" for one in found]
            screenshot(self.page, f"route-{name}{'' if self.scripts else '-noscript'}-{width}")
        self._resize(self.width)
        return self

    def _once(self, name: str) -> None:
        title, headings = self.page.title(), self.page.locator("h1").count()
        if not re.fullmatch(r".{3,} – Sáng Kiến", title):
            self._problems.append(f"{name}: the title is “{title}”")
        if headings != 1:
            self._problems.append(f"{name}: {headings} headings of the first order")
        self._problems += [f"{name}: the console says {one}" for one in self._complaints]
        self._complaints.clear()
        self._problems += [f"{name}: shows “{found}”" for found in set(_RAW.findall(self.text))]

    @property
    def text(self) -> str:
        """What a person reads on the page."""
        return self.page.locator("body").inner_text()

    def fill(self, label: str, value: str) -> None:
        """Type into the field with this label."""
        self.page.get_by_label(label, exact=False).first.fill(value)

    def press(self, name: str) -> None:
        """Press a button."""
        self.page.get_by_role("button", name=name, exact=False).first.click()

    def confirm(self, name: str) -> None:
        """Press a button that wants to be held: with the keyboard, twice; without scripts it is an ordinary one."""
        button = self.page.get_by_role("button", name=name, exact=False).first
        button.focus()
        with self.page.expect_navigation():
            for _ in range(2 if self.scripts else 1):
                self.page.keyboard.press("Enter")
        self.page.wait_for_load_state()

    def follow(self, name: str) -> None:
        """Follow a link of the page's main part."""
        self.page.locator("main a", has_text=name).first.click()
        self.page.wait_for_load_state()

    def note(self) -> str:
        """What the page says about the last step."""
        return self.page.locator("main").inner_text()


class Windows:
    """Opens windows for people; who signed in once stays signed in."""

    def __init__(self, browser: Browser, url: str) -> None:
        """Nobody is signed in."""
        self._browser = browser
        self.url = url
        self._sessions: dict[str, Any] = {}
        self.problems: list[str] = []
        self._open: list[BrowserContext] = []

    def visit(self, email: str = "", *, width: int = 1280, scripts: bool = True) -> Visit:
        """A window of the person with this address, or of a stranger."""
        context = self._context(scripts, self._session(email) if email else None)
        return Visit(context, self.url, self.problems, width=width, scripts=scripts)

    def _context(self, scripts: bool, session: Any = None) -> BrowserContext:  # noqa: FBT001 - two words say it
        context = self._browser.new_context(
            java_script_enabled=scripts, locale="vi-VN", timezone_id="Asia/Ho_Chi_Minh", storage_state=session,
            accept_downloads=True,
        )  # fmt: skip
        context.set_default_timeout(30_000)
        self._open.append(context)
        return context

    def _session(self, email: str) -> Any:
        if email not in self._sessions:
            context = self._context(scripts=False)
            window = Visit(context, self.url, self.problems, width=1280, scripts=False)
            sign_in(window.go("/dang-nhap"), email)
            self._sessions[email] = context.storage_state()
        return self._sessions[email]

    def shown(self) -> str:
        """Address and text of every open window."""
        pages = [page for context in self._open for page in context.pages]
        return "\n\n".join(f"{page.url}\n{page.locator('body').inner_text(timeout=5_000)}" for page in pages)

    @contextmanager
    def closing(self) -> Iterator["Windows"]:
        """At the end of a test every window is closed; what was found fails the test."""
        self.problems.clear()
        yield self
        while self._open:
            self._open.pop().close()
        if self.problems:
            raise AssertionError("\n".join(dict.fromkeys(self.problems)))


def sign_in(window: Visit, email: str, password: str = cast.PASSWORD) -> None:
    """Fill in the page of the sign-in and send it."""
    window.fill("Địa chỉ thư điện tử", email)
    window.page.locator("input[name=password]").fill(password)
    window.page.locator("main").get_by_role("button", name="Đăng nhập", exact=True).click()
    window.page.wait_for_load_state()
