"""The files of a calibration: its trials, and the fitted values with where they come from."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from bmu_abm import __version__
from bmu_abm.batch.posterior import Posterior
from bmu_abm.batch.study import Study
from bmu_abm.faults import one_line
from bmu_abm.runs.files import machine_errors, write_atomically
from bmu_abm.runs.output import to_csv, to_json
from bmu_abm.runs.provenance import machine, versions

Interval = tuple[float, float]


@dataclass(frozen=True)
class Fitted:
    """A finished calibration: its study, trials, most likely point, and what is left open."""

    study: Study
    trials: pd.DataFrame
    best: Mapping[str, Any]
    left: Posterior | None


def intervals(study: Study, left: Posterior | None) -> dict[str, Interval]:
    """Return the 95 % interval of every parameter, by path; none without a posterior."""
    if left is None:
        return {}
    ends = zip(study.axes, left.low.tolist(), left.high.tolist(), strict=True)
    return {axis.path: (float(axis.at(low)), float(axis.at(high))) for axis, low, high in ends}


def write_fitted(folder: Path, done: Fitted, command: str | list[str] | None) -> None:
    """Write trials.csv, fitted.toml (settings that a study or a scenario takes) and provenance.

    Raises
    ------
    MachineError
        The disk is full or the folder is not writable.
    """
    spelt = shlex.join(command) if isinstance(command, list) else command
    files = {
        "trials.csv": to_csv(done.trials),
        "fitted.toml": fitted_toml(done).encode(),
        "provenance.json": to_json(_provenance(done, spelt)),
    }
    for name, data in files.items():
        with machine_errors(folder / name):
            write_atomically(folder / name, data)


def fitted_toml(done: Fitted) -> str:
    """Return the fitted values as the `[settings]` of a study, with their kind and interval."""
    study = done.study
    targets = "; ".join(f"{t.readout} at month {t.month:g}: {t.source}" for t in study.target)
    lines = [
        one_line(f"# {study.title}"),
        f"# bmu_abm {__version__}, {len(done.trials)} points of {study.replicates} patches",
        one_line(f"# fitted to {targets}", 2000),
        "",
        "[settings]",
    ]
    known = intervals(study, done.left)
    for axis in study.axes:
        told = "fitted; too few points for an interval"
        if axis.path in known:
            low, high = known[axis.path]
            told = f"fitted; 95 % interval {low:.4g} to {high:.4g}"
        lines.append(f"{json.dumps(axis.path)} = {_number(done.best[axis.path])}  # {told}")
    return "\n".join(lines) + "\n"


def _number(value: Any) -> str:
    return repr(value.item() if hasattr(value, "item") else value)


def _provenance(done: Fitted, command: str | None) -> dict[str, Any]:
    study, known = done.study, intervals(done.study, done.left)
    fitted = [
        {
            "path": axis.path,
            "value": float(done.best[axis.path]),
            "kind": "fitted",
            "interval_95": known.get(axis.path),
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
        "trials": len(done.trials),
        "log_likelihood": float(done.trials["log_likelihood"].max()),
        "fitted": fitted,
        "surrogates": _surrogates(study, done.left),
    }


def _surrogates(study: Study, left: Posterior | None) -> list[dict[str, Any]]:
    """Return how far the processes behind the intervals err at points that they had not seen."""
    if left is None:
        return []
    errors = zip(study.target, left.rmse.tolist(), left.spread.tolist(), strict=True)
    return [
        {"readout": t.readout, "month": t.month, "rmse_unseen": rmse, "spread": spread}
        for t, rmse, spread in errors
    ]
