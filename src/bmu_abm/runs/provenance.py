"""Where a result comes from: versions, machine, scenario, seeds, command."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

from bmu_abm import __version__
from bmu_abm.compiled import source_hash
from bmu_abm.interventions.plan import Plan

if TYPE_CHECKING:
    from bmu_abm.runs.ensemble import Ensemble
    from bmu_abm.scenario import Scenario

_PACKAGES = ("numpy", "numba", "mesa", "scipy", "pandas", "pyarrow", "pydantic", "matplotlib")


def _installed(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def versions() -> dict[str, str | None]:
    """Return the versions of this package, of Python and of what they stand on."""
    own = {"bmu_abm": __version__, "sources": source_hash(), "python": platform.python_version()}
    return own | {package: _installed(package) for package in _PACKAGES}


def machine() -> dict[str, str]:
    """Return the kind of machine; results are the same bytes only within one kind."""
    return {
        "system": platform.system(),
        "machine": platform.machine(),
        "implementation": platform.python_implementation(),
    }


def provenance(
    scenario: Scenario, ensemble: Ensemble, seed: int, command: str | None, interrupted: bool
) -> dict[str, Any]:
    """Return what `provenance.json` says.

    The surface of the patch (`surface_mm2`) stands with each replicate, and whether a drug is
    given for longer than its label says with each intervention.
    """
    plan = Plan.from_scenario(scenario)
    return {
        "versions": versions(),
        "platform": machine(),
        "command": command,
        "interrupted": interrupted,
        "scenario_name": scenario.name,
        "scenario": scenario.to_dict(),
        "seed": seed,
        "replicates_planned": len(ensemble.points),
        "replicates": ensemble.runs.drop(columns="scenario").to_dict("records"),
        "failures": ensemble.failures.drop(columns="scenario").to_dict("records"),
        "interventions": plan.provenance(),
        "warnings": plan.warnings(),
    }
