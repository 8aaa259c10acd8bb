"""The files of a calibration: its trials, and the fitted values with where they come from."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from bmu_abm import __version__
from bmu_abm.batch.study import Study
from bmu_abm.faults import one_line
from bmu_abm.runs.files import machine_errors, write_atomically
from bmu_abm.runs.output import to_csv, to_json
from bmu_abm.runs.provenance import machine, versions

CLOSE = 2.0  # of log likelihood: about 95 % for one parameter, where the points lie densely


def write_fitted(
    folder: Path,
    study: Study,
    trials: pd.DataFrame,
    best: Mapping[str, Any],
    command: str | list[str] | None,
) -> None:
    """Write trials.csv, fitted.toml (settings that a study or a scenario takes) and provenance.

    Raises
    ------
    MachineError
        The disk is full or the folder is not writable.
    """
    spelt = shlex.join(command) if isinstance(command, list) else command
    files = {
        "trials.csv": to_csv(trials),
        "fitted.toml": fitted_toml(study, trials, best).encode(),
        "provenance.json": to_json(_provenance(study, trials, best, spelt)),
    }
    for name, data in files.items():
        with machine_errors(folder / name):
            write_atomically(folder / name, data)


def fitted_toml(study: Study, trials: pd.DataFrame, best: Mapping[str, Any]) -> str:
    """Return the fitted values as the `[settings]` of a study, with their kind and range."""
    targets = "; ".join(f"{t.readout} at month {t.month:g}: {t.source}" for t in study.target)
    lines = [
        one_line(f"# {study.title}"),
        f"# bmu_abm {__version__}, {len(trials)} points of {study.replicates} patches",
        one_line(f"# fitted to {targets}", 2000),
        "",
        "[settings]",
    ]
    near = _near(trials)
    for axis in study.axes:
        low, high = near[axis.name].min(), near[axis.name].max()
        told = f"fitted; tried points within {CLOSE:g} of its likelihood: {low:.4g} to {high:.4g}"
        lines.append(f"{json.dumps(axis.path)} = {_number(best[axis.path])}  # {told}")
    return "\n".join(lines) + "\n"


def _near(trials: pd.DataFrame) -> pd.DataFrame:
    likelihood = trials["log_likelihood"]
    return trials[likelihood >= likelihood.max() - CLOSE]


def _number(value: Any) -> str:
    return repr(value.item() if hasattr(value, "item") else value)


def _provenance(
    study: Study, trials: pd.DataFrame, best: Mapping[str, Any], command: str | None
) -> dict[str, Any]:
    near = _near(trials)
    fitted = [
        {
            "path": axis.path,
            "value": float(best[axis.path]),
            "kind": "fitted",
            "low": float(near[axis.name].min()),
            "high": float(near[axis.name].max()),
            "source": f"{study.title}: calibrated to its targets",
        }
        for axis in study.axes
    ]
    return {
        "versions": versions(),
        "platform": machine(),
        "command": command,
        "study": study.to_dict(),
        "scenario": study.base.to_dict(),
        "trials": len(trials),
        "log_likelihood": float(trials["log_likelihood"].max()),
        "fitted": fitted,
    }
