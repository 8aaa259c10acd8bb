"""A large patch against the small one: memory at the peak, and time per site and step.

    python benchmarks/scale.py [--sites 1000] [--days 30]

Each patch lives in a process of its own, so that the peaks are its own. Times are the lower
quartile over the days, which other work on the machine disturbs least.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import time


def _step(model):
    begin = time.process_time()
    model.step()
    return time.process_time() - begin


def live(sites, days):
    """Live some days on one patch; returns its figures."""
    from bmu_abm.model import BoneModel, warm_up
    from bmu_abm.runs.bench import peak_memory_mb
    from bmu_abm.scenario import Scenario

    warm_up()
    idle = peak_memory_mb()
    patch = {"sites": sites}
    table = {"title": "Scale", "host": "premenopausal_woman", "years": 1, "patch": patch}
    begin = time.perf_counter()
    model = BoneModel(Scenario.from_dict(table))
    made = time.perf_counter() - begin
    after_making = peak_memory_mb()
    for _ in range(3):
        model.step()
    seconds = statistics.quantiles([_step(model) for _ in range(days)], n=4)[0]
    n = model.trabecula.n_sites
    return {
        "sites": n,
        "surface_mm2": model.trabecula.surface_mm2,
        "seconds_to_make": round(made, 2),
        "peak_mb_idle": round(idle),
        "peak_mb_after_making": round(after_making),
        "peak_mb": round(peak_memory_mb()),
        "bytes_per_site": round(1e6 * (peak_memory_mb() - idle) / n),
        "ms_per_step": round(1000 * seconds, 3),
        "ns_per_site_and_step": round(1e9 * seconds / n, 1),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sites", type=int, default=1000, help="of the large patch, along a side")
    parser.add_argument("--days", type=int, default=30)
    parser.add_argument("--only", type=int, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.only:
        print(json.dumps(live(arguments.only, arguments.days)))
        return
    rows = {}
    for sites in (100, arguments.sites):
        command = [sys.executable, __file__, "--only", str(sites), "--days", str(arguments.days)]
        out = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        rows[sites] = json.loads(out)
    small, large = rows.values()
    for name in small:
        print(f"{name:24s} {small[name]:>12} {large[name]:>12}")
    ratio = large["ns_per_site_and_step"] / small["ns_per_site_and_step"]
    print(f"cost of a site and step, large over small: {ratio:.2f}")


if __name__ == "__main__":
    main()
