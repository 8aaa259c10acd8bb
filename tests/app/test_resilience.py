"""Lines that are cut and servers that restart: the page recovers, or says what to do."""

from __future__ import annotations

import re

from browsing import LATER, PATIENCE_MS, Served, day, needs_chromium, settled, until

pytestmark = needs_chromium
KEEP_SOCKETS = """
const Plain = window.WebSocket;
window.sockets = [];
window.WebSocket = class extends Plain {
  constructor(...how) { super(...how); window.sockets.push(this); }
};
"""
SAYS_WHAT_TO_DO = """() => /refresh|load the page again|restart/i.test(
  [...document.querySelectorAll('.lost:not([hidden]), .v-dialog--active, .v-alert')]
    .map((one) => one.innerText).join(' '))"""


def open_with_sockets(browser, address: str):
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    context.add_init_script(KEEP_SOCKETS)
    page = context.new_page()
    page.goto(address, timeout=PATIENCE_MS)
    settled(page)
    return page


def test_a_dropped_websocket_comes_back(browser, served):
    page = open_with_sockets(browser, served.address)
    page.keyboard.press(".")
    until(page, LATER.format(1))
    page.evaluate("window.sockets.forEach((one) => one.close())")
    until(page, "window.sockets.length > 1 && window.sockets.at(-1).readyState === 1")
    page.keyboard.press(".")
    until(page, LATER.format(2))
    page.context.close()


PAINTED = "Number(document.querySelector('canvas.face').dataset.painted) >= {}"
SLEEP = "(ms) => { const begun = performance.now(); while (performance.now() - begun < ms); }"


def test_a_tab_that_slept_goes_on(browser, served):
    """No script of the page runs for longer than the server waits for an answer."""
    page = open_with_sockets(browser, served.address)
    page.keyboard.press(" ")
    until(page, LATER.format(2))
    page.evaluate(SLEEP, 6000)
    painted = int(page.get_attribute("canvas.face", "data-painted"))
    until(page, PAINTED.format(painted + 20))
    assert page.get_attribute(".bmu", "data-playing") == "true"
    page.context.close()


def test_a_restarted_server_is_told_and_the_page_can_be_loaded_again(browser, tmp_path):
    server = Served(tmp_path)
    try:
        server.start()
        page = open_with_sockets(browser, server.address)
        page.keyboard.press(".")
        until(page, LATER.format(1))
        server.stop()
        server.start()
        page.wait_for_function(SAYS_WHAT_TO_DO, timeout=PATIENCE_MS)
        page.reload()
        settled(page)
        assert day(page) == 0
        page.keyboard.press(".")
        until(page, LATER.format(1))
        page.context.close()
    finally:
        server.stop()


def state_of(page) -> str:
    """Return the hash of all arrays of the bone, as the report tells it."""
    page.keyboard.press("x")
    with page.expect_download(timeout=PATIENCE_MS) as download:
        page.click("dialog .choice:has-text('Report')")
    text = download.value.path().read_text(encoding="utf-8")
    return re.search(r"&quot;state&quot;: &quot;([0-9a-f]{16})&quot;", text).group(1)


def test_a_shared_link_shows_the_same_bone_in_a_fresh_profile(visit):
    page = visit()
    page.keyboard.press("Shift+ArrowRight")
    until(page, LATER.format(30))
    page.select_option("select[aria-label=Pointer]", "microcrack")
    page.focus("canvas.face")
    page.keyboard.press("Enter")
    page.keyboard.press(".")
    until(page, LATER.format(31))
    page.keyboard.press("u")
    page.wait_for_selector("dialog input.wide", timeout=PATIENCE_MS)
    link = page.input_value("dialog input.wide")
    page.keyboard.press("Escape")
    fresh = visit("#" + link.split("#")[1])
    until(fresh, LATER.format(31))
    assert day(fresh) == 31
    assert state_of(fresh) == state_of(page)
