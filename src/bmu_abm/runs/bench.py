"""`bmu bench`: how fast this machine lives bone."""

from __future__ import annotations

import sys
import time
from statistics import mean, quantiles
from typing import TYPE_CHECKING, Any

from bmu_abm.clock import DAYS_PER_YEAR
from bmu_abm.runs.burnin import advance
from bmu_abm.runs.provenance import machine, versions
from bmu_abm.runs.simulate import bone_model, surface_mm2

if TYPE_CHECKING:
    from bmu_abm.model import BoneModel
    from bmu_abm.scenario import Scenario

_WARM_DAYS = 365
_TIMED_DAYS = 365
_PATCHES = 4
_PROFILE_DAYS = 100


def _benchmark_scenario() -> Scenario:
    from bmu_abm.scenario import Scenario

    data = {"title": "Benchmark", "host": "premenopausal_woman", "years": 1, "patch": "small"}
    return Scenario.from_dict(data, source="bench")


def bench(
    scenario: Scenario | None = None, model_class: type[BoneModel] | None = None
) -> dict[str, Any]:
    """Time the days of small untreated patches, one core, kernels warm.

    Several patches, because the cells of one depend on how many BMUs it happens to have.

    Parameters
    ----------
    scenario : Scenario, optional
        By default a premenopausal woman on the small patch.
    model_class : type, optional
        The engine, BoneModel by default.

    Returns
    -------
    dict
        `mm2_years_per_core_second` and `ms_per_step` by the lower quartile of the 365 days of
        each patch, which other work on the machine disturbs least, `mean_ms_per_step` of the same
        days, all by the processor's clock and as means over the patches; `ms_by_part` of the last
        patch where the model tells it (mean), `surface_mm2` of one, `peak_memory_mb` (null where
        the system does not say), `versions`, `platform`.
    """
    make = model_class or bone_model()
    quartiles, means = [], []
    for replicate in range(_PATCHES):
        model: Any = make(scenario or _benchmark_scenario(), rng=1, replicate=replicate)
        advance(model, model.day + _WARM_DAYS)
        days = [_seconds(model) for _ in range(_TIMED_DAYS)]
        quartiles.append(quantiles(days, n=4)[0])
        means.append(mean(days))
    seconds, surface = mean(quartiles), surface_mm2(model)
    return {
        "mm2_years_per_core_second": surface / DAYS_PER_YEAR / seconds,
        "ms_per_step": 1000 * seconds,
        "mean_ms_per_step": 1000 * mean(means),
        "ms_by_part": _by_part(model),
        "surface_mm2": surface,
        "peak_memory_mb": peak_memory_mb(),
        "versions": versions(),
        "platform": machine(),
    }


def _seconds(model: Any) -> float:
    begin = time.process_time()
    advance(model, model.day + 1)
    return max(time.process_time() - begin, 1e-9)


def _by_part(model: Any) -> dict[str, float] | None:
    profile = getattr(model, "profile", None)
    if profile is None:
        return None
    return {part: float(ms) for part, ms in profile(_PROFILE_DAYS).items()}


def peak_memory_mb() -> float | None:
    """Return the largest memory that this process has used (MB)."""
    try:
        import resource
    except ImportError:
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 1e6 if sys.platform == "darwin" else peak / 1e3
