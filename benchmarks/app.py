"""How fast the browser app is, in a real Chromium on this machine.

`python benchmarks/app.py` starts its own servers and measures all; `--only running click` some;
`--out FILE.md` also writes a table. Beside what the clock says stands the processor time of a
frame, of the server and of the browser, which depends less on what else the machine does.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

QUIET = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"]
SCREEN = {"width": 1440, "height": 900}
SECONDS, CLICKS, FRAMES, SESSIONS, VISITORS = 10.0, 50, 2000, 10, 40
PATIENCE_MS = 180_000
BARS = {
    "seconds_until_usable": "at most 3",
    "frames_a_second_running": "at least 20",
    "frames_a_second_paused_and_panned": "at least 30",
    "click_ms_median": "at most 100",
    "click_ms_worst": "at most 250",
    "page_growth_pct": "at most 10",
    "server_growth_pct": "at most 10",
    "slowest_session_frames_a_second": "at least 5",
    "session_click_ms_worst": "at most 400",
    "server_mib_a_session": "at most 60",
    "crosstalk": "none",
    "visitors_served_or_refused": f"all {VISITORS}",
}
CLICK = """async ([clicks, rest]) => {
  const button = document.querySelector('button.play'), root = document.querySelector('.bmu');
  const out = [];
  for (let i = 0; i < clicks; i++) {
    const want = String(root.dataset.playing !== 'true'), begun = performance.now();
    button.click();
    while (root.dataset.playing !== want) await new Promise((done) => setTimeout(done, 1));
    await new Promise(requestAnimationFrame);
    out.push(performance.now() - begun);
    await new Promise((done) => setTimeout(done, rest));
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


class Server:
    """`bmu app` on a free port, with what it uses of the machine."""

    def __init__(self, *options: str) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.address = f"http://127.0.0.1:{port}/"
        command = [sys.executable, "-m", "bmu_abm", "app", "--port", str(port), "--no-browser"]
        self._process = subprocess.Popen([*command, *options])
        self.pid = self._process.pid
        self._wait()

    def _wait(self) -> None:
        while self._process.poll() is None:
            try:
                urllib.request.urlopen(f"{self.address}readyz", timeout=2)
                return
            except OSError:
                time.sleep(0.3)
        raise RuntimeError("bmu app did not start")

    def alive(self) -> bool:
        return self._process.poll() is None

    def close(self) -> None:
        self._process.terminate()
        self._process.wait(20)


def cpu_s(pid: int) -> float:
    """Return the processor time of a process."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def mib(pid: int) -> float:
    """Return the memory of a process that is its own (MiB)."""
    text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    kinds = ("Private_Clean:", "Private_Dirty:", "Swap:")
    kilobytes = [int(line.split()[1]) for line in text.splitlines() if line.startswith(kinds)]
    return sum(kilobytes) / 1024


def children(pid: int) -> list[int]:
    """Return all processes that a process has started, and theirs."""
    found = []
    for folder in Path("/proc").iterdir():
        try:
            if folder.name.isdigit() and int(_stat(folder)[1]) == pid:
                found += [int(folder.name), *children(int(folder.name))]
        except OSError:
            continue
    return found


def _stat(folder: Path) -> list[str]:
    return (folder / "stat").read_text().rsplit(")", 1)[1].split()


def browser_cpu_s() -> float:
    """Return the processor time of all processes of the browser."""
    total = 0.0
    for pid in children(os.getpid()):
        try:
            if "chrom" in Path(f"/proc/{pid}/comm").read_text():
                total += cpu_s(pid)
        except OSError:
            continue
    return total


def painted(page: Page) -> int:
    return int(page.get_attribute("canvas.face", "data-painted") or 0)


def day(page: Page) -> int:
    return int(page.get_attribute(".bmu", "data-day") or 0)


def heap_mb(page: Page) -> float:
    page.context.new_cdp_session(page).send("HeapProfiler.collectGarbage")
    return float(page.evaluate("performance.memory.usedJSHeapSize")) / 1e6


def opened(browser: Browser, address: str) -> Page:
    page = browser.new_context(viewport=SCREEN).new_page()
    page.goto(address, timeout=PATIENCE_MS)
    page.wait_for_selector("canvas.face[data-painted]", timeout=PATIENCE_MS)
    page.wait_for_selector(".bmu[data-day]", timeout=PATIENCE_MS)
    return page


def usable(browser: Browser, server: Server) -> dict[str, Any]:
    """Seconds from navigation to a bone that can be used; the second of two profiles."""
    for _ in range(2):
        begun = time.monotonic()
        page = opened(browser, server.address)
        seconds = time.monotonic() - begun
        page.context.close()
    return {"seconds_until_usable": round(seconds, 2)}


def running(browser: Browser, server: Server) -> dict[str, Any]:
    """Painted frames at 30 days a second."""
    page = opened(browser, server.address)
    page.click("button.play")
    time.sleep(3)
    first, begun_day, begun = painted(page), day(page), time.monotonic()
    spent = [cpu_s(server.pid), browser_cpu_s()]
    time.sleep(SECONDS)
    seconds, frames = time.monotonic() - begun, max(1, painted(page) - first)
    told = {
        "frames_a_second_running": round(frames / seconds, 1),
        "days_a_second": round((day(page) - begun_day) / seconds, 1),
        "server_cpu_ms_a_frame": round(1000 * (cpu_s(server.pid) - spent[0]) / frames, 1),
        "browser_cpu_ms_a_frame": round(1000 * (browser_cpu_s() - spent[1]) / frames, 1),
    }
    page.context.close()
    return told


def panning(browser: Browser, server: Server) -> dict[str, Any]:
    """Painted frames while the bone rests and the map is dragged."""
    page = opened(browser, server.address)
    time.sleep(1)
    told = {"frames_a_second_paused_and_panned": round(page.evaluate(PAN, SECONDS), 1)}
    page.context.close()
    return told


def click(browser: Browser, server: Server) -> dict[str, Any]:
    """Milliseconds from a click on play or pause until the server's answer is painted."""
    page = opened(browser, server.address)
    time.sleep(1)
    clicks = page.evaluate(CLICK, [CLICKS, 200])
    page.context.close()
    middle, worst = clicks[len(clicks) // 2], clicks[-1]
    return {"click_ms_median": round(middle, 1), "click_ms_worst": round(worst, 1)}


def memory(browser: Browser, server: Server) -> dict[str, Any]:
    """Growth over many frames, once a bone is there and the first year has been lived."""
    page = opened(browser, server.address)
    page.click("button.play")
    until_painted(page, 300)
    heap, own = heap_mb(page), mib(server.pid)
    until_painted(page, 300 + FRAMES)
    heap_after, own_after = heap_mb(page), mib(server.pid)
    page.context.close()
    return {
        "frames": FRAMES,
        "page_mb": [round(heap, 1), round(heap_after, 1)],
        "page_growth_pct": round(100 * (heap_after / heap - 1), 1),
        "server_mib": [round(own, 1), round(own_after, 1)],
        "server_growth_pct": round(100 * (own_after / own - 1), 1),
    }


def until_painted(page: Page, count: int) -> None:
    """Wait for frames; at the end of the plan begin again."""
    while painted(page) < count:
        if page.get_attribute(".bmu", "data-playing") != "true":
            page.keyboard.press("r")
            time.sleep(1)
            page.click("button.play")
        time.sleep(0.5)


def sessions(browser: Browser, server: Server) -> dict[str, Any]:
    """Ten visitors at once, each with a seed and a treatment of their own."""
    first = opened(browser, server.address)
    alone = mib(server.pid)
    pages = [first, *(opened(browser, server.address) for _ in range(SESSIONS - 1))]
    marks = [mark(page, number) for number, page in enumerate(pages)]
    for page in pages:
        page.click("button.play")
    time.sleep(3)
    counts, begun = [painted(page) for page in pages], time.monotonic()
    time.sleep(SECONDS)
    later, seconds = [painted(page) for page in pages], time.monotonic() - begun
    rates = [(b - a) / seconds for a, b in zip(counts, later, strict=True)]
    clicks = [page.evaluate(CLICK, [6, 100])[-1] for page in pages]
    mixed = sum(seen(page) != one for page, one in zip(pages, marks, strict=True))
    told = {
        "sessions": SESSIONS,
        "slowest_session_frames_a_second": round(min(rates), 1),
        "mean_session_frames_a_second": round(sum(rates) / len(rates), 1),
        "session_click_ms_worst": round(max(clicks), 1),
        "server_mib_a_session": round((mib(server.pid) - alone) / (SESSIONS - 1), 1),
        "crosstalk": "none" if mixed == 0 else f"{mixed} of {SESSIONS}",
    }
    for page in pages:
        page.context.close()
    return told


def mark(page: Page, number: int) -> tuple[str, int]:
    """Give a visitor a seed, and as many treatments as their number says, up to three."""
    before = page.inner_text(".seed b")
    page.keyboard.press("n")
    page.wait_for_function(
        f"document.querySelector('.seed b').textContent !== '{before}' && "
        "document.querySelector('.growth').hidden",
        timeout=PATIENCE_MS,
    )
    for count in range(number % 4):
        page.keyboard.press("a")
        page.click("dialog .mainAct")
        page.wait_for_function(
            f"document.querySelectorAll('.lane button').length === {count + 1}",
            timeout=PATIENCE_MS,
        )
    return seen(page)


def seen(page: Page) -> tuple[str, int]:
    """Return seed and number of treatments that a page shows."""
    return page.inner_text(".seed b"), len(page.query_selector_all(".lane button"))


def crowd(browser: Browser, server: Server) -> dict[str, Any]:
    """Up to forty visitors: each is served, or politely refused, and the server stays up."""
    contexts, served, refused = [], 0, 0
    for _ in range(VISITORS):
        context = browser.new_context(viewport={"width": 800, "height": 600})
        contexts.append(context)
        page = context.new_page()
        page.goto(server.address, timeout=PATIENCE_MS)
        page.wait_for_function(
            "document.querySelector('canvas.face[data-painted]') || "
            "document.body.innerText.includes('The house is full')",
            timeout=PATIENCE_MS,
        )
        full = "The house is full" in page.inner_text("body")
        served, refused = served + (not full), refused + full
    told = {
        "visitors_served_or_refused": f"{served} served, {refused} refused",
        "server_up": server.alive(),
        "server_mib_with_all": round(mib(server.pid), 1),
    }
    for context in contexts:
        context.close()
    return told


ALONE: dict[str, Callable[[Browser, Server], dict[str, Any]]] = {
    "usable": usable, "running": running, "panning": panning, "click": click, "memory": memory,
}  # fmt: skip
CLASS = {"sessions": sessions, "crowd": crowd}


def measure(only: list[str]) -> dict[str, Any]:
    """Run what was asked for, single visitors and the class each on a server of its own."""
    told: dict[str, Any] = {}
    with sync_playwright() as p:
        for parts, options in ((ALONE, ()), (CLASS, ("--class",))):
            wanted = {name: part for name, part in parts.items() if name in only}
            if not wanted:
                continue
            server = Server(*options)
            browser = p.chromium.launch(executable_path=shutil.which("chromium"), args=QUIET)
            for name, part in wanted.items():
                told |= part(browser, server)
                print(name, "done", file=sys.stderr, flush=True)
            browser.close()
            server.close()
    return told


def table(told: dict[str, Any]) -> str:
    """Return the results as Markdown."""
    when = datetime.now(UTC).strftime("%Y-%m-%d")
    load = ", ".join(f"{one:.1f}" for one in os.getloadavg())
    rows = "\n".join(
        f"| {name.replace('_', ' ')} | {_text(value)} | {BARS.get(name, '')} |"
        for name, value in told.items()
    )
    return (
        "# Speed of the browser app\n\n"
        f"`python benchmarks/app.py --out FILE`, {when}, {os.cpu_count()} cores, no GPU, server "
        f"and headless Chromium on the same machine; load averages at the end {load}.\n\n"
        f"| what | measured | bar |\n|---|---|---|\n{rows}\n"
    )


def _text(value: Any) -> str:
    return " to ".join(map(str, value)) if isinstance(value, list) else str(value)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    everything = [*ALONE, *CLASS]
    parser.add_argument("--only", nargs="+", choices=everything, default=everything)
    parser.add_argument("--out", type=Path, metavar="FILE.md", help="also write a table")
    options = parser.parse_args()
    told = measure(options.only)
    print(json.dumps(told, indent=1))
    if options.out:
        options.out.write_text(table(told), encoding="utf-8")


if __name__ == "__main__":
    main()
