"""Means over the replicates of one point, with standard errors."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bmu_abm.runs.summary import (
    FLOWS,
    RATIOS_OF_MEANS,
    WINDOW_MONTHS,
    Estimate,
    at_month,
    estimate,
    months_of_interest,
    over_window,
)

Floats = NDArray[np.float64]
KEYS = ("seed", "replicate", "month")


@dataclass(frozen=True)
class Ask:
    """Which readouts and months a summary tells.

    Attributes
    ----------
    readouts : tuple of str
        Columns; empty = all but the sums from which pooled means are made.
    months : tuple of float
        Empty = 0, 3, 6, each year and the last.
    """

    readouts: tuple[str, ...] = ()
    months: tuple[float, ...] = ()

    def columns(self, frame: pd.DataFrame) -> list[str]:
        """Return the readouts to tell, of those that a frame of rows has."""
        if self.readouts:
            return [name for name in self.readouts if name in frame]
        after = list(frame.columns)[list(frame.columns).index("month") + 1 :]
        return [name for name in after if not name.startswith("sum_")]

    def needed(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Return the rows and columns of one run that its summary needs."""
        columns = self.columns(frame)
        parts = [part for name in columns for part in RATIOS_OF_MEANS.get(name, ())[:2]]
        kept = dict.fromkeys([*KEYS, *columns, *(part for part in parts if part in frame)])
        months = frame["month"]
        inside = [months.between(m - WINDOW_MONTHS, m) for m in self.told(months)]
        return frame.loc[np.logical_or.reduce(inside), list(kept)]

    def told(self, months: pd.Series) -> list[float]:
        """Return the months to tell, of those that were sampled."""
        sampled = sorted(set(months))
        if self.months:
            return [month for month in sampled if month in self.months]
        return months_of_interest(sampled)


def summary_of_point(rows: pd.DataFrame, ask: Ask) -> pd.DataFrame:
    """Return means and standard errors over the replicates of a point.

    Parameters
    ----------
    rows : DataFrame
        Rows of its runs: `seed, replicate, month`, then readouts.
    ask : Ask
        What to tell.

    Returns
    -------
    DataFrame
        `month, readout, mean, se, n, mean_3_months, se_3_months`; the last two for flows, over
        the three months that end there. A standard error of one replicate is nan.
    """
    columns = ask.columns(rows)
    parts = [_of_month(rows, month, columns) for month in ask.told(rows["month"])]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=_COLUMNS)


_COLUMNS = ["month", "readout", "mean", "se", "n", "mean_3_months", "se_3_months"]


def _of_month(rows: pd.DataFrame, month: float, columns: list[str]) -> pd.DataFrame:
    mean, se, n = estimates(at_month(rows, month), columns)
    smooth, smooth_se = np.full(len(columns), np.nan), np.full(len(columns), np.nan)
    flows = [i for i, name in enumerate(columns) if name in FLOWS]
    window = over_window(rows, month)
    if flows and len(window):
        smooth[flows], smooth_se[flows], _ = estimates(window, [columns[i] for i in flows])
    values = (month, columns, mean, se, n, smooth, smooth_se)
    return pd.DataFrame(dict(zip(_COLUMNS, values, strict=True)))


def estimates(rows: pd.DataFrame, columns: list[str]) -> tuple[Floats, Floats, NDArray[np.int64]]:
    """Return mean, standard error and number of replicates of each column, shape (columns,).

    As `bmu_abm.runs.summary.estimate` for every column, but all at once.
    """
    values = rows[columns].to_numpy(dtype="float64")
    kept = np.isfinite(values)
    n = kept.sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.where(kept, values, 0.0).sum(axis=0) / n
        square = np.where(kept, values - mean, 0.0) ** 2
        se = np.sqrt(square.sum(axis=0) / np.where(n > 1, n - 1, np.nan) / n)
    for i, name in enumerate(columns):
        if name in RATIOS_OF_MEANS:
            ratio = estimate(rows, name)
            mean[i], se[i], n[i] = ratio.mean, ratio.se, ratio.n
    return mean, se, n


def one_estimate(rows: pd.DataFrame, column: str, month: float | None) -> Estimate:
    """Return the estimate of one readout; a flow's is over the three months before `month`.

    Parameters
    ----------
    rows : DataFrame
        Rows of the runs of one point.
    column : str
        The readout.
    month : float or None
        None = the last one.
    """
    if rows.empty:
        return Estimate(math.nan, math.nan, 0)
    when = float(rows["month"].max()) if month is None else month
    window = over_window(rows, when) if column in FLOWS else rows.iloc[:0]
    return estimate(window if len(window) else at_month(rows, when), column)
