"""Serial, pool, Dask and shards: how long the same sweep takes, and whether its bytes are the same.

    python benchmarks/parallel.py [--runs 32] [--years 6] [--jobs 2] [--rounds 2]

Efficiency is the serial time over that of the pool times its processes. Dask is a scheduler and as
many workers as processes of their own, started before the clock. Rounds take turns, and the least
time of each way counts: what else the machine does can only add. Needs a quiet machine with as
many cores as jobs. Exits with 1 where the bytes differ.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

LEVELS = 4
TABLES = ("timeseries.csv", "timeseries.parquet", "summary.csv", "points.csv")


def study_of(runs, years):
    """Return a study of small patches under several loads, without a burn-in to speak of."""
    from bmu_abm.batch.study import Study
    from bmu_abm.host import shipped_host_table

    scenario = {
        "title": "Runs",
        "host": shipped_host_table("premenopausal_woman") | {"burn_in_years": 0.05},
        "years": years,
        "patch": "small",
    }
    load = {"host.load": {"values": [0.9, 1.0, 1.1, 1.2][:LEVELS]}}
    table = {"title": "Parallel", "scenario": scenario, "parameters": load}
    return Study.from_dict(table | {"replicates": runs // LEVELS})


def timed(study, folder, **options):
    """Run the sweep; return its seconds."""
    from bmu_abm.batch.sweeping import sweep

    os.environ["BMU_CACHE_DIR"] = str(folder / "cache")  # each with the burn-ins to make
    begin = time.perf_counter()
    sweep(study, out=folder, **options)
    return time.perf_counter() - begin


def in_shards(study, folder, jobs):
    """Run the sweep as shards of one process each, one after the other, then put them together."""
    from bmu_abm.batch.plan import Shard

    for i in range(jobs):
        timed(study, folder, jobs=1, shard=Shard(i + 1, jobs))
    timed(study, folder, jobs=1)


def round_of(study, arguments, folder):
    """Run the sweep in the three ways that are timed; return seconds by way."""
    from cluster import Cluster

    seconds = {
        "serial": timed(study, folder / "serial", jobs=1),
        "pool": timed(study, folder / "pool", jobs=arguments.jobs),
    }
    with Cluster(folder / "dask_files", workers=arguments.jobs) as there:
        there.wait_for_workers()
        seconds["dask"] = timed(study, folder / "dask", cluster=there.address)
    print(", ".join(f"{way} {took:.1f} s" for way, took in seconds.items()), flush=True)
    return seconds


def measured(arguments, folder):
    """Run all rounds, the shards in the last; return the least seconds by way."""
    from bmu_abm.model import warm_up

    warm_up()
    study = study_of(arguments.runs, arguments.years)
    rounds = []
    for i in range(arguments.rounds):
        rounds.append(round_of(study, arguments, folder / str(i)))
    in_shards(study, folder / str(arguments.rounds - 1) / "shards", arguments.jobs)
    return {way: min(one[way] for one in rounds) for way in rounds[0]}


def same_bytes(folder):
    """Tell whether all ways left the same tables."""
    return all(
        (folder / way / table).read_bytes() == (folder / "serial" / table).read_bytes()
        for way in ("pool", "dask", "shards")
        for table in TABLES
    )


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--runs", type=int, default=32)
    options.add_argument("--years", type=float, default=6)
    options.add_argument("--jobs", type=int, default=2)
    options.add_argument("--rounds", type=int, default=2)
    arguments = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        seconds = measured(arguments, Path(folder))
        same = same_bytes(Path(folder) / str(arguments.rounds - 1))
    one = seconds["serial"] / (arguments.runs // LEVELS * LEVELS)
    print(f"a run: {one:.2f} s")
    print(f"efficiency of the pool: {seconds['serial'] / arguments.jobs / seconds['pool']:.3f}")
    print(f"dask over the pool: {100 * (seconds['dask'] / seconds['pool'] - 1):+.1f} %")
    print(f"serial, pool, dask and shards: {'the same bytes' if same else 'OTHER BYTES'}")
    sys.exit(0 if same else 1)


if __name__ == "__main__":
    main()
