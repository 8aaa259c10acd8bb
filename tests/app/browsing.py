"""A server of the app and a Chromium for the tests that need a real page."""

from __future__ import annotations

import importlib.util
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import lives
import pytest

from bmu_abm.app.toml_out import text_of

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
QUIET = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]  # fmt: skip
PATIENCE_MS = 90_000
LATER = "Number(document.querySelector('.bmu').dataset.day) >= {}"
AXE = Path(__file__).parent / "node_modules" / "axe-core" / "axe.min.js"

_lacks = CHROMIUM is None or importlib.util.find_spec("playwright") is None
needs_chromium = pytest.mark.skipif(_lacks, reason="no Chromium or no Playwright here")
needs_axe = pytest.mark.skipif(
    not AXE.exists(), reason="axe-core is not installed: npm install --prefix tests/app"
)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Served:
    """`bmu app` with a tiny bone, in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._port = folder, free_port()
        self.address = f"http://127.0.0.1:{self._port}/"
        file = folder / "small_bone.toml"
        file.write_text(text_of(lives.scenario(), 1))
        self._command = [sys.executable, "-m", "bmu_abm", "app", "--port", str(self._port)]
        self._command += ["--no-browser", "--scenario", str(file)]
        self._process: subprocess.Popen | None = None

    def start(self) -> None:
        environment = {**os.environ, "BMU_CACHE_DIR": str(self._folder / "cache")}
        self._process = subprocess.Popen(self._command, env=environment)
        wait_for(f"{self.address}readyz")

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(20)


def wait_for(url: str, seconds: float = 240.0) -> None:
    begun = time.monotonic()
    while time.monotonic() - begun < seconds:
        try:
            urllib.request.urlopen(url, timeout=2)
            return
        except OSError:
            time.sleep(0.3)
    raise TimeoutError(url)


def day(page) -> int:
    return int(page.get_attribute(".bmu", "data-day"))


def until(page, condition: str) -> None:
    page.wait_for_function(condition, timeout=PATIENCE_MS)


def settled(page) -> None:
    """Wait until the page shows a bone."""
    page.wait_for_selector("canvas.face[data-painted]", timeout=PATIENCE_MS)
    page.wait_for_selector(".bmu[data-day]", timeout=PATIENCE_MS)


def outsiders(page) -> list[str]:
    """Return what the page asked of anybody but this machine."""
    inside = ("http://127.0.0.1:", "ws://127.0.0.1:", "data:", "blob:")
    return [url for url in page.asked if not url.startswith(inside)]
