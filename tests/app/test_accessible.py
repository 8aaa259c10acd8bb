"""Everybody can use the page: axe-core finds nothing serious, keys reach all, a phone shows it."""

from __future__ import annotations

import pytest
from browsing import AXE, PATIENCE_MS, needs_axe, needs_chromium, until

pytestmark = needs_chromium
DIALOGS = {
    "a": "Add treatment", "p": "Parameters", "l": "Layers", "c": "Charts", "x": "Download",
    "?": "Help", "u": "Share link",
}  # fmt: skip
RUN_AXE = """async () => {
  const told = await axe.run(document, { resultTypes: ['violations'] });
  return told.violations.map(
    (one) => [one.impact, one.id, one.help, one.nodes.map((node) => node.html.slice(0, 160))]);
}"""


def serious(page) -> list:
    page.add_script_tag(path=str(AXE))
    return [one for one in page.evaluate(RUN_AXE) if one[0] in ("serious", "critical")]


@needs_axe
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_serious(visit, theme):
    page = visit(color_scheme=theme)
    page.keyboard.press("a")
    page.click("dialog .mainAct")
    page.wait_for_selector(".lane button", timeout=PATIENCE_MS)
    page.focus("canvas.face")
    page.keyboard.press("Enter")
    page.wait_for_selector(".closer:not([hidden])", timeout=PATIENCE_MS)
    assert serious(page) == []
    page.keyboard.press("p")
    page.wait_for_selector("dialog[open]", timeout=PATIENCE_MS)
    assert serious(page) == []


def test_every_dialog_has_a_key(visit):
    page = visit()
    for key, title in DIALOGS.items():
        page.keyboard.press(key)
        page.wait_for_selector(f"dialog[open][aria-label='{title}']", timeout=PATIENCE_MS)
        page.keyboard.press("Escape")
        page.wait_for_selector("dialog", state="detached", timeout=PATIENCE_MS)
    assert page.faults == []


def test_keys_for_theme_stain_arms_and_seed(visit):
    page = visit()
    page.keyboard.press("t")
    until(page, "document.querySelector('.bmu').dataset.theme === 'dark'")
    page.keyboard.press("s")
    page.wait_for_selector("[data-stain=goldner][aria-pressed=true]", timeout=PATIENCE_MS)
    page.keyboard.press("2")
    page.wait_for_selector(".armBox:nth-child(2)", timeout=PATIENCE_MS)
    before = page.inner_text(".seed b")
    page.keyboard.press("n")
    until(page, f"document.querySelector('.seed b').textContent !== '{before}'")
    assert page.faults == []


def test_nothing_is_only_for_the_pointer(visit):
    page = visit()
    silent = page.evaluate(
        """() => [...document.querySelectorAll('.bmu button, .bmu select, .bmu input, .bmu canvas')]
        .filter((one) => one.offsetParent && (one.tabIndex < 0 && one.role !== 'img'))
        .map((one) => one.outerHTML.slice(0, 120))"""
    )
    assert [one for one in silent if "charts" not in one] == []


def test_a_followed_cell_is_marked_until_it_ends(visit):
    page = visit()
    page.focus("canvas.face")
    for _ in range(14):
        page.keyboard.press("Enter")
        page.wait_for_selector(".closer:not([hidden])", timeout=PATIENCE_MS)
        if page.query_selector(".closer button[title='Follow this cell (G)']"):
            break
        page.keyboard.press("Shift+ArrowRight")
        page.keyboard.press("ArrowUp")
    else:
        pytest.skip("no cell under the cursor in this bone")
    page.keyboard.press("g")
    page.wait_for_selector(".closer button[aria-pressed=true]", timeout=PATIENCE_MS)
    title = page.inner_text(".closerText b").split(",")[0]
    page.keyboard.press(".")
    until(page, "Number(document.querySelector('.bmu').dataset.day) >= 1")
    told = page.inner_text(".closerText")
    assert title in told or "Day 1" in told


def test_fits_a_phone_without_scrolling_sideways(visit):
    page = visit(viewport={"width": 390, "height": 844})
    for key in ("", "2", "s"):
        if key:
            page.keyboard.press(key)
            page.wait_for_timeout(300)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
    wide = page.evaluate(
        """() => [...document.querySelectorAll('.bmu *')].filter((one) => one.offsetParent &&
        one.getBoundingClientRect().right > 391 && !one.closest('.lanes, .presets, .spoken'))
        .map((one) => one.outerHTML.slice(0, 100))"""
    )
    assert wide == []
