"""The page in a real Chromium, against a server of its own; skipped where there is none."""

from __future__ import annotations

import lives
from browsing import LATER, PATIENCE_MS, day, needs_chromium, until

from bmu_abm.app import taking
from bmu_abm.app.frame import View

pytestmark = needs_chromium


def test_opens_with_a_bone(visit):
    page = visit()
    assert day(page) == 0 and page.faults == []
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
    stood = day(page)
    page.keyboard.press(".")
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


def test_a_graft_names_donor_route_and_scaffold(visit):
    page = visit()
    page.keyboard.press("a")
    page.select_option("dialog select", "denosumab")
    assert page.locator("dialog [data-modifier]").count() == 1  # a carrier is all that it takes
    page.select_option("dialog select", "stem_cells")
    assert page.is_disabled("dialog [data-modifier=scaffold]")
    page.select_option("dialog [data-modifier=route]", "intramarrow")
    assert page.evaluate("document.activeElement.dataset.modifier") == "route"
    page.select_option("dialog [data-modifier=scaffold]", "collagen_i")
    page.select_option("dialog [data-modifier=donor]", "cd34_ucb")
    assert page.get_by_label("Potency").input_value() == "0.5"
    assert page.get_by_label("CXCR4").count() == page.get_by_label("Adipocyte bias").count() == 1
    page.click("dialog .mainAct")
    bar = page.locator(".lane button")
    bar.wait_for(timeout=PATIENCE_MS)
    label = bar.get_attribute("aria-label")
    assert all(word in label for word in (" once", "intramarrow", "Collagen I matrix", "CD34+"))
    page.focus(".lane button")
    page.keyboard.press("Enter")
    page.select_option(".editor [data-modifier=route]", "")
    until(page, "!document.querySelector('.lane button').ariaLabel.includes('Collagen')")
    assert page.evaluate("document.activeElement.dataset.modifier") == "route"
    assert page.is_disabled(".editor [data-modifier=scaffold]")
    page.click("[aria-label='Share link']")
    link = page.locator("dialog input").input_value(timeout=PATIENCE_MS)
    other = visit("#" + link.split("#")[1])
    until(other, "document.querySelector('.lane button')?.ariaLabel.includes('CD34+')")
    assert page.faults == [] and other.faults == []


def test_the_form_of_a_microrna_changes_its_numbers(visit):
    page = visit()
    page.keyboard.press("a")
    page.select_option("dialog select", "mir_21_inhibitor")
    page.select_option("dialog [data-modifier=form]", "lna_amo")
    assert page.get_by_label("Half life days").input_value() == "14"
    page.click("dialog .mainAct")
    until(page, "document.querySelector('.lane button')?.ariaLabel.includes('LNA AMO')")
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
    page.keyboard.press("e")
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


def test_a_replay_runs_to_its_end_on_a_phone(browser, opened, tmp_path):
    session = opened(lives.scenario(intervention=[{"use": "denosumab", "start_month": 1}]))
    session.step(65).result()
    _, _, data = session.ask(lambda: taking.take(session, "replay", View(row=3)))
    (tmp_path / "replay.html").write_bytes(data)
    context = browser.new_context(viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.goto((tmp_path / "replay.html").as_uri())
    page.click("button.play")
    until(page, "document.querySelector('.bmu').dataset.day === '65'")
    until(page, "document.querySelector('button.play').ariaLabel === 'Play'")
    assert "Denosumab" in page.get_attribute(".lane .bar", "aria-label")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.get_by_role("button", name="Back", exact=True).click()
    assert page.is_visible("canvas[data-face='1']") and page.is_hidden("canvas[data-face='0']")
    page.focus(".playhead")
    page.keyboard.press("Home")
    until(page, "document.querySelector('.bmu').dataset.day === '0'")
    context.close()
