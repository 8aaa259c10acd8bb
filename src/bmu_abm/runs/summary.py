"""Means over replicates with their standard errors.

What is a ratio of two noisy quantities is a ratio of their means over the replicates, never a
mean of ratios: a patch has months without resorption.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from bmu_abm.clock import DAYS_PER_YEAR
from bmu_abm.runs.points import KEY_COLUMNS

EARLY_MONTHS = (0, 3, 6)
WINDOW_MONTHS = 3
TARGET_SE_BMD = 0.5

FLOWS = frozenset(
    {
        "resorption_ratio",
        "formation_ratio",
        "ctx_ratio",
        "ntx_ratio",
        "p1np_ratio",
        "bsap_ratio",
        "ocn_ratio",
        "trap5b_ratio",
        "mar_um_per_day",
        "bfr_bs_um_per_year",
        "ac_f_per_year",
        "w_th_um",
        "e_de_um",
    }
)
# column: (numerator, denominator, factor)
RATIOS_OF_MEANS = {
    "mar_um_per_day": ("bfr_bs_um_per_year", "ms_bs", 1 / DAYS_PER_YEAR),
    "w_th_um": ("sum_wall_um", "sum_completed_sites", 1.0),
    "e_de_um": ("sum_depth_um", "sum_completed_sites", 1.0),
}


@dataclass(frozen=True)
class Estimate:
    """A mean over replicates: `mean`, standard error `se` (nan for one replicate), and `n`."""

    mean: float
    se: float
    n: int

    def as_dict(self) -> dict[str, float | int | None]:
        """Return the estimate for JSON, where nan is null."""
        return {"mean": _finite(self.mean), "se": _finite(self.se), "n": self.n}


def _finite(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None


def mean_estimate(values: np.ndarray) -> Estimate:
    """Return the mean of one value a replicate, shape (n,); replicates without one (nan) are
    left out.
    """
    kept = values[np.isfinite(values)]
    if kept.size == 0:
        return Estimate(math.nan, math.nan, 0)
    se = kept.std(ddof=1) / math.sqrt(kept.size) if kept.size > 1 else math.nan
    return Estimate(float(kept.mean()), float(se), kept.size)


def ratio_estimate(numerator: np.ndarray, denominator: np.ndarray) -> Estimate:
    """Return the ratio of two means over the same replicates, with its linearised error.

    Parameters
    ----------
    numerator, denominator : ndarray, shape (n,)
        One value a replicate.
    """
    kept = np.isfinite(numerator) & np.isfinite(denominator)
    top, bottom = numerator[kept], denominator[kept]
    if bottom.size == 0 or bottom.mean() == 0:
        return Estimate(math.nan, math.nan, int(bottom.size))
    ratio = top.mean() / bottom.mean()
    residual = mean_estimate((top - ratio * bottom) / bottom.mean())
    return Estimate(float(ratio), residual.se, residual.n)


def readout_columns(frame: pd.DataFrame) -> list[str]:
    """Return the columns of a frame that hold readouts: all numbers after `month`."""
    after = list(frame.columns)[list(frame.columns).index("month") + 1 :]
    return [name for name in after if name not in KEY_COLUMNS]


def estimate(rows: pd.DataFrame, column: str) -> Estimate:
    """Return the estimate of one column from rows with one row a replicate."""
    top, bottom, factor = RATIOS_OF_MEANS.get(column, (None, None, 1.0))
    if top in rows and bottom in rows:
        return ratio_estimate(factor * rows[top].to_numpy(), rows[bottom].to_numpy())
    return mean_estimate(rows[column].to_numpy(dtype="float64"))


def at_month(frame: pd.DataFrame, month: float) -> pd.DataFrame:
    """Return the rows of one month, one a replicate."""
    return frame[frame["month"] == month]


def over_window(frame: pd.DataFrame, month: float) -> pd.DataFrame:
    """Return each replicate's mean over the three months that end with `month`."""
    inside = frame["month"].gt(month - WINDOW_MONTHS) & frame["month"].le(month)
    window = frame[inside & frame["month"].gt(0)]
    return window.groupby(["seed", "replicate"])[readout_columns(frame)].mean()


def months_of_interest(months: Iterable[float]) -> list[float]:
    """Return the months 0, 3, 6, every twelfth and the last, of those that were sampled."""
    sampled = sorted(set(months))
    chosen = (m for m in sampled if m in EARLY_MONTHS or m % 12 == 0 or m == sampled[-1])
    return list(chosen)


def summarise(frame: pd.DataFrame) -> dict[str, dict[str, dict[str, float | int | None]]]:
    """Return for each month of interest, for each readout, `mean`, `se` and `n`.

    Flows (markers, rates) also have `mean_3_months` and `se_3_months`, over the three months
    that end there: a single month of a patch is noise.
    """
    months = months_of_interest(frame["month"])
    return {f"{month:g}": _summary_of(frame, month) for month in months}


def _summary_of(frame: pd.DataFrame, month: float) -> dict[str, dict[str, float | int | None]]:
    rows, window = at_month(frame, month), over_window(frame, month)
    summary = {}
    for column in readout_columns(frame):
        summary[column] = estimate(rows, column).as_dict()
        if column in FLOWS and len(window):
            smooth = estimate(window, column).as_dict()
            summary[column] |= {f"{key}_3_months": smooth[key] for key in ("mean", "se")}
    return summary


def replicates_needed(rows: pd.DataFrame, column: str = "bmd_lumbar_spine_pct") -> int | None:
    """Return how many replicates bring the standard error of BMD to half a point.

    None when one replicate is all there is, or the column is absent.
    """
    if column not in rows:
        return None
    now = estimate(rows, column)
    if not math.isfinite(now.se):
        return None
    return max(2, math.ceil(now.n * (now.se / TARGET_SE_BMD) ** 2))
