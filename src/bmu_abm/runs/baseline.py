"""The constants of a host that ratios are over: `python -m bmu_abm.runs.baseline HOST`.

Pools the untreated years after the burn-in of many patches and prints the `[marker_baseline]`
table of the host's file, with the standard error of each mean.
"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from bmu_abm.clock import MONTHS_PER_YEAR
from bmu_abm.runs.ensemble import replicates, run_ensemble
from bmu_abm.runs.pool import WorkerPool, available_cores

if TYPE_CHECKING:
    import pandas as pd

CONSTANTS = (
    "resorption_um_per_year",
    "formation_um_per_year",
    "mineralising_per_site",
    "osteoclasts_per_mm2",
    "damage",
    "sclerostin_pm",
    "mineral_um",
)


def marker_baseline(frame: pd.DataFrame) -> dict[str, tuple[float, float]]:
    """Return mean and standard error over patches of every constant.

    Parameters
    ----------
    frame : DataFrame
        Monthly rows of untreated patches.
    """
    after = frame[frame["month"] > 0]
    per_patch = after.groupby("replicate")[list(CONSTANTS)].mean()
    spread = per_patch.std(ddof=1) / len(per_patch) ** 0.5
    return {name: (float(per_patch[name].mean()), float(spread[name])) for name in CONSTANTS}


def main() -> None:
    """Run the host untreated and print its table."""
    from bmu_abm.scenario import Scenario

    parser = argparse.ArgumentParser(prog="python -m bmu_abm.runs.baseline")
    parser.add_argument("host")
    parser.add_argument("--replicates", type=int, default=50)
    parser.add_argument("--years", type=float, default=3.0)
    asked = parser.parse_args()
    title = f"untreated {asked.host}"
    data = {"title": title, "host": asked.host, "years": asked.years, "patch": "small"}
    design = replicates(Scenario.from_dict(data), 1, asked.replicates)
    with WorkerPool(available_cores()) as pool:
        frame = run_ensemble(design, pool, progress=True).frame()
    months = round(asked.years * MONTHS_PER_YEAR)
    print(f"# {asked.replicates} patches of 2 mm2, {months} months, seed 1: mean +- standard error")
    print("[marker_baseline]")
    for name, (mean, error) in marker_baseline(frame).items():
        print(f"{name} = {mean:.4g}  # +- {error:.2g}")


if __name__ == "__main__":
    main()
