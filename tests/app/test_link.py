"""Links and uploads: they bring the same bone back, and hostile ones get one line."""

from __future__ import annotations

import base64
import io
import json
import re
import zlib

import lives
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from bmu_abm.app import taking
from bmu_abm.app.acts import Act
from bmu_abm.app.arm import state_hash
from bmu_abm.app.frame import View
from bmu_abm.app.link import Life, parse, write
from bmu_abm.app.toml_out import text_of
from bmu_abm.errors import InputError
from bmu_abm.scenario import Scenario
from bmu_abm.tomlfile import parse as parse_toml


def code(table) -> str:
    return base64.urlsafe_b64encode(zlib.compress(json.dumps(table).encode())).decode()


TINY = {"title": "x", "host": "young_man", "years": 1}
GOOD = {"v": 1, "scenario": "healthy", "seed": 1, "acts": [], "day": 0}


def test_a_link_comes_back():
    act = Act(30, "plan", {"years": 3})
    life = parse(write(Life(Scenario.load("estrogen_loss"), 7, [act], 90)))
    assert (life.scenario.name, life.seed, life.acts, life.day) == ("estrogen_loss", 7, [act], 90)


def test_a_link_shows_the_same_state(opened):
    session = opened()
    session.step(20).result()
    session.touch({"tool": "stem_cells", "face": 0, "x": 9, "y": 9, "radius": 4}).result()
    session.plan({"intervention": [{"use": "denosumab", "start_month": 1}]}).result()
    session.step(40).result()
    life = parse(session.ask(lambda: taking.link(session)))
    fresh = opened(seed=5)
    fresh.open(life.scenario, life.seed, life.acts, life.day).result()
    hashes = [one.ask(lambda one=one: state_hash(one.model)) for one in (session, fresh)]
    assert hashes[0] == hashes[1] and not fresh.notices


def deep(levels: int):
    value: list = []
    for _ in range(levels):
        value = [value]
    return value


HOSTILE = [
    "", "x", "<script>alert(1)</script>", "../../etc/passwd", "A" * 70_000, "%00", "ü" * 50,
    base64.urlsafe_b64encode(zlib.compress(b"0" * 50_000_000)).decode(),
    base64.urlsafe_b64encode(zlib.compress(b"[" * 100_000)).decode(),
    base64.urlsafe_b64encode(zlib.compress(b'{"v": NaN}')).decode(),
    base64.urlsafe_b64encode(zlib.compress(b"\xff\xfe")).decode(),
    code([]), code({}), code(GOOD | {"v": 2}), code(GOOD | {"seed": -1}),
    code(GOOD | {"seed": 1e308}),
    code(GOOD | {"seed": True}), code(GOOD | {"day": 10**9}), code(GOOD | {"day": "0"}),
    code(GOOD | {"scenario": "../healthy"}), code(GOOD | {"scenario": "/etc/passwd"}),
    code(GOOD | {"scenario": 5}), code(GOOD | {"scenario": {}}),
    code(GOOD | {"scenario": deep(10)}),
    code(GOOD | {"scenario": {"title": "x", "host": "../../x", "years": 1}}),
    code(GOOD | {"scenario": {"title": "x", "host": "young_man", "years": 1e99}}),
    code(GOOD | {"scenario": TINY | {"patch": {"sites": 10**9}}}),
    code(GOOD | {"acts": deep(40)}), code(GOOD | {"acts": [1]}), code(GOOD | {"acts": {}}),
    code(GOOD | {"acts": [{"day": -1, "kind": "plan", "data": {}}]}),
    code(GOOD | {"acts": [{"day": 0, "kind": "exec", "data": {}}]}),
    code(GOOD | {"acts": [{"day": 0, "kind": "plan", "data": "rm"}]}),
    code(GOOD | {"acts": [{"day": 0, "kind": "plan", "data": {}}] * 500}),
]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_link_gets_one_line(text):
    with pytest.raises(InputError) as told:
        parse(text)
    assert "\n" not in str(told.value) and len(str(told.value)) < 1300


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=200))
def test_no_text_breaks_a_link(text):
    with pytest.raises(InputError):
        parse(text)


def test_hostile_deeds_are_refused_when_they_act(opened):
    session = opened()
    acts = [Act(0, "touch", {"tool": "rm -rf", "face": 9, "x": 1e9, "y": 0, "radius": 1})]
    session.open(session.base, 1, acts, 5).result()
    assert len(session.notices) == 1
    session.step(1).result()


@pytest.mark.parametrize("name", ["healthy", "hormone_therapy", "stem_cells", "ovx_mouse"])
def test_scenario_out_and_in_is_the_same(name):
    spec = Scenario.load(name)
    back = Scenario.from_dict(parse_toml(text_of(spec, 5), "x").data)
    assert back.to_dict() == spec.to_dict() | {"seed": 5}


def test_own_host_out_and_in_is_the_same():
    spec = lives.scenario(title='A "quoted" name é')
    back = Scenario.from_dict(parse_toml(text_of(spec, 1), "x").data)
    assert back.host == spec.host and back.title == spec.title


@pytest.mark.parametrize(
    "what", ["csv", "parquet", "toml", "png", "svg", "gif", "report", "replay"]
)
def test_everything_can_be_taken_away(opened, what):
    session = opened()
    session.step(65).result()
    name, _, data = session.ask(lambda: taking.take(session, what, View(row=3)))
    assert len(data) > 200 and "/" not in name
    if what == "csv":
        lines = data.decode().splitlines()
        assert lines[0].startswith("arm,seed,month,") and len(lines) == 4
    if what == "parquet":
        table = pd.read_parquet(io.BytesIO(data))
        assert list(table.columns[:3]) == ["arm", "seed", "month"] and len(table) == 3
        assert table.iloc[-1]["month"] == 2.0
    if what == "gif":
        film = Image.open(io.BytesIO(data))
        assert film.n_frames == 34  # every second day of 65, and both ends
        assert film.size[0] == 2 * 320 + 8
    if what in ("report", "replay"):
        text = data.decode()
        assert not re.search(r"""\s(src|href)=["']https?:|@import|url\(|fetch\(""", text)


def test_nothing_else_can_be_taken(opened):
    session = opened()
    with pytest.raises(InputError):
        session.ask(lambda: taking.take(session, "/etc/passwd", View()))


@pytest.mark.parametrize("what", ["report", "replay"])
def test_a_hostile_title_stays_text(opened, what):
    session = opened(lives.scenario(title="</script><script>alert(1)</script><!--<script>"))
    session.step(35).result()
    text = session.ask(lambda: taking.take(session, what, View(row=3)))[2].decode()
    assert "<script>alert" not in text and "<!--" not in text
