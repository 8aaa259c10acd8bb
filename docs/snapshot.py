"""Store the state of a bone: ``python docs/snapshot.py SCENARIO MONTH OUT.npz [PATH=VALUE ...]``.

The state is that of replicate 0 of seed 1, in a negative month that of its burn-in;
`python -m bmu_abm.pictures` draws it.
"""

import sys
from pathlib import Path

import numpy as np

from bmu_abm import BoneModel, Scenario
from bmu_abm.clock import day_of_month
from bmu_abm.runs.burnin import advance, start
from bmu_abm.runs.snapshot_cache import SnapshotCache


def _begun(scenario: Scenario) -> BoneModel:
    return start(scenario, 1, 0, BoneModel, SnapshotCache())


def main(name: str, month: str, out: str, *settings: str) -> None:
    """Live to a month of a scenario and write the snapshot."""
    scenario = Scenario.load(name).with_settings(dict(s.split("=", 1) for s in settings))
    day = day_of_month(float(month))
    model = BoneModel(scenario, 1) if day < 0 else _begun(scenario)
    advance(model, day)
    Path(out).parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(out, **model.snapshot())


if __name__ == "__main__":
    main(*sys.argv[1:])
