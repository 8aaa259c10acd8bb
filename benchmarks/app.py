"""How fast the browser app is, in a real Chromium: `python benchmarks/app.py http://127.0.0.1:8765`.

Start `bmu app --no-browser` first. Prints one JSON object: seconds until the page can be used,
painted frames a second while it runs at 30 days a second and while it is paused and panned,
milliseconds from a click to its effect, and the memory of the page before and after.
"""

from __future__ import annotations

import json
import shutil
import sys
import time

from playwright.sync_api import Page, sync_playwright

QUIET = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"]
SECONDS, CLICKS = 10.0, 50
CLICK = """async (clicks) => {
  const button = document.querySelector('button.play'), root = document.querySelector('.bmu');
  const out = [];
  for (let i = 0; i < clicks; i++) {
    const want = String(root.dataset.playing !== 'true'), begun = performance.now();
    button.click();
    while (root.dataset.playing !== want) await new Promise((done) => setTimeout(done, 1));
    out.push(performance.now() - begun);
    await new Promise((done) => setTimeout(done, 200));
  }
  return out.sort((a, b) => a - b);
}"""
PAN = """async (seconds) => {
  const canvas = document.querySelector('canvas.face');
  const painted = () => Number(canvas.dataset.painted), box = canvas.getBoundingClientRect();
  const fire = (type, x) => canvas.dispatchEvent(new PointerEvent(type, {
    pointerId: 1, clientX: box.left + x, clientY: box.top + 40, bubbles: true }));
  canvas.setPointerCapture = () => {};
  canvas.dispatchEvent(new WheelEvent('wheel', { deltaY: -600, cancelable: true,
    clientX: box.left + 100, clientY: box.top + 100 }));
  await new Promise((done) => setTimeout(done, 300));
  const first = painted(), begun = performance.now();
  fire('pointerdown', 100);
  let i = 0;
  while (performance.now() - begun < 1000 * seconds) {
    fire('pointermove', 100 + 60 * Math.sin(i++ / 10));
    await new Promise(requestAnimationFrame);
  }
  fire('pointerup', 100);
  return (1000 * (painted() - first)) / (performance.now() - begun);
}"""


def running(page: Page) -> dict[str, float]:
    page.click("button.play")
    time.sleep(2)
    first, day, begun = _painted(page), _day(page), time.monotonic()
    time.sleep(SECONDS)
    spent = time.monotonic() - begun
    told = {
        "frames_a_second_running": round((_painted(page) - first) / spent, 1),
        "days_a_second": round((_day(page) - day) / spent, 1),
    }
    page.click("button.play")
    return told


def _painted(page: Page) -> int:
    return int(page.get_attribute("canvas.face", "data-painted") or 0)


def _day(page: Page) -> int:
    return int(page.get_attribute("canvas.face", "data-day") or 0)


def _megabytes(page: Page) -> float:
    return round(page.evaluate("performance.memory.usedJSHeapSize") / 1e6, 1)


def measure(url: str) -> dict[str, object]:
    with sync_playwright() as p:
        browser = p.chromium.launch(executable_path=shutil.which("chromium"), args=QUIET)
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        begun = time.monotonic()
        page.goto(url)
        page.wait_for_selector("canvas.face[data-painted]", timeout=120_000)
        usable = round(time.monotonic() - begun, 2)
        time.sleep(1)
        before = _megabytes(page)
        clicks = page.evaluate(CLICK, CLICKS)
        told = {
            "seconds_until_usable": usable,
            **running(page),
            "frames_a_second_paused_and_panned": round(page.evaluate(PAN, SECONDS), 1),
            "click_ms_median": round(clicks[len(clicks) // 2], 1),
            "click_ms_worst": round(clicks[-1], 1),
            "page_megabytes": [before, _megabytes(page)],
        }
        browser.close()
        return told


if __name__ == "__main__":
    print(json.dumps(measure(sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8765")))
