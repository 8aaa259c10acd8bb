"""Kill a sweep at random moments, resume it each time: does it end with the same rows?

    python benchmarks/kills.py [--runs 200] [--kills 20] [--seed 1] [--stand-in] [--cluster]

The parent of the sweep, one of its workers, or, with `--cluster`, a worker of a Dask cluster is
killed (SIGKILL) after a random number of finished runs and a random part of a second. At the end
the rows are compared, byte by byte, with those of a sweep that nobody disturbed. `--stand-in`
takes a small model of the tests instead of bone. Exits with 1 where they differ. Linux only.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack, suppress
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

REPLICATES = 10


def study_of(runs, stand_in):
    """Return a study of so many small runs: months of a tiny patch under doses of a drug."""
    from bmu_abm.batch.study import Study
    from bmu_abm.host import shipped_host_table

    scenario = {
        "title": "Small runs",
        "host": shipped_host_table("premenopausal_woman") | {"burn_in_years": 0.1},
        "years": 0.25,
        "patch": "tiny",
        "intervention": [{"use": "denosumab"}],
    }
    dose = {"low": 1, "high": 60, "levels": runs // REPLICATES}
    table = {"title": "Kills", "scenario": scenario, "replicates": REPLICATES}
    if stand_in:  # with the sleep of the stand-in, a run takes long enough to be met
        scenario["description"] = '{"sleep": 0.0003}'
    return Study.from_dict(table | {"parameters": {"intervention.0.dose": dose}})


def sweep_here(arguments, out, **options):
    """Run the sweep, or what is left of it, in this process."""
    from bmu_abm.batch.sweeping import sweep

    model = None
    if arguments.stand_in:
        from stand_in import LoadModel as model
    study = study_of(arguments.runs, arguments.stand_in)
    return sweep(study, out=out, model_class=model, **options)


def start(arguments, out, address):
    """Start the sweep as a process of its own."""
    from cluster import environment

    command = [sys.executable, __file__, "--child", str(out), "--runs", str(arguments.runs)]
    command += ["--stand-in"] if arguments.stand_in else []
    command += ["--address", address] if address else []
    return subprocess.Popen(command, env=environment(), start_new_session=True)


def finished(out):
    """Return how many runs the manifest names."""
    manifest = out / "store" / "manifest.jsonl"
    return manifest.read_bytes().count(b"\n") if manifest.exists() else 0


def children(pid):
    """Return the pool workers of a process."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError, ValueError, IndexError):
            parent = int(stat.read_text().rpartition(")")[2].split()[1])
            if parent == pid and b"spawn_main" in (stat.parent / "cmdline").read_bytes():
                found.append(int(stat.parent.name))
    return found


def wait_for(process, out, goal, delay):
    """Wait until so many runs are finished, and a little longer; False when the sweep ended."""
    while finished(out) < goal:
        if process.poll() is not None:
            return False
        time.sleep(0.002)
    time.sleep(delay)
    return process.poll() is None


def strike(process, there, chance):
    """Kill the parent or a worker; return which."""
    if chance.random() < 0.5:
        if there is not None:
            there.kill_worker()
            return "Dask worker"
        workers = children(process.pid)
        if workers:
            with suppress(ProcessLookupError):
                os.kill(chance.choice(workers), signal.SIGKILL)
            return "worker"
    process.kill()
    process.wait()
    return "parent"


def disturbed(arguments, out, there, chance):
    """Run the sweep to its end, with its kills; return what was killed."""
    address = None if there is None else there.address
    killed = []
    process = start(arguments, out, address)
    try:
        for i in range(arguments.kills):
            left = arguments.runs - finished(out)
            share = max(1, int(2 * left / (arguments.kills - i + 1)))
            goal = finished(out) + chance.randrange(share)
            if wait_for(process, out, goal, chance.uniform(0, 0.2)):
                killed.append(strike(process, there, chance))
                print(f"{len(killed):3d}  {killed[-1]:<12} at {finished(out)} runs", flush=True)
            if process.poll() is not None:
                process = start(arguments, out, address)
        for _ in range(3):
            if process.wait() == 0:
                break
            process = start(arguments, out, address)
        if process.wait() != 0:
            sys.exit("the sweep does not come to its end")
    finally:
        with suppress(ProcessLookupError):
            process.kill()
    return killed


def parser():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--runs", type=int, default=200)
    options.add_argument("--kills", type=int, default=20)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--stand-in", action="store_true")
    options.add_argument("--cluster", action="store_true")
    options.add_argument("--child", help=argparse.SUPPRESS)
    options.add_argument("--address", help=argparse.SUPPRESS)
    return options


def main():
    arguments = parser().parse_args()
    if arguments.child:
        where = {"cluster": arguments.address} if arguments.address else {"jobs": 2}
        sys.exit(sweep_here(arguments, arguments.child, **where).outcome.exit_code)
    if not Path("/proc").exists():
        sys.exit("this benchmark looks for workers in /proc: Linux only")
    with ExitStack() as held:
        folder = Path(held.enter_context(tempfile.TemporaryDirectory()))
        os.environ["BMU_CACHE_DIR"] = str(folder / "cache")
        there = None
        if arguments.cluster:
            from cluster import Cluster

            there = held.enter_context(Cluster(folder / "dask", workers=2))
            there.wait_for_workers()
        killed = disturbed(arguments, folder / "a", there, random.Random(arguments.seed))
        sweep_here(arguments, folder / "b", jobs=1)
        names = ("timeseries.csv", "timeseries.parquet", "summary.csv", "points.csv")
        same = all(
            (folder / "a" / n).read_bytes() == (folder / "b" / n).read_bytes() for n in names
        )
        rows = (folder / "a" / "timeseries.csv").read_bytes().count(b"\n") - 1
    told = ", ".join(f"{killed.count(kind)} {kind}" for kind in dict.fromkeys(killed))
    verdict = "the same rows" if same else "OTHER ROWS"
    print(
        f"{len(killed)} kills ({told}): {verdict} as the sweep that nobody disturbed ({rows} rows)"
    )
    sys.exit(int(not same))


if __name__ == "__main__":
    main()
