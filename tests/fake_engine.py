"""A small stand-in for the engine and for scenarios: cheap, deterministic, counts its steps."""

from __future__ import annotations

import copy
import json
import os
import time
from types import SimpleNamespace

import numpy as np

SHIPPED: dict[str, dict] = {}


class FakeScenario:
    def __init__(self, data: dict, name: str = "fake"):
        base = {
            "title": "A fake",
            "host": {"name": "woman", "burn_in_years": 0.2, "made_from": None},
            "years": 1,
            "patch": "tiny",
            "seed": 1,
            "replicates": 2,
            "sample_every_days": None,
            "steps_per_day": 1,
            "parameters": {},
            "intervention": [],
        }
        self.data = base | copy.deepcopy(data)
        self.name = name
        for key, value in self.data.items():
            if key != "host":
                setattr(self, key, value)
        host = self.data["host"]
        origin = host.get("made_from")
        self.host = SimpleNamespace(**{k: v for k, v in host.items() if k != "made_from"})
        self.host.made_from = SimpleNamespace(**origin) if origin else None

    @classmethod
    def from_dict(cls, data, source="test"):
        return cls(data)

    @classmethod
    def load(cls, name):
        return cls(SHIPPED[name], name)

    def to_dict(self):
        return copy.deepcopy(self.data)

    def burn_in_key(self):
        return {k: self.data[k] for k in ("host", "patch", "parameters", "steps_per_day")}

    def label_warnings(self):
        return ["fake: past 24 months"] if self.years > 2 else []


class FakeModel:
    """State is a few numbers; `parameters` of the scenario may ask for trouble."""

    steps = 0

    def __init__(self, scenario, rng, replicate=0):
        self.spec = scenario
        self.trabecula = SimpleNamespace(n_sites=2 * 40 * 40, site_um=10.0)
        self.day = -round(365 * scenario.host.burn_in_years)
        self.key = [int(rng), int(replicate)]
        self.treated = 0
        self.state = np.array([100.0, 0.0, 0.0])  # bone, flow since the last sample, its days
        self._trouble(int(replicate))

    def _trouble(self, replicate):
        wish = self.spec.parameters
        if wish.get("raise_in") == replicate:
            raise RuntimeError("the fake broke\non purpose")
        if wish.get("die_in") == replicate:
            os._exit(9)

    def step(self):
        type(self).steps += 1
        if "sleep" in self.spec.parameters:
            time.sleep(self.spec.parameters["sleep"])
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
        meta = json.dumps({"day": self.day, "key": self.key, "data": self.spec.data}).encode()
        return {"state": self.state.copy(), "meta": np.frombuffer(meta, np.uint8)}

    @classmethod
    def restore(cls, snapshot):
        meta = json.loads(snapshot["meta"].tobytes())
        model = cls.__new__(cls)
        model.spec = FakeScenario(meta["data"])
        model.trabecula = SimpleNamespace(n_sites=2 * 40 * 40, site_um=10.0)
        model.day, model.key, model.treated = meta["day"], meta["key"], 0
        model.state = snapshot["state"].copy()
        return model

    def adopt(self, scenario):
        self.spec = scenario

    def begin_treatment(self):
        self.day = 0
        self.state[0] = 100.0
        self.treated = len(self.spec.intervention)

    def profile(self, days):
        for _ in range(days):
            self.step()
        return {"all": 0.1}
