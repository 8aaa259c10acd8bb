"""What the size of the patch does to the marrow: stem cells, their drive, fat.

``python benchmarks/patch_size.py`` lives the premenopausal woman from fresh bone on patches of 0.5,
2 and 4 mm2 and prints means over the last years, with standard errors over patches. A patch is a
closed marrow: in their life stem cells crawl farther than a small one is wide, so that one cavity
draws on most of its free cells.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Any

import numpy as np

from bmu_abm.cells.msc import FREE
from bmu_abm.clock import DAYS_PER_YEAR
from bmu_abm.model import BoneModel
from bmu_abm.runs.pool import available_cores
from bmu_abm.scenario import Scenario

PATCHES = {"0.5 mm2": ([50, 50], 120), "2 mm2": ([100, 100], 60), "4 mm2": ([200, 100], 40)}
EVERY_DAYS = 30
SETTLING_YEARS = 2


def free_cells(model: BoneModel) -> Any:
    cells = model.populations["msc"].live
    return cells[cells["stage"] == FREE]


QUANTITIES: dict[str, Callable[[BoneModel], float]] = {
    "fat, % of the marrow": lambda m: 100.0 * float(m.today["fat_fraction"][0]),
    "free stem cells a mm2": lambda m: len(free_cells(m)) / m.trabecula.surface_mm2,
    "born a mm2 and month": lambda m: (
        float((free_cells(m)["age"] < EVERY_DAYS).sum()) / m.trabecula.surface_mm2
    ),
    "mean log drive to bone": lambda m: float(np.log(free_cells(m)["drive"]).mean()),
    "thickness, um": lambda m: float(m.trabecula.thickness_nm().mean()) / 1000.0,
}


def lived(sites: list[int], settings: dict[str, float], years: int, replicate: int) -> list[float]:
    """Return the mean of each quantity over a patch's years after the first two."""
    table = {"title": "Patch size", "host": "premenopausal_woman", "years": 1}
    scenario = Scenario.from_dict({**table, "patch": {"sites": sites}, "parameters": settings})
    model, seen = BoneModel(scenario, rng=7, replicate=replicate), []
    for day in range(DAYS_PER_YEAR * years):
        model.step()
        if day >= DAYS_PER_YEAR * SETTLING_YEARS and day % EVERY_DAYS == 0:
            seen.append([of(model) for of in QUANTITIES.values()])
    return [float(one) for one in np.mean(seen, axis=0)]


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--years", type=int, default=7)
    parser.add_argument("--share", type=float, default=1.0, help="of the patches")
    parser.add_argument("--set", type=json.loads, default={}, help="parameters by path, as JSON")
    asked = parser.parse_args()
    with ProcessPoolExecutor(available_cores(), get_context("forkserver")) as pool:
        for name, (sites, patches) in PATCHES.items():
            count = max(2, round(patches * asked.share))
            todo = [pool.submit(lived, sites, asked.set, asked.years, i) for i in range(count)]
            rows = np.array([one.result() for one in todo])
            errors = rows.std(0, ddof=1) / np.sqrt(count)
            print(f"{name}, {count} patches", flush=True)
            for label, mean, error in zip(QUANTITIES, rows.mean(0), errors, strict=True):
                print(f"    {label:26s} {mean:8.3f} +- {error:.3f}")


if __name__ == "__main__":
    main()
