"""The burn-ins that come with a wheel: `python -m bmu_abm.runs.ship` makes them before it is built.

The first patch of every shipped host, so that its first run, and the first page of the app, begin
with a grown trabecula. A burn-in belongs to the sources that made it; an older one is never found.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from bmu_abm import shipped
from bmu_abm.runs.burnin import start
from bmu_abm.runs.pool import WorkerPool, available_cores
from bmu_abm.runs.simulate import bone_model
from bmu_abm.runs.snapshot_cache import SnapshotCache, shipped_folder
from bmu_abm.scenario import Scenario

_NO_LIMIT = 1 << 62
FIRST_SEED, FIRST_REPLICATE = 1, 0


def untreated(host: str, patch: str = "small") -> Scenario:
    """Return a scenario in which a host is left alone."""
    return Scenario.from_dict({"title": host, "host": host, "years": 0.1, "patch": patch})


def make(host: str, folder: Path, patch: str = "small") -> str:
    """Grow the first patch of a host into a folder; returns the name of the host."""
    cache = SnapshotCache(folder, shipped=folder, limit_bytes=_NO_LIMIT)
    start(untreated(host, patch), FIRST_SEED, FIRST_REPLICATE, bone_model(), cache)
    return host


def main() -> None:
    """Make the burn-ins of all hosts anew."""
    folder = shipped_folder()
    shutil.rmtree(folder, ignore_errors=True)
    with WorkerPool(available_cores(), keep_main=True) as pool:
        waiting = [pool.submit(make, host, folder) for host in shipped.names("host")]
        for done in waiting:
            print(f"grown: {done.result()}")
    size = sum(file.stat().st_size for file in folder.iterdir())
    print(f"{size / 1e6:.1f} MB in {folder}")


if __name__ == "__main__":
    main()
