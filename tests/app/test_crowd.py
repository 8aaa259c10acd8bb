"""Other patches in the background: lived in a process of their own, pooled by month."""

from __future__ import annotations

import time

import lives
import numpy as np
import pytest

from bmu_abm.app.crowd import Crowd

NAMES = ["month", "bmd_lumbar_spine_pct"]


@pytest.fixture
def crowd(tmp_path, monkeypatch):
    monkeypatch.setenv("BMU_CACHE_DIR", str(tmp_path))
    opened = Crowd(NAMES, lambda: None)
    yield opened
    opened.close()


def wait(crowd: Crowd, count: int, seconds: float = 300.0) -> list[dict]:
    begun = time.monotonic()
    while time.monotonic() - begun < seconds:
        bands = crowd.bands()
        if min(one["n"] for one in bands) >= count:
            return bands
        time.sleep(0.2)
    raise TimeoutError("the crowd does not come")


def test_pairs_without_treatment_do_not_differ(crowd):
    plan = lives.scenario(years=0.25)
    crowd.ask([plan, plan.with_settings({"title": "the same"})], 1, count=4)
    treated, untreated, difference = wait(crowd, 4)
    assert [row[0] for row in treated["mean"]] == [0, 1, 2, 3]
    assert treated["mean"] == untreated["mean"]
    assert np.abs(np.array(difference["mean"])[:, 1]).max() == 0
    assert [row[0] for row in difference["mean"]] == [0, 1, 2, 3]
    assert treated["low"] is not None and treated["low"][3][1] < treated["high"][3][1]


def test_nobody_is_shaded_before_there_are_enough():
    crowd = Crowd(NAMES, lambda: None)
    rows = [np.array([[0.0, 0.0], [1.0, float(r)]]) for r in range(3)]
    assert crowd._band(rows)["low"] is None
    assert crowd._band([*rows, rows[0]])["low"] is not None
