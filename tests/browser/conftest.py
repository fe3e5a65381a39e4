"""One browser for the whole run, and the style guide served under the site's own security headers."""

import functools
import http.server
import threading
from pathlib import Path

import pytest
from playwright.sync_api import expect

from shared.ui import assets, preview
from shared.web import HEADERS
from tests.browser import chromium

# Five seconds are Playwright's own: a machine that runs every process of the site beside the browser may need more.
expect.set_options(timeout=30_000)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items):
    """Browser tests come last: Playwright keeps an event loop in the main thread, where no coroutine test can run then."""
    items.sort(key=lambda item: Path(__file__).parent in item.path.parents)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """A test that failed tells what its windows showed, because nobody can look at them afterwards."""
    report = yield
    windows = getattr(item, "funcargs", {}).get("windows")
    if report.when == "call" and report.failed and windows:
        report.sections.append(("what the windows show", windows.shown()))
    return report


@pytest.fixture(scope="session")
def browser():
    with chromium.browser() as started:
        yield started


@pytest.fixture(scope="session")
def style_guide(tmp_path_factory):
    """The address under which every sample page of the kit is served, built from the files as they are now."""
    folder = tmp_path_factory.mktemp("style-guide")
    assets.build()
    preview.write(folder)

    class Handler(http.server.SimpleHTTPRequestHandler):
        extensions_map = http.server.SimpleHTTPRequestHandler.extensions_map | {".js": "text/javascript"}

        def end_headers(self):
            for name, value in HEADERS.items():
                self.send_header(name, value)
            super().end_headers()

        def log_message(self, *_):
            """Requests are not worth a line each."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Handler, directory=folder))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def open_page(browser):
    """Open an address at a width, with or without scripts; what the console says is an error of the page."""
    contexts = []

    def opened(address, *, width=1280, scripts=True):
        context = browser.new_context(
            viewport={"width": width, "height": 800 if width > 600 else 640},
            java_script_enabled=scripts,
            locale="vi-VN",
        )
        contexts.append(context)
        page = context.new_page()
        page.complaints = []
        page.on(
            "console", lambda message: message.type in ("error", "warning") and page.complaints.append(message.text)
        )
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        page.goto(address)
        return page

    yield opened
    for context in contexts:
        context.close()
