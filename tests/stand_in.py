"""Studies over small stand-ins for the engine whose answers are known."""

from __future__ import annotations

import math

from bmu_abm.batch.study import Study
from fake_engine import FakeModel, fake_scenario

GATE = "parameters.osteoclast.gate_rankl_pm"
LOAD = {"host.load": {"values": [0.8, 1.0, 1.2]}}


def study_table(trouble=None, **data):
    """A study over the fake: three loads, two replicates, a quarter of a year."""
    scenario = fake_scenario(trouble, years=0.25).to_dict()
    table = {"title": "A study", "scenario": scenario, "replicates": 2, "parameters": LOAD}
    return table | data


def study(trouble=None, **data):
    return Study.from_dict(study_table(trouble, **data))


class LoadModel(FakeModel):
    """Its density follows the load: 10 % for a load of 1 more."""

    def sample(self):
        row = super().sample()
        return row | {
            "bmd_lumbar_spine_pct": row["bmd_lumbar_spine_pct"] + 10 * (self.spec.host.load - 1)
        }


ISHIGAMI = ("host.load", "host.immune_tone", "host.renal_function")
ISHIGAMI_RANGE = {path: {"low": 0.5, "high": 1.5} for path in ISHIGAMI}
# Ishigami and Homma 1990, a = 7 and b = 0.1: first-order and total indices.
ISHIGAMI_INDICES = {"S1": (0.3139, 0.4424, 0.0), "ST": (0.5576, 0.4424, 0.2437)}


class IshigamiModel(FakeModel):
    """Its density is Ishigami's function of three numbers of the host; it does not live."""

    def step(self):
        self.day += 1

    def sample(self):
        host = self.spec.host
        x, y, z = (
            2 * math.pi * (value - 1)
            for value in (host.load, host.immune_tone, host.renal_function)
        )
        value = math.sin(x) + 7 * math.sin(y) ** 2 + 0.1 * z**4 * math.sin(x)
        return {"bmd_lumbar_spine_pct": value}
