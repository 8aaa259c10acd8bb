"""A hundred hostile links, uploads and messages: each gets one line, and no file is touched."""

from __future__ import annotations

import base64
import json
import os
import sys
import sysconfig
import tempfile
import zlib
from pathlib import Path

import lives
import pytest

import bmu_abm
from bmu_abm.app.bench import Bench

SCRIPT = "<script>alert(1)</script>"
TINY = {"title": "x", "host": "young_man", "years": 1}
GOOD = {"v": 1, "scenario": "healthy", "seed": 1, "acts": [], "day": 0}
HEAD = 'title = "x"\nhost = "young_man"\n'


def packed(data: bytes) -> str:
    return base64.urlsafe_b64encode(zlib.compress(data)).decode()


def code(**changes) -> str:
    return packed(json.dumps(GOOD | changes).encode())


def deep(levels: int):
    value: list = []
    for _ in range(levels):
        value = [value]
    return value


def act(kind="plan", data=None, day=0):
    return code(acts=[{"day": day, "kind": kind, "data": data}])


def scenario(**changes) -> str:
    return code(scenario=TINY | changes)


LINKS = [
    "", "x", SCRIPT, "javascript:alert(1)", "../../etc/passwd", "..%2f..%2fetc%2fpasswd",
    "file:///etc/passwd", "A" * 70_000, "%00", "\0\0\0\0", "ü" * 50, "=" * 64, "-_" * 40,
    packed(b"0" * 50_000_000), packed(b"[" * 100_000), packed(b'{"a":' * 50_000),
    packed(b'{"v": NaN}'), packed(b'{"v": Infinity}'), packed(b'{"v": -Infinity}'),
    packed(b"\xff\xfe"), packed(b""), packed(b"null"), packed(b"[]"), packed(b"{}"),
    packed(b'{"v": 1' + b"0" * 5000 + b"}"), packed(b'{"v": 1e400}'), packed(b"\x1f\x8b" * 9),
    code(v=2), code(v="1"), code(v=None), code(v=True), code(v=[1]),
    code(seed=-1), code(seed=1e308), code(seed=True), code(seed="1"), code(seed=10**30),
    code(seed=None), code(day=10**9), code(day="0"), code(day=-5), code(day=0.5),
    code(scenario="../healthy"), code(scenario="/etc/passwd"), code(scenario="healthy.toml"),
    code(scenario=SCRIPT), code(scenario=""), code(scenario="C:\\boot.ini"), code(scenario=5),
    code(scenario={}), code(scenario=deep(10)), code(scenario=None), code(scenario="a" * 9000),
    scenario(host="../../x"), scenario(host="/etc/passwd"), scenario(host=SCRIPT),
    scenario(host={"made_from": "/etc/passwd"}), scenario(years=1e99), scenario(years=-1),
    scenario(years="1"), scenario(patch={"sites": 10**9}), scenario(patch={"sites": -5}),
    scenario(patch=[10**9, 10**9]), scenario(patch="../tiny"), scenario(parameters={"x": 1}),
    scenario(parameters={"osteoclast.erosion_um_per_day": 1e9}), scenario(parameters=[]),
    scenario(intervention=[{"use": "/etc/passwd"}]), scenario(intervention=[{"use": SCRIPT}]),
    scenario(intervention=[{"use": "denosumab", "dose": 1e300}]),
    scenario(intervention=[{"use": "denosumab", "start_month": -9}]),
    scenario(intervention="denosumab"), scenario(steps_per_day=10**6), scenario(replicates=10**9),
    scenario(unknown=1), scenario(title=["x"]), scenario(title=5),
    code(acts=deep(40)), code(acts=[1]), code(acts={}), code(acts="x"),
    act(day=-1, data={}), act(day=10**7, data={}), act(day=True, data={}), act("exec", {}),
    act(data="rm"), act(data=None), act(kind=SCRIPT, data={}),
    code(acts=[{"day": 0, "kind": "plan", "data": {}}] * 500),
]  # fmt: skip
UPLOADS = [
    "", SCRIPT, "\0", "[" * 5000, "a = " + "[" * 3000 + "]" * 3000, "x" * 1_000_001, "= 1",
    "title = ", HEAD, HEAD + "years = nan", HEAD + "years = inf", HEAD + "years = -1",
    HEAD + "years = 1e99", HEAD + "years = 1" + "0" * 4000, HEAD + 'years = "1"',
    HEAD + 'years = 1\npatch = "../../etc"', HEAD + "years = 1\npatch = 1000000000",
    HEAD + "years = 1\nseed = -1", HEAD + "years = 1\nsteps_per_day = 0",
    HEAD + "years = 1\n[parameters]\nno_such = 1", HEAD + "years = 1\nyears = 2",
    'title = "x"\nhost = "../../../etc/passwd"\nyears = 1',
    'title = "x"\nhost = "/dev/zero"\nyears = 1',
    HEAD + 'years = 1\n[[intervention]]\nuse = "../../x"',
    HEAD + 'years = 1\n[[intervention]]\nuse = "denosumab"\ndose = nan',
    HEAD + 'years = 1\n[[intervention]]\nuse = "denosumab"\nstart_month = 1e300',
    HEAD + "years = 1\n" + "[[intervention]]\nuse = 'denosumab'\n" * 5000,
    "\ufeff" + SCRIPT, "a.b.c.d = 1\n" * 1000, 'title = "' + SCRIPT * 1000,
]  # fmt: skip
MESSAGES = [
    {"do": "open", "scenario": "../healthy"}, {"do": "open", "scenario": "/etc/passwd"},
    {"do": "open", "scenario": SCRIPT}, {"do": "open", "scenario": None}, {"do": "open"},
    {"do": "open_host", "host": "../x"}, {"do": "open_host", "host": {"a": 1}},
    {"do": "open_host", "host": "young_man", "patch": 10**9},
    {"do": "open_text", "text": None}, {"do": "open_text", "text": ["x"]},
    {"do": "take", "what": "../../etc/passwd"}, {"do": "take", "what": None},
    {"do": "take", "what": {"csv": 1}}, {"do": "plan", "data": "x"}, {"do": "plan"},
    {"do": "plan", "data": {"host": "young_man"}}, {"do": "plan", "data": {"years": 1e99}},
    {"do": "plan", "data": {"intervention": [{"use": SCRIPT}]}},
    {"do": "plan", "data": {"parameters": {"osteoclast.erosion_um_per_day": -1}}},
    {"do": "touch", "data": {"tool": "rm -rf", "face": 0, "x": 1, "y": 1, "radius": 3}},
    {"do": "touch", "data": {"tool": "microcrack", "face": 9, "x": 1, "y": 1, "radius": 3}},
    {"do": "touch", "data": {"tool": "microcrack", "face": 0, "x": 10**12, "y": 1, "radius": 3}},
    {"do": "touch", "data": {"tool": "microcrack", "face": 0, "x": 1, "y": 1, "radius": 10**6}},
    {"do": "view", "stain": SCRIPT}, {"do": "view", "theme": "../dark"},
    {"do": "view", "field": "/etc/passwd"}, {"do": "view", "row": "x"},
    {"do": "speed", "days_a_second": "fast"}, {"do": "go_to", "day": "x"},
    {"do": "step", "days": "x"}, {"do": "choose", "kind": "cell"},
    {"do": "follow", "on": True}, {"do": "taken", "number": "x"},
]  # fmt: skip
HOSTILE = [
    *({"do": "open_link", "text": text} for text in LINKS),
    *({"do": "open_text", "text": text} for text in UPLOADS),
    *MESSAGES,
]
_TOUCHED: list[str] = []
_WATCHING = [False]


