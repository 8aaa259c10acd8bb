"""A small stand-in for what the engine declares, and an environment that writes down its calls."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import bmu_abm
from bmu_abm import known
from bmu_abm.interventions import registry
from bmu_abm.network.declared import LEVELS

PARAMETERS = {
    "osteoclast.matrix_activity": SimpleNamespace(low=0.0, high=2.0, unit="1", live=True),
    "osteoclast.erosion_um_per_day": SimpleNamespace(low=1.0, high=15.0, unit="um/day", live=True),
    "osteocyte.density_per_mm3": SimpleNamespace(low=8e3, high=2e4, unit="1/mm3", live=False),
    "osteocyte.rankl_pm": SimpleNamespace(low=0.0, high=100.0, unit="pM", live=True),
    "osteocyte.call_memory_days": SimpleNamespace(low=10.0, high=2000.0, unit="day", live=True),
    "osteocyte.opg_age_slope": SimpleNamespace(low=0.0, high=5.0, unit="1", live=True),
    "osteoclast.gate_blocking": SimpleNamespace(low=0.0, high=1.0, unit="1", live=True),
    "osteoclast.fission": SimpleNamespace(low=1.0, high=50.0, unit="1", live=True),
    "precursor.spared_life": SimpleNamespace(low=1.0, high=100.0, unit="1", live=True),
} | {
    f"{room}.slit3_ng_ml": SimpleNamespace(low=0.0, high=1e4, unit="ng/ml", live=True)
    for room in ("osteoclast", "osteoblast", "marrow")
}
PARAMETERS |= {
    f"node.{name}": SimpleNamespace(low=0.0, high=100.0, unit="1", live=True) for name in LEVELS
}
AT_REST = {
    "estradiol_pmol_per_l": 400.0,
    "load": 1.0,
    "calcium_intake_mg_per_day": 900.0,
    "vitamin_d_nmol_per_l": 60.0,
    "testosterone_nmol_per_l": 20.0,
    "aromatase": 1.0,
    "glucocorticoid": 1.0,
    "retinoic_acid": 1.0,
    "ageing": 1.0,
    "pth_given": 0.0,
    "pth_injected": 0.0,
    "pth_transient": 0.0,
    "immune_rejection": 1.0,
    "calcitriol_given": 0.0,
    "calcitonin_given": 0.0,
    "calcifediol_given": 0.0,
    "alfacalcidol_given": 0.0,
    "serm_pmol_per_l": 0.0,
    "strontium": 1.0,
}
DRIVERS = dict.fromkeys(AT_REST)
FIELDS = {"RANKL": None, "OPG": None, "SLIT3": None, "sclerostin": None, "TGF-beta": None}


@pytest.fixture(autouse=True)
def declared(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let the files of a test name what stands above, whatever the engine declares."""
    monkeypatch.setattr(known, "parameters", lambda: PARAMETERS)
    monkeypatch.setattr(known, "drivers", lambda: DRIVERS)
    monkeypatch.setattr(known, "fields", lambda: FIELDS)
    registry.find.cache_clear()
    yield
    registry.find.cache_clear()


class Recorder:
    """An environment that only writes down what is asked of it."""

    def __init__(self, **drivers: float) -> None:
        self.drivers = AT_REST | drivers
        self.calls: list[tuple[Any, ...]] = []

    def scale(self, path: str, factor: float) -> None:
        self.calls.append(("scale", path, factor))

    def titrate(self, node: str, copies: float) -> None:
        self.calls.append(("titrate", node, copies))

    def bind(self, ligand: str, conc_pm: float, kd_pm: float) -> None:
        self.calls.append(("bind", ligand, conc_pm, kd_pm))

    def emit(self, field: str, level: float, where: str) -> None:
        self.calls.append(("emit", field, level, where))

    def lesion(self, shape: str, size_um: float) -> None:
        self.calls.append(("lesion", shape, size_um))

    def deposit(self, nmol: float, affinity: float, potency: float) -> None:
        self.calls.append(("deposit", (affinity, potency), nmol))

    def graft(self, cell: str, count: float, route: str, traits: dict[str, float]) -> None:
        self.calls.append(("graft", cell, count, route, traits))


def run_process(command: str | list[str], **options: Any) -> subprocess.CompletedProcess[str]:
    """Run a command that can import the package under test from any folder."""
    paths = [str(Path(bmu_abm.__file__).parents[1]), os.environ.get("PYTHONPATH", "")]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, paths))}
    return subprocess.run(
        command, capture_output=True, text=True, check=False, env=environment, **options
    )
