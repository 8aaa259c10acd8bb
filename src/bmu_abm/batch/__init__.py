"""Many runs: designs of parameter points, sweeps, comparisons, sensitivity."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bmu_abm.batch.study import Study
    from bmu_abm.batch.sweeping import sweep

__all__ = ["Study", "sweep"]

_HOMES = {"Study": "bmu_abm.batch.study", "sweep": "bmu_abm.batch.sweeping"}


def __getattr__(name: str) -> Any:
    """Import a public name on first use: the command line needs none of them to help."""
    if name not in _HOMES:
        raise AttributeError(f"module 'bmu_abm.batch' has no attribute {name!r}")
    value = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value
