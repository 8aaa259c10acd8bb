"""Does the memory of a sweep's parent grow with the number of runs?

    python benchmarks/memory.py [--runs 1000 10000] [--replicates 10]

Each number of runs is a sweep of its own, in a process of its own, with the stand-in for the
engine from the tests, so that what is measured is the batch side. Exits with 1 where the largest
sweep takes 100 MiB more than the smallest. Linux only.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from types import SimpleNamespace

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))
LIMIT_MIB = 100


def peak_of(runs, replicates):
    """Run a sweep in a process of its own; return the most memory it had (MiB)."""
    with tempfile.TemporaryDirectory() as folder:
        cache = {"BMU_CACHE_DIR": folder, "BMU_CACHE_MB": "0"}
        command = [sys.executable, __file__, "--child", str(runs), "--replicates", str(replicates)]
        done = subprocess.run(
            [*command, "--out", str(Path(folder) / "o")],
            env=os.environ | cache,
            stdout=subprocess.PIPE,
            check=True,
            text=True,
        )
    return float(done.stdout.split()[-1])


def still_model():
    """Return a stand-in for the engine that costs next to nothing."""
    from stand_in import IshigamiModel

    class StillModel(IshigamiModel):
        @classmethod
        def restore(cls, snapshot):
            model = cls.__new__(cls)
            model.trabecula = SimpleNamespace(n_sites=1, site_um=10.0)
            model.key, model.state = [0, 0], snapshot["state"]
            return model

        def sample(self):
            return super().sample() | {f"readout_{i}": float(i) for i in range(60)}

    return StillModel


def child(runs, replicates, out):
    import resource

    from bmu_abm.batch.sweeping import sweep
    from bmu_abm.runs import files
    from stand_in import study

    files.sync = lambda descriptor: None  # the disk's pace is not what is measured
    load = {"host.load": {"low": 0.5, "high": 1.5}}
    size = {"replicates": replicates, "points": runs // replicates, "design": "latin_hypercube"}
    done = sweep(study(parameters=load, **size), out=out, jobs=1, model_class=still_model())
    assert done.outcome.done == runs
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--runs", type=int, nargs="+", default=[1000, 10_000])
    options.add_argument("--replicates", type=int, default=10)
    options.add_argument("--child", type=int, help=argparse.SUPPRESS)
    options.add_argument("--out", help=argparse.SUPPRESS)
    arguments = options.parse_args()
    if arguments.child:
        child(arguments.child, arguments.replicates, arguments.out)
        return
    peaks = []
    for runs in arguments.runs:
        peaks.append(peak_of(runs, arguments.replicates))
        print(f"{runs:7d} runs  {peaks[-1]:8.1f} MiB at most", flush=True)
    grown = max(peaks) - min(peaks)
    print(f"grown by {grown:.1f} MiB")
    sys.exit(int(grown > LIMIT_MIB))


if __name__ == "__main__":
    main()
