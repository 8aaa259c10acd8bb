"""A surrogate: a Gaussian process in place of the model, with its error out of sample."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from bmu_abm.batch.axis import Axis
from bmu_abm.batch.estimates import Floats
from bmu_abm.batch.process import FEWEST_POINTS, Process, errors_unseen
from bmu_abm.batch.sweeping import Sweep
from bmu_abm.errors import InputError


@dataclass(frozen=True)
class Surrogate:
    """What a readout is, as a function of what a sweep varied.

    Attributes
    ----------
    columns : list of str
        Of the varied quantities.
    rmse : float
        Root mean square error at points that it had not seen, in the unit of the readout; it
        holds the noise of those points too.
    spread : float
        Standard deviation of the readout over all points: what the mean alone would err by.
    within_95 : float
        Share of the unseen points inside their 95 % interval.
    """

    columns: list[str]
    readout: str
    month: float
    rmse: float
    spread: float
    within_95: float
    _process: Process
    _low: Floats
    _width: Floats

    def predict(self, points: pd.DataFrame) -> pd.DataFrame:
        """Return `mean` and `sd` of the model's mean at new points (columns as varied)."""
        shares = (points[self.columns].to_numpy(dtype="float64") - self._low) / self._width
        mean, sd = self._process.predict(shares)
        return pd.DataFrame({"mean": mean, "sd": sd}, index=points.index)


def surrogate(done: Sweep, readout: str, month: float) -> Surrogate:
    """Fit a Gaussian process to the points of a sweep.

    Parameters
    ----------
    done : Sweep
        Its varied quantities are numbers; points without a value are left out.
    readout, month
        What is learnt; a flow as its mean over three months. The standard errors of the points
        are taken for their noise.

    Returns
    -------
    Surrogate
        With its error by ten-fold cross-validation.

    Raises
    ------
    InputError
        scikit-learn is missing, or there are too few points, or not numbers.
    """
    axes: list[Axis] = [*done.study.axes, *done.study.lever_axes]
    columns = [axis.name for axis in axes]
    rows = _rows(done, readout, month)
    if len(rows) < FEWEST_POINTS:
        what = f"{len(rows)} points have a value of {readout} at month {month:g}"
        raise InputError(f"{done.folder}: {what}; a surrogate needs {FEWEST_POINTS} or more")
    points = rows[columns].apply(pd.to_numeric, errors="coerce").to_numpy(dtype="float64")
    if not np.isfinite(points).all():
        raise InputError(f"{done.folder}: a varied quantity is no number; leave it out")
    low, width = points.min(axis=0), np.ptp(points, axis=0)
    width = np.where(width > 0, width, 1.0)
    shares, values = (points - low) / width, rows["mean"].to_numpy(dtype="float64")
    noise = np.nan_to_num(rows["se"].to_numpy(dtype="float64")) ** 2
    error, sd = errors_unseen(shares, values, noise, done.study.seed)
    return Surrogate(
        columns=columns,
        readout=readout,
        month=month,
        rmse=float(np.sqrt(np.mean(error**2))),
        spread=float(values.std()),
        within_95=float(np.mean(np.abs(error) <= 1.96 * np.sqrt(sd**2 + noise))),
        _process=Process.through(shares, values, noise, done.study.seed),
        _low=low,
        _width=width,
    )


def _rows(done: Sweep, readout: str, month: float) -> pd.DataFrame:
    summary = done.summary()
    rows = summary[(summary["readout"] == readout) & (summary["month"] == month)].copy()
    smooth = rows["mean_3_months"].notna()
    rows["mean"] = rows["mean"].where(~smooth, rows["mean_3_months"])
    rows["se"] = rows["se"].where(~smooth, rows["se_3_months"])
    return rows[np.isfinite(rows["mean"])]
