"""The files of one run: timeseries.csv, summary.json, provenance.json, figure.png."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from bmu_abm.errors import InputError, MachineError
from bmu_abm.runs.files import machine_errors, write_atomically
from bmu_abm.runs.provenance import provenance
from bmu_abm.runs.summary import summarise

if TYPE_CHECKING:
    from bmu_abm.runs.ensemble import Ensemble
    from bmu_abm.scenario import Scenario

_FIRST = ["replicate", "seed", "month"]


def check_folder(folder: Path) -> None:
    """See before a run whether its folder can be made, without making it.

    Raises
    ------
    InputError
        The path, or one above it, is a file.
    MachineError
        The nearest folder that exists may not be written to.
    """
    nearest = next(path for path in (folder, *folder.absolute().parents) if path.exists())
    if not nearest.is_dir():
        raise InputError(f"{nearest}: is a file; give a folder with --out")
    if not os.access(nearest, os.W_OK):
        raise MachineError(f"{nearest}: no permission to write; choose another folder with --out")


def timeseries(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the columns of timeseries.csv: `replicate, seed, month`, then labels and readouts."""
    rest = [name for name in frame.columns if name not in (*_FIRST, "run_id", "scenario")]
    return frame[[*_FIRST, *rest]]


def to_csv(frame: pd.DataFrame) -> bytes:
    """Return a frame as CSV; each float has the fewest digits that give it back exactly."""
    return frame.to_csv(index=False, lineterminator="\n").encode()


def to_json(data: Any) -> bytes:
    """Return readable JSON; a number that is not finite is an error, not `NaN`."""
    return (json.dumps(data, indent=2, ensure_ascii=False, allow_nan=False) + "\n").encode()


def summary(
    scenario: Scenario, ensemble: Ensemble, frame: pd.DataFrame, interrupted: bool
) -> dict[str, Any]:
    """Return what summary.json says of the runs that were finished."""
    runs = ensemble.runs
    return {
        "title": scenario.title,
        "status": "interrupted" if interrupted else "finished",
        "replicates": len(runs),
        "replicates_planned": len(ensemble.points),
        "failed": len(ensemble.failures),
        "surface_mm2": float(runs["surface_mm2"].sum()),
        "months": summarise(frame),
    }


def write_outputs(
    folder: Path,
    scenario: Scenario,
    ensemble: Ensemble,
    *,
    seed: int,
    command: str | None = None,
    interrupted: bool = False,
) -> None:
    """Write the four files of a run; the figure only when a run was finished.

    Raises
    ------
    MachineError
        The disk is full or not writable. Files are whole or absent.
    """
    ensemble.folder = folder
    frame = ensemble.frame()
    _write(folder, "timeseries.csv", to_csv(timeseries(frame)))
    _write(folder, "summary.json", to_json(summary(scenario, ensemble, frame, interrupted)))
    origin = provenance(scenario, ensemble, seed, command, interrupted)
    _write(folder, "provenance.json", to_json(origin))
    if len(frame):
        from bmu_abm.runs.figure import figure_png  # matplotlib takes half a second to load

        surface = float(ensemble.runs["surface_mm2"].iloc[0])
        treatments = scenario.to_dict().get("intervention", [])
        _write(folder, "figure.png", figure_png(frame, scenario.title, surface, treatments))


def _write(folder: Path, name: str, data: bytes) -> None:
    path = folder / name
    with machine_errors(path):
        folder.mkdir(parents=True, exist_ok=True)
        write_atomically(path, data)
