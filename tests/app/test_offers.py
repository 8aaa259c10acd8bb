"""What the page offers comes from the registries, and what it says is true."""

from __future__ import annotations

import json

import lives
import pytest

from bmu_abm.app import looking, words
from bmu_abm.app.catalog import everything, panels
from bmu_abm.app.crowd import interval
from bmu_abm.app.house import House
from bmu_abm.app.limits import Limits
from bmu_abm.app.static_files import SCRIPTS, joined, script, sheet
from bmu_abm.interventions import registry
from bmu_abm.parameters import REGISTRY


def test_every_intervention_and_parameter_is_offered():
    offers = everything()
    json.dumps(offers, allow_nan=False)
    assert [one["name"] for one in offers["interventions"]] == registry.names()
    assert [one["path"] for one in offers["parameters"]] == list(REGISTRY)
    dose = next(o for o in offers["interventions"] if o["name"] == "denosumab")["parameters"][
        "dose"
    ]
    assert dose["unit"] == "mg" and dose["low"] <= dose["default"] <= dose["high"]


def test_charts_draw_readouts_that_exist(opened):
    session = opened()
    for panel in panels():
        for column, _, _ in panel["lines"]:
            assert column in session.arms[0].history.points[0], column


def test_the_module_is_whole():
    assert "import " not in joined().split("`")[0]
    assert script().endswith("export default { render };\n")
    assert "replay" not in SCRIPTS and ".bmu" in sheet()


def test_nothing_comes_from_elsewhere():
    for text in (script(), sheet()):
        assert "http://" not in text.replace("http://www.w3.org/2000/svg", "")
        assert "cdn" not in text.lower()


@pytest.mark.parametrize("kind", looking.NAMES)
def test_a_cell_says_what_it_is_and_why(busy, kind):
    model = busy()
    rows = model.populations[kind].live
    if not len(rows):
        pytest.skip(f"no {kind} here")
    told = looking.cell(model, kind, int(rows["id"][0]) & 0xFFFFFFFF)
    assert told is not None and told["words"].endswith(".")
    assert any("pM" in value for _, value in told["facts"])


def test_a_dead_cell_says_nothing(busy):
    assert looking.cell(busy(), "osteoclast", 1) is None
    assert looking.cell(busy(), "nonsense", 1) is None


def test_the_column_of_a_site_is_as_thick_as_the_bone(busy):
    model = busy()
    told = looking.site(model, 1, 7, 9)
    thick = model.trabecula.thickness_nm()[9, model.trabecula.nx - 1 - 7] / 1000
    assert sum(one["um"] for one in told["column"]) == pytest.approx(thick, abs=0.2)


def test_the_sentence_names_month_event_and_number():
    plan = lives.scenario(intervention=[{"use": "denosumab", "start_month": 3, "stop_month": 9}])
    points = [{"day": d, "bmd_lumbar_spine_pct": d / 100} for d in range(0, 500, 5)]
    month, rest = words.sentence(plan, 335, points[:68], 2)
    assert month == "Month 11."
    assert "Denosumab was stopped 2 months ago" in rest
    assert "2 osteoclasts" in rest and "+3.4 %" in rest and "rising" in rest
    assert "begins in month 3" in words.sentence(plan, 0, points[:1], 0)[1]


def test_interval_of_pairs_covers_as_it_should():
    """Seeds 0 to 399: 95 % intervals over 16 values miss the truth in 2 to 9 % of cases."""
    import numpy as np

    missed = 0
    for seed in range(400):
        values = np.random.default_rng(seed).normal(3.0, 2.0, (16, 1))
        missed += abs(values.mean() - 3.0) > interval(values)[0]
    assert 8 <= missed <= 36


def test_a_full_house_turns_visitors_away(monkeypatch):
    class Chair:
        def __init__(self, scenario, limits, playing):
            self.closed, self.playing = False, playing
            self.session = type("Session", (), {"playing": True})()
            self.easel = type("Easel", (), {"silent_s": 0.0})()

        def close(self):
            self.closed = True

    monkeypatch.setitem(
        __import__("sys").modules, "bmu_abm.app.bench", type("M", (), {"Bench": Chair})
    )
    house = House(Limits(most_sessions=2))
    first, second = house.enter(), house.enter()
    assert first and second and house.enter() is None
    second.session.playing = False
    assert first.playing() == 1
    house.leave(first)
    assert first.closed and house.enter() is not None
    second.easel.silent_s = 1000.0
    assert house.enter() is not None and second.closed and len(house) == 2
