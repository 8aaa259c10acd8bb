"""`bmu sensitivity`: which parameters move which readout, and by how much."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from bmu_abm.batch.indices import Outputs, indices
from bmu_abm.batch.study import Study
from bmu_abm.batch.sweeping import Sweep, sweep
from bmu_abm.errors import InputError, MachineError
from bmu_abm.runs.files import machine_errors, write_atomically
from bmu_abm.runs.output import to_csv

DESIGNS = ("morris", "saltelli")
DEFAULT_READOUTS = ("bmd_lumbar_spine_pct",)


@dataclass(frozen=True)
class Sensitivity:
    """Indices of a study.

    Attributes
    ----------
    table : DataFrame
        `readout, month, parameter, index, value, low, high, noise_share`.
    sweep : Sweep
        The runs they come from.
    """

    table: pd.DataFrame
    sweep: Sweep

    @property
    def folder(self) -> Path:
        """Where the files are."""
        return self.sweep.folder


def sensitivity(study: Study | str | Path, **options: Any) -> Sensitivity:
    """Run what is left of a sensitivity study, analyse it, and write table and figure.

    Parameters
    ----------
    study : Study, name or path
        Its design is "morris" or "saltelli"; the readouts and months that it names are the
        outputs (by default lumbar density in the last month).
    **options
        As for `bmu_abm.batch.sweeping.sweep`.

    Returns
    -------
    Sensitivity

    Raises
    ------
    InputError
        The study is no sensitivity study, or SALib is missing.
    MachineError
        Points are without a finished run; the files of the sweep were written.
    """
    study = study if isinstance(study, Study) else Study.load(study)
    if study.design not in DESIGNS:
        what = f"is {study.design!r}, which has no indices"
        raise study.fault("design", what, "choose morris or saltelli")
    readouts = study.readouts or list(DEFAULT_READOUTS)
    asked = study.model_copy(update={"readouts": readouts, "months": _months(study)})
    done = sweep(asked, **options)
    if not done.outcome.done:
        raise _incomplete(done, readouts[0])
    table = analyse(asked, done)
    _write(done.folder, asked, table)
    return Sensitivity(table, done)


def _months(study: Study) -> list[float]:
    return study.months or [float(int(12 * study.base.years + 1e-9))]


def analyse(study: Study, done: Sweep) -> pd.DataFrame:
    """Return the indices of every readout and month of a finished sweep.

    Raises
    ------
    InputError
        An output is the same in all points, so that nothing can be told apart.
    MachineError
        Points are without a finished run.
    """
    summary = done.summary()
    names = [axis.name for axis in study.axes]
    n_points = int(pd.read_csv(done.folder / "points.csv")["point"].max()) + 1
    parts = []
    for (readout, month), rows in summary.groupby(["readout", "month"], sort=False):
        outputs = _outputs(done, rows, n_points, str(readout))
        told = indices(study, names, outputs)
        told.insert(0, "month", month)
        told.insert(0, "readout", readout)
        parts.append(told.assign(noise_share=outputs.noise_share))
    return pd.concat(parts, ignore_index=True)


def _outputs(done: Sweep, rows: pd.DataFrame, n_points: int, readout: str) -> Outputs:
    rows = rows.set_index("point").reindex(range(n_points))
    smooth = rows["mean_3_months"].notna()
    means = rows["mean"].where(~smooth, rows["mean_3_months"]).to_numpy(dtype="float64")
    errors = rows["se"].where(~smooth, rows["se_3_months"]).to_numpy(dtype="float64")
    if not np.isfinite(means).all():
        raise _incomplete(done, readout)
    if np.ptp(means) == 0:
        what = f"{readout} is {means[0]:g} in all points"
        raise InputError(f"{done.study.source}: readouts: {what}; ask for another one or month")
    return Outputs(means, errors)


def _incomplete(done: Sweep, readout: str) -> MachineError:
    what = f"{done.outcome.failed} runs failed and {done.outcome.missing} are missing"
    mend = "repeat the command to run them, or give more replicates"
    return MachineError(f"{done.folder}: not every point has a value of {readout} ({what}); {mend}")


def _write(folder: Path, study: Study, table: pd.DataFrame) -> None:
    from bmu_abm.batch.sensitivity_figure import sensitivity_png

    files = {
        "sensitivity.csv": to_csv(table),
        "sensitivity.png": sensitivity_png(table, study.title),
    }
    for name, data in files.items():
        with machine_errors(folder / name):
            write_atomically(folder / name, data)
