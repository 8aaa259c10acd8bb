from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
import lives
from browsing import CHROMIUM, PATIENCE_MS, QUIET, Served, outsiders, settled


@pytest.fixture
def opened():
    """Give sessions, and close them at the end."""
    sessions = []

    def make(*args, **how):
        sessions.append(lives.session(*args, **how))
        return sessions[-1]

    yield make
    for one in sessions:
        one.close()


@pytest.fixture(scope="session")
def served(tmp_path_factory):
    """Give a server that all tests of a page share."""
    server = Served(tmp_path_factory.mktemp("served"))
    try:
        server.start()
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="session")
def browser():
    """Give a Chromium that finds no host but this machine."""
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as p:
        opened = p.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield opened
        opened.close()


@pytest.fixture
def visit(browser, served):
    """Open pages, each with a profile of its own; none may ask anybody but this machine."""
    contexts, pages = [], []

    def go(fragment: str = "", address: str | None = None, **how):
        context = browser.new_context(**{"viewport": {"width": 1440, "height": 900}} | how)
        contexts.append(context)
        page = context.new_page()
        pages.append(page)
        page.faults, page.asked = [], []
        page.on("pageerror", lambda error: page.faults.append(str(error)))
        page.on("request", lambda request: page.asked.append(request.url))
        page.on("websocket", lambda socket: page.asked.append(socket.url))
        page.goto((address or served.address) + fragment, timeout=PATIENCE_MS)
        settled(page)
        return page

    yield go
    for context in contexts:
        context.close()
    assert [url for page in pages for url in outsiders(page)] == []
