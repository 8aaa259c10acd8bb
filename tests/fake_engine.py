"""A small stand-in for the engine: cheap, deterministic, counts its steps, fails when asked to."""

from __future__ import annotations

import json
import os
import time
from types import SimpleNamespace

import numpy as np

from bmu_abm.host import shipped_host_table
from bmu_abm.scenario import Scenario

BURN_IN_DAYS = 73


def fake_scenario(trouble=None, host=None, **data):
    """A scenario on a tiny patch; `trouble` (raise_in, die_in: a replicate; sleep: s) goes along
    in its description.
    """
    woman = shipped_host_table("premenopausal_woman")
    table = {
        "title": "A fake",
        "description": json.dumps(trouble or {}),
        "host": woman | {"burn_in_years": BURN_IN_DAYS / 365} | (host or {}),
        "years": 1,
        "patch": "tiny",
    }
    return Scenario.from_dict(table | data, name="fake")


class FakeModel:
    """State is a few numbers."""

    steps = 0

    def __init__(self, scenario, rng, replicate=0):
        self.spec = scenario
        self.trabecula = SimpleNamespace(n_sites=2 * 40 * 40, site_um=10.0)
        self.day = -round(365 * scenario.host.burn_in_years)
        self.key = [int(rng), int(replicate)]
        self.treated = 0
        self.state = np.array([100.0, 0.0, 0.0])  # bone, flow since the last sample, its days
        self.sleep = 0.0

    def _wishes(self):
        text = self.spec.description
        return json.loads(text) if text.startswith("{") else {}

    def _fail(self, replicate):
        wish = self._wishes()
        self.sleep = wish.get("sleep", 0.0)
        if wish.get("raise_in") == replicate:
            raise RuntimeError("the fake broke\non purpose")
        if wish.get("die_in") == replicate:
            os._exit(9)

    def step(self):
        type(self).steps += 1
        if self.sleep:
            time.sleep(self.sleep)
        noise = np.random.default_rng([*self.key, self.day + 100_000]).normal()
        change = 0.01 * noise + 0.005 * self.treated
        self.state += [change, abs(change), 1.0]
        self.day += 1

    def sample(self):
        bone, flow, days = self.state
        self.state[1:] = 0.0
        rate = flow / max(days, 1.0)
        return {
            "bmd_lumbar_spine_pct": bone - 100.0,
            "resorption_ratio": rate,
            "ctx_ratio": 0.5 + rate,
            "bfr_bs_um_per_year": 10 * rate,
            "ms_bs": 0.1 * rate,
            "mar_um_per_day": 0.6 if rate else float("nan"),
            "n_osteoclast": float(int(100 * rate)),
        }

    def snapshot(self):
        meta = json.dumps({"day": self.day, "key": self.key, "data": self.spec.to_dict()}).encode()
        return {"state": self.state.copy(), "meta": np.frombuffer(meta, np.uint8)}

    @classmethod
    def restore(cls, snapshot):
        meta = json.loads(snapshot["meta"].tobytes())
        model = cls.__new__(cls)
        model.spec = Scenario.from_dict(meta["data"], name="fake")
        model.sleep = 0.0
        model.trabecula = SimpleNamespace(n_sites=2 * 40 * 40, site_um=10.0)
        model.day, model.key, model.treated = meta["day"], meta["key"], 0
        model.state = snapshot["state"].copy()
        return model

    def adopt(self, scenario):
        self.spec = scenario
        self._fail(self.key[1])

    def begin_treatment(self):
        self.day = 0
        self.state[0] = 100.0
        self.treated = len(self.spec.intervention)

    def profile(self, days):
        for _ in range(days):
            self.step()
        return {"all": 0.1}
