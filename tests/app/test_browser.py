"""The page in a real Chromium, against a server of its own; skipped where there is none."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request

import lives
import pytest

from bmu_abm.app.toml_out import text_of

playwright = pytest.importorskip("playwright.sync_api")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here")
QUIET = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
PATIENCE_MS = 90_000


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    folder = tmp_path_factory.mktemp("served")
    file = folder / "small_bone.toml"
    file.write_text(text_of(lives.scenario(), 1))
    port = free_port()
    command = [sys.executable, "-m", "bmu_abm", "app", "--port", str(port), "--no-browser"]
    environment = {**os.environ, "BMU_CACHE_DIR": str(folder / "cache")}
    server = subprocess.Popen([*command, "--scenario", str(file)], env=environment)
    try:
        wait_for(f"http://127.0.0.1:{port}/readyz")
        yield f"http://127.0.0.1:{port}/"
    finally:
        server.terminate()
        server.wait(20)


def wait_for(url: str, seconds: float = 240.0) -> None:
    begun = time.monotonic()
    while time.monotonic() - begun < seconds:
        try:
            urllib.request.urlopen(url, timeout=2)
            return
        except OSError:
            time.sleep(0.3)
    raise TimeoutError(url)


@pytest.fixture(scope="module")
def browser():
    with playwright.sync_playwright() as p:
        opened = p.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield opened
        opened.close()


@pytest.fixture
def visit(browser, address):
    contexts = []

    def go(fragment: str = "", **how):
        context = browser.new_context(**{"viewport": {"width": 1440, "height": 900}} | how)
        contexts.append(context)
        page = context.new_page()
        page.faults, page.asked = [], []
        page.on("pageerror", lambda error: page.faults.append(str(error)))
        page.on("request", lambda request: page.asked.append(request.url))
        page.goto(address + fragment, timeout=PATIENCE_MS)
        page.wait_for_selector("canvas.face[data-painted]", timeout=PATIENCE_MS)
        page.wait_for_selector(".bmu[data-day]", timeout=PATIENCE_MS)
        return page

    yield go
    for context in contexts:
        context.close()


def day(page) -> int:
    return int(page.get_attribute(".bmu", "data-day"))


def until(page, condition: str) -> None:
    page.wait_for_function(condition, timeout=PATIENCE_MS)


LATER = "Number(document.querySelector('.bmu').dataset.day) >= {}"


def test_opens_with_a_bone_and_asks_nobody_else(visit, address):
    page = visit()
    assert day(page) == 0 and page.faults == []
    own = address.split("//")[1].rstrip("/")
    inside = (f"http://{own}", f"ws://{own}", "data:", "blob:")
    outside = [url for url in page.asked if not url.startswith(inside)]
    assert outside == []
    colours = page.evaluate(
        """() => { const c = document.querySelector('canvas.face');
        const d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data;
        return new Set(new Uint32Array(d.buffer)).size; }"""
    )
    assert colours > 50


def test_plays_and_pauses_by_keyboard(visit):
    page = visit()
    page.keyboard.press("Space")
    until(page, LATER.format(10))
    page.keyboard.press("Space")
    until(page, "document.querySelector('.bmu').dataset.playing === 'false'")
    page.keyboard.press(".")
    stood = day(page)
    until(page, LATER.format(stood + 1))
    assert page.faults == []


def test_a_treatment_is_added_moved_and_removed(visit):
    page = visit()
    page.keyboard.press("a")
    page.select_option("dialog select", "denosumab")
    page.click("dialog .mainAct")
    page.wait_for_selector(".lane button", timeout=PATIENCE_MS)
    page.focus(".lane button")
    page.keyboard.press("ArrowRight")
    until(page, "document.querySelector('.lane button').ariaLabel.includes('month 1 ')")
    page.keyboard.press("Delete")
    until(page, "!document.querySelector('.lane button')")
    assert page.faults == []


def test_looks_closer_by_keyboard(visit):
    page = visit()
    page.focus("canvas.face")
    page.keyboard.press("Enter")
    page.wait_for_selector(".closer:not([hidden])", timeout=PATIENCE_MS)
    assert "pM" in page.inner_text(".closer")


def test_every_stain_is_drawn(visit):
    page = visit()
    for button in page.query_selector_all(".stains button"):
        button.click()
        chosen = f".stains [data-stain={button.get_attribute('data-stain')}][aria-pressed=true]"
        page.wait_for_selector(chosen, timeout=PATIENCE_MS)
    page.wait_for_timeout(500)
    assert page.faults == []


def test_a_hostile_link_gets_a_line_and_the_page_lives(visit):
    page = visit("#" + "A" * 300)
    page.wait_for_selector(".notice", timeout=PATIENCE_MS)
    assert "link" in page.inner_text(".notice")
    page.keyboard.press(".")
    until(page, LATER.format(1))


def test_visitors_share_nothing(visit):
    one, two = visit(), visit()
    one.keyboard.press("Shift+ArrowRight")
    until(one, LATER.format(30))
    assert day(two) == 0


def test_fits_on_a_phone(visit):
    page = visit(viewport={"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert page.is_visible("button.play")


def test_dark_has_its_own_colours(visit):
    page = visit(color_scheme="dark")
    assert page.evaluate("document.querySelector('.bmu').dataset.theme") == "dark"
    assert page.faults == []


def test_a_lesson_is_stepped_through_by_keyboard(visit):
    page = visit(viewport={"width": 390, "height": 844})
    page.keyboard.press("g")
    page.wait_for_selector(".lessonText", timeout=PATIENCE_MS)
    assert page.evaluate("document.activeElement.ariaLabel") == "Lesson"
    page.focus(".lessonFoot .mainAct")
    page.keyboard.press("Enter")
    page.wait_for_selector("fieldset.lessonQuestion", timeout=PATIENCE_MS)
    assert page.evaluate("document.activeElement.textContent") == "Predict"
    page.focus("fieldset.lessonQuestion input")
    page.keyboard.press("ArrowDown")
    page.wait_for_selector("text=Your prediction is kept.", timeout=PATIENCE_MS)
    page.focus(".lessonSteps li:nth-child(4) button")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=One patch is noise", timeout=PATIENCE_MS)
    page.focus("fieldset.lessonQuestion button:not([disabled])")
    page.keyboard.press("Enter")
    page.wait_for_selector(".lessonAnswer:not([hidden])", timeout=PATIENCE_MS)
    assert "95 % interval" in page.inner_text(".lessonAnswer:not([hidden])")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.focus(".lesson [aria-label='Close the lesson']")
    page.keyboard.press("Enter")
    assert not page.is_visible(".lesson") and page.faults == []
