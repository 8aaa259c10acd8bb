"""What a row reads in its arms: means over patches and months, as the trial reports them.

Every value is a ratio of sums over patches, with the standard error of the jackknife; two arms
live the same patches.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd

from bmu_abm.validation.pooled import Floats, Stretch, jackknife
from bmu_abm.validation.trials.rows import Row

_BASELINE_MONTHS = 12.0
_NEAR_MONTHS = 0.2
_KEYS = ("seed", "replicate", "month")
Frames = Mapping[str, pd.DataFrame]


def unread(row: Row, frames: Frames) -> str | None:
    """Return why a row cannot be read in its arms, or None."""
    lacks = any(row.readout not in frames[arm] for arm in row.arms)
    return f"no readout {row.readout}" if lacks else None


def value(row: Row, frames: Frames) -> tuple[float, float]:
    """Return what the model gives for a row, in the row's unit, and its standard error.

    Parameters
    ----------
    row : Row
        A row with an arm.
    frames : mapping of str to DataFrame
        The monthly rows of every arm.

    Raises
    ------
    ValueError
        An arm has no row near a month that is asked for.
    """
    patches = min(frames[arm]["replicate"].nunique() for arm in row.arms)
    arms = [_needed(frames[arm], row.readout, patches) for arm in row.arms]
    return _READINGS[row.how](row, arms)


def _needed(frame: pd.DataFrame, readout: str, patches: int) -> pd.DataFrame:
    """Return one readout of the first patches, and the months that each row stands for."""
    kept = frame.loc[frame["replicate"] < patches, [*_KEYS, readout]].sort_values(list(_KEYS))
    return kept.assign(months=kept.groupby(["seed", "replicate"])["month"].diff())


def _sampled(frame: pd.DataFrame, month: float) -> float:
    """Return the month of the row nearest to a month."""
    months = frame["month"].unique()
    nearest = float(months[np.abs(months - month).argmin()])
    if abs(nearest - month) > _NEAR_MONTHS:
        raise ValueError(f"no row near month {month:g}; the nearest is {nearest:g}")
    return nearest


def _stretch(frame: pd.DataFrame, start: float, end: float) -> Stretch:
    return Stretch(frame, _sampled(frame, start), _sampled(frame, end))


def _ends(row: Row, frame: pd.DataFrame) -> tuple[Stretch, Floats, Floats]:
    """Return a readout at both ends, by patch; percentages of month 0 as what is left of 100."""
    stretch = _stretch(frame, row.start, row.end)
    whole = 100.0 if row.readout.endswith("_pct") else 0.0
    return stretch, whole + stretch.first(row.readout), whole + stretch.last(row.readout)


def _mean(frame: pd.DataFrame, readout: str, end: float, window: float) -> Floats:
    """Return a readout by patch: its state at `end`, or its mean over the `window` before."""
    if window <= 0.0:
        return _stretch(frame, 0.0, end).last(readout)
    first = frame["month"].unique()
    start = float(first[np.abs(first - max(0.0, end - window)).argmin()])
    total, months = _stretch(frame, start, end).weighted(readout, "months")
    mean: Floats = total / months
    return mean


def _level_of(row: Row, frame: pd.DataFrame) -> Floats:
    return _mean(frame, row.readout, row.end, row.window)


def _change(row: Row, arms: list[pd.DataFrame]) -> tuple[float, float]:
    _, first, last = _ends(row, arms[0])
    return jackknife(100.0 * (last - first), first)


def _rate(row: Row, arms: list[pd.DataFrame]) -> tuple[float, float]:
    stretch, first, last = _ends(row, arms[0])
    return jackknife(100.0 * (last - first) * row.scale / stretch.years, first)


def _difference(row: Row, arms: list[pd.DataFrame]) -> tuple[float, float]:
    """Return the change of an arm less that of another that began as it did."""
    (_, first, treated), (_, _, control) = (_ends(row, arm) for arm in arms)
    return jackknife(100.0 * (treated - control), first)


def _ratio(row: Row, arms: list[pd.DataFrame]) -> tuple[float, float]:
    treated, control = (_level_of(row, arm) for arm in arms)
    return jackknife(100.0 * (treated - control), control)


def _baseline(row: Row, arms: list[pd.DataFrame]) -> tuple[float, float]:
    """Return the change from baseline; that is the first untreated year of the same patches.

    One month of a patch holds too few cavities to be a baseline.
    """
    before = _mean(arms[1], row.readout, _BASELINE_MONTHS, _BASELINE_MONTHS)
    return jackknife(100.0 * (_level_of(row, arms[0]) - before), before)


def _level(row: Row, arms: list[pd.DataFrame]) -> tuple[float, float]:
    now = row.scale * _level_of(row, arms[0])
    return jackknife(now, np.ones(len(now)))


_READINGS: dict[str, Callable[[Row, list[pd.DataFrame]], tuple[float, float]]] = {
    "change": _change,
    "rate": _rate,
    "difference": _difference,
    "ratio": _ratio,
    "baseline": _baseline,
    "level": _level,
    "direction": _ratio,
}
