"""One run: one replicate of one scenario, from month 0 to its last month."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bmu_abm.clock import DAYS_PER_YEAR, day_of_month
from bmu_abm.runs.burnin import advance, start
from bmu_abm.runs.snapshot_cache import SnapshotCache

if TYPE_CHECKING:
    from bmu_abm.model import BoneModel
    from bmu_abm.scenario import Scenario

_UM2_PER_MM2 = 1e6


@dataclass(frozen=True)
class Result:
    """What one run gives.

    Attributes
    ----------
    rows : list of dict
        One per sampling time: `replicate`, `seed`, `month`, then the readouts.
    surface_mm2 : float
        Bone surface of the patch, both faces (mm2).
    """

    rows: list[dict[str, Any]]
    surface_mm2: float


def sampling_plan(years: float, every_days: int | None = None) -> list[tuple[int, float]]:
    """Return the sampling times of a run as (day, month), in order.

    Months are whole unless a finer sampling is asked for; then every `every_days`-th day joins
    them, its month being a fraction.
    """
    months = {day_of_month(k): k for k in range(int(12 * years + 1e-9) + 1)}
    if every_days is None:
        return sorted(months.items())
    last = round(DAYS_PER_YEAR * years)
    days = sorted({*months, *range(0, last + 1, every_days)})
    return [(day, float(months.get(day, 12 * day / DAYS_PER_YEAR))) for day in days]


def surface_mm2(model: Any) -> float:
    """Return the surface of a model's patch, both faces (mm2)."""
    patch = model.trabecula
    return float(patch.n_sites * patch.site_um**2 / _UM2_PER_MM2)


def bone_model() -> type[BoneModel]:
    """Return the engine; imported late, since Mesa and Numba take a second to load."""
    from bmu_abm.model import BoneModel

    return BoneModel


def simulate(
    scenario: Scenario,
    seed: int,
    replicate: int,
    *,
    model_class: type[BoneModel] | None = None,
    cache: SnapshotCache | None = None,
) -> Result:
    """Run one replicate; it depends on the scenario, `seed` and `replicate` alone.

    Parameters
    ----------
    scenario : Scenario
        What is run.
    seed, replicate : int
        Which patch.
    model_class : type, optional
        The engine, BoneModel by default.
    cache : SnapshotCache, optional
        Where burn-ins are kept, the user's cache by default.

    Returns
    -------
    Result
        Rows for the months 0 to 12 x years, and the surface of the patch.
    """
    engine = model_class or bone_model()
    model = start(scenario, seed, replicate, engine, cache or SnapshotCache())
    rows = []
    for day, month in sampling_plan(scenario.years, scenario.sample_every_days):
        advance(model, day)
        rows.append({"replicate": replicate, "seed": seed, "month": month} | model.sample())
    return Result(rows, surface_mm2(model))
