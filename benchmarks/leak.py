"""Two hundred models, one after the other: does the memory of the process grow?

    python benchmarks/leak.py [--models 200]

Each is restored, lives a day, is looked at through Mesa and dropped. Exits with 1 where the
memory grows by more than a tenth of what that many models would hold.
"""

from __future__ import annotations

import argparse
import gc
import sys
from pathlib import Path

from bmu_abm.model import BoneModel
from bmu_abm.scenario import Scenario

SETTLE = 40  # models until the allocator has its arenas


def resident_mb():
    """Return the memory that this process holds now (MB)."""
    status = Path("/proc/self/status")
    if not status.exists():
        sys.exit("this benchmark reads /proc: Linux only")
    line = next(row for row in status.read_text().splitlines() if row.startswith("VmRSS"))
    return int(line.split()[1]) / 1000.0


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--models", type=int, default=200)
    arguments = parser.parse_args()
    table = {"title": "Leak", "host": "premenopausal_woman", "years": 1, "patch": "small"}
    snapshot = BoneModel(Scenario.from_dict(table)).snapshot()
    size = sum(array.nbytes for array in snapshot.values()) / 1e6
    before = 0.0
    for i in range(SETTLE + arguments.models):
        if i == SETTLE:
            gc.collect()
            before = resident_mb()
        model = BoneModel.restore(snapshot)
        model.step()
        n = len(model.agents)
        del model
        if i % 50 == 49:
            print(f"{i + 1:5d} models {resident_mb():8.1f} MB  ({n} cells each)", flush=True)
    gc.collect()
    grown = resident_mb() - before
    print(f"grown by {grown:.1f} MB over {arguments.models} models of {size:.1f} MB each")
    sys.exit(int(grown > 0.1 * size * arguments.models))


if __name__ == "__main__":
    main()
