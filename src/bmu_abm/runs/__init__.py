"""One run, ensembles of runs, and what they leave on the disk."""

from __future__ import annotations

from bmu_abm.runs.ensemble import run_ensemble
from bmu_abm.runs.one_run import run

__all__ = ["run", "run_ensemble"]
