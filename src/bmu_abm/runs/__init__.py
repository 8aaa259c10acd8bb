"""One run, ensembles of runs, and what they leave on the disk."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bmu_abm.runs.ensemble import run_ensemble
    from bmu_abm.runs.one_run import run

__all__ = ["run", "run_ensemble"]

_HOMES = {"run": "bmu_abm.runs.one_run", "run_ensemble": "bmu_abm.runs.ensemble"}


def __getattr__(name: str) -> Any:
    """Import a public name on first use: a worker process needs neither pandas nor Matplotlib."""
    if name not in _HOMES:
        raise AttributeError(f"module 'bmu_abm.runs' has no attribute {name!r}")
    value = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value
