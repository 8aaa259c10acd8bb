"""Does `bmu calibrate` find parameters that are known, within the intervals that it states?

    python benchmarks/calibrate.py [--trials 48] [--replicates 24] [--truths 96] [--jobs 2]

Small patches are lived with known parameters; what they show, with its standard error, is the
target. The calibration knows neither the parameters nor the patches, and begins with no run and
no burn-in. Exits with 1 where a 95 % interval does not hold its parameter.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path

TRUTH = {
    "parameters.osteoblast.rate_um_per_day": 0.95,
    "parameters.precursor.births_per_vessel_day": 0.34,
}
RANGES = {
    "parameters.osteoblast.rate_um_per_day": {"low": 0.7, "high": 1.5, "name": "rate"},
    "parameters.precursor.births_per_vessel_day": {"low": 0.1, "high": 0.6, "name": "births"},
}
READOUTS = ("mar_um_per_day", "e_de_um", "w_th_um", "bmd_lumbar_spine_pct")
MONTH = 24


def scenario():
    from bmu_abm.host import shipped_host_table

    host = shipped_host_table("premenopausal_woman") | {"burn_in_years": 2}
    return {"title": "A bone", "host": host, "years": 2, "patch": {"sites": 60}}


def observed(replicates, jobs, folder):
    """Return targets: what patches with the known parameters show."""
    from bmu_abm.batch.study import Study
    from bmu_abm.batch.sweeping import sweep

    first = next(iter(TRUTH))
    table = {
        "title": "The truth",
        "scenario": scenario(),
        "settings": TRUTH,
        "seed": 2027,
        "replicates": replicates,
        "parameters": {first: {"values": [TRUTH[first]], "name": "rate"}},
        "readouts": list(READOUTS),
        "months": [MONTH],
    }
    summary = sweep(Study.from_dict(table), out=folder, jobs=jobs).summary().set_index("readout")
    targets = []
    for name in READOUTS:
        row = summary.loc[name]
        flow = row["mean_3_months"] == row["mean_3_months"]
        mean, se = (row[f"{what}_3_months" if flow else what] for what in ("mean", "se"))
        target = {"readout": name, "month": MONTH, "value": float(mean), "sd": float(se)}
        targets.append(target | {"source": "patches with known parameters"})
    return targets


def calibrated(targets, arguments, folder):
    from bmu_abm.batch.calibration import calibrate
    from bmu_abm.batch.study import Study

    table = {
        "title": "Known parameters",
        "scenario": scenario(),
        "replicates": arguments.replicates,
        "trials": arguments.trials,
        "parameters": RANGES,
        "target": targets,
    }
    return calibrate(Study.from_dict(table), out=folder, jobs=arguments.jobs, quiet=False)


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--trials", type=int, default=48)
    options.add_argument("--replicates", type=int, default=24)
    options.add_argument("--truths", type=int, default=96)
    options.add_argument("--jobs", type=int, default=2)
    arguments = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["BMU_CACHE_DIR"] = str(Path(folder) / "cache")
        targets = observed(arguments.truths, arguments.jobs, Path(folder) / "truth")
        begin = time.perf_counter()
        done = calibrated(targets, arguments, Path(folder) / "fit")
        minutes = (time.perf_counter() - begin) / 60
    for target in targets:
        print(f"{target['readout']:24s} {target['value']:8.4g} +- {target['sd']:.2g}")
    missed = 0
    for path, known in TRUTH.items():
        low, high = done.intervals[path]
        holds = low <= known <= high
        missed += not holds
        told = f"known {known}, best {done.best[path]:.4g}, 95 % interval {low:.4g} to {high:.4g}"
        print(f"{path:44s} {told}: {'holds' if holds else 'MISSED'}")
    print(f"{arguments.trials} trials of {arguments.replicates} patches: {minutes:.1f} minutes")
    sys.exit(1 if missed else 0)


if __name__ == "__main__":
    main()