def _note(event: str, how: tuple) -> None:
    if _WATCHING[0] and event == "open" and isinstance(how[0], str | bytes | os.PathLike):
        _TOUCHED.append(os.fsdecode(how[0]))
    if _WATCHING[0] and event in ("os.remove", "os.rename", "os.mkdir", "subprocess.Popen"):
        _TOUCHED.append(f"{event} {how[0]}")


sys.addaudithook(_note)


@pytest.fixture(scope="module")
def bench():
    opened = Bench(lives.scenario(years=2), 1)
    opened.session.ask(lambda: None, 300)
    yield opened
    opened.close()


def allowed(path: str) -> bool:
    """Whether a file belongs to Python, to the package, or to a temporary folder."""
    own = Path(bmu_abm.__file__).parents[2]
    roots = [own, sysconfig.get_paths()["stdlib"], sys.prefix, sys.base_prefix]
    roots += [tempfile.gettempdir()]
    return any(Path(path).resolve().is_relative_to(Path(root).resolve()) for root in roots)


@pytest.mark.parametrize("message", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_input_gets_one_line_and_touches_no_file(bench, monkeypatch, message):
    told: list[dict] = []
    monkeypatch.setattr(bench, "send", lambda content, buffers=None: told.append(content))
    state = bench.session.ask(lambda: (bench.session.day, bench.session.seed))
    _TOUCHED.clear()
    _WATCHING[0] = True
    try:
        bench._hear(None, message, [])
        bench.session.ask(lambda: None)
    finally:
        _WATCHING[0] = False
    notices = [one["text"] for one in told if one["kind"] == "notice"]
    assert len(notices) == 1
    assert "\n" not in notices[0] and len(notices[0]) < 1500
    assert not any(one["kind"] in ("file", "link") for one in told)
    assert [path for path in _TOUCHED if not allowed(path)] == []
    assert bench.session.ask(lambda: (bench.session.day, bench.session.seed)) == state


def test_there_are_more_than_a_hundred():
    assert len(HOSTILE) > 100


@pytest.mark.parametrize("content", [None, 5, "play", [], {}, {"do": None}, {"do": "__init__"}])
def test_what_is_no_message_is_not_heard(bench, content):
    bench._hear(None, content, [])
    assert bench.session.ask(lambda: bench.session.day) == 0
