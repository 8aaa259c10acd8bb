"""Agent-based simulation of bone remodelling at the scale of the bone multicellular unit."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bmu_abm.model import BoneModel
    from bmu_abm.runs import run, run_ensemble
    from bmu_abm.scenario import Scenario

__version__ = "0.1.0"
__all__ = ["BoneModel", "Scenario", "__version__", "run", "run_ensemble"]

_HOMES = {
    "BoneModel": "bmu_abm.model",
    "Scenario": "bmu_abm.scenario",
    "run": "bmu_abm.runs",
    "run_ensemble": "bmu_abm.runs",
}


def __getattr__(name: str) -> Any:
    """Import a public name on first use: Mesa and Numba take a second to load."""
    if name not in _HOMES:
        raise AttributeError(f"module 'bmu_abm' has no attribute {name!r}")
    value = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value
