"""Screenshots for docs/app.md: `python docs/app_pictures.py URL`, with `bmu app` running at URL."""

from __future__ import annotations

import io
import shutil
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

QUIET = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"]
FOLDER = Path(__file__).parent / "img" / "app"
LARGEST = 250_000  # bytes
PATIENCE_MS = 600_000
MONTHS = 20


def prepare(page: Page, url: str) -> None:
    """Open the treated menopause and live some months."""
    page.goto(url)
    page.wait_for_selector("canvas.face[data-painted]", timeout=PATIENCE_MS)
    page.select_option("select[aria-label=Scenario]", "hormone_therapy")
    page.wait_for_function(
        "document.querySelectorAll('.lane button').length > 1", timeout=PATIENCE_MS
    )
    page.evaluate("document.activeElement.blur()")
    for _ in range(MONTHS):
        day = int(page.get_attribute(".bmu", "data-day") or 0)
        page.keyboard.press("Shift+ArrowRight")
        page.wait_for_function(
            f"Number(document.querySelector('.bmu').dataset.day) >= {day + 30}",
            timeout=PATIENCE_MS,
        )
    page.wait_for_timeout(1500)


def write(picture: bytes, name: str) -> None:
    """Write a picture as well as the allowed size has room for."""
    whole, path = Image.open(io.BytesIO(picture)).convert("RGB"), FOLDER / f"{name}.webp"
    for quality in (92, 85, 75, 60):
        whole.save(path, quality=quality, method=6)
        if path.stat().st_size < LARGEST:
            return
    raise ValueError(f"{path} is larger than {LARGEST} bytes")


def shoot(page: Page, name: str) -> None:
    """Take one picture when the page has come to rest."""
    page.wait_for_timeout(2500)
    write(page.screenshot(), name)


def main(url: str) -> None:
    """Make all pictures."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as p:
        browser = p.chromium.launch(executable_path=shutil.which("chromium"), args=QUIET)
        page = browser.new_page(viewport={"width": 1440, "height": 1000})
        prepare(page, url)
        shoot(page, "light")
        page.keyboard.press("t")
        shoot(page, "dark")
        page.keyboard.press("t")
        page.keyboard.press("s")
        page.wait_for_timeout(2500)
        write(page.locator("section[aria-label=Section]").screenshot(), "section")
        for _ in range(4):
            page.keyboard.press("s")
        page.set_viewport_size({"width": 390, "height": 844})
        shoot(page, "phone")
        page.set_viewport_size({"width": 1440, "height": 1000})
        page.keyboard.press("2")
        page.wait_for_selector(".armBox:nth-child(2)", timeout=PATIENCE_MS)
        shoot(page, "two_arms")
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8765")
