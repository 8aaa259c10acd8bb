"""Paired differences: the same patches under two scenarios, replicate by replicate."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import stdtrit

from bmu_abm.batch.estimates import Ask, Floats
from bmu_abm.runs.summary import (
    FLOWS,
    RATIOS_OF_MEANS,
    WINDOW_MONTHS,
    at_month,
    over_window,
)

CONFIDENCE = 0.95
_PAIR = ["seed", "replicate"]


def differences(frames: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return the difference of every arm from the first, for all months that they share.

    Parameters
    ----------
    frames : mapping of str to DataFrame
        Rows of each arm: `seed, replicate, month`, then readouts.

    Returns
    -------
    DataFrame
        `arm, reference, month, over_months, readout, mean_reference, mean_arm, difference, se,
        low, high, n`. `low` and `high` bound the 95 % confidence interval of that month and
        readout alone (Student's t over the `n` pairs). Flows are means over the three months
        that end there (`over_months`).
    """
    (reference, base), *others = frames.items()
    parts = [
        _of_month(base, frame, month).assign(arm=arm, reference=reference, month=month)
        for arm, frame in others
        for month in sorted(set(base["month"]) & set(frame["month"]))
    ]
    table = pd.concat(parts, ignore_index=True)
    first = ["arm", "reference", "month", "over_months", "readout"]
    return table[[*first, *table.columns.drop(first)]]


def _of_month(base: pd.DataFrame, frame: pd.DataFrame, month: float) -> pd.DataFrame:
    columns = [name for name in Ask().columns(base) if name in frame]
    flows = [name for name in columns if name in FLOWS] if month > 0 else []
    states = [name for name in columns if name not in flows]
    now = [at_month(rows, month).set_index(_PAIR) for rows in (base, frame)]
    window = [over_window(rows, month) for rows in (base, frame)] if flows else now
    parts = [
        _paired(now[0], now[1], states, 0),
        _paired(window[0], window[1], flows, WINDOW_MONTHS),
    ]
    table = pd.concat([part for part in parts if len(part)], ignore_index=True)
    order = {name: i for i, name in enumerate(columns)}
    return table.sort_values("readout", key=lambda names: names.map(order), ignore_index=True)


def _paired(
    base: pd.DataFrame, arm: pd.DataFrame, columns: list[str], over_months: int
) -> pd.DataFrame:
    """Return the differences of each column; replicates without a partner are left out."""
    shared = base.index.intersection(arm.index).sort_values()
    a, b = base.loc[shared], arm.loc[shared]
    first, second = (rows[columns].to_numpy("float64", copy=True) for rows in (a, b))
    for i, name in enumerate(columns):
        if _parts(a, name) and _parts(b, name):
            kept = _finite(a, name) & _finite(b, name)
            for rows, values in ((a, first), (b, second)):
                values[:, i] = np.nan
                values[kept, i] = contributions(rows[kept], name)
    return _told(first, second).assign(readout=columns, over_months=over_months)


def _told(first: Floats, second: Floats) -> pd.DataFrame:
    """Return means, difference, standard error and interval of columns of pairs."""
    kept = np.isfinite(first) & np.isfinite(second)
    n = kept.sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        means = [np.where(kept, values, 0.0).sum(axis=0) / n for values in (first, second)]
        mean = np.where(kept, second - first, 0.0).sum(axis=0) / n
        square = np.where(kept, second - first - mean, 0.0) ** 2
        freedom = np.where(n > 1, n - 1, np.nan)
        se = np.sqrt(square.sum(axis=0) / freedom / n)
    half = se * stdtrit(freedom, 0.5 + CONFIDENCE / 2)
    told = {"mean_reference": means[0], "mean_arm": means[1], "difference": mean, "se": se}
    return pd.DataFrame({**told, "low": mean - half, "high": mean + half, "n": n})


def _finite(rows: pd.DataFrame, column: str) -> NDArray[np.bool_]:
    return np.isfinite(rows[list(_parts(rows, column))].to_numpy(dtype="float64")).all(axis=1)


def _parts(rows: pd.DataFrame, column: str) -> tuple[str, ...]:
    """Return the two columns whose means a readout is the ratio of; none for other readouts."""
    top, bottom, _ = RATIOS_OF_MEANS.get(column, ("", "", 1.0))
    return (top, bottom) if top in rows and bottom in rows else ()


def contributions(rows: pd.DataFrame, column: str) -> Floats:
    """Return what each replicate contributes to the estimate of a readout, shape (replicates,).

    Their mean is the estimate, and their standard error that of the estimate: the values
    themselves, or, for a ratio of two means, its linearisation about them.
    """
    parts = _parts(rows, column)
    if not parts:
        return rows[column].to_numpy(dtype="float64")
    top, bottom = (rows[name].to_numpy(dtype="float64") for name in parts)
    below = bottom.mean()
    if below == 0:
        return np.full(len(rows), np.nan)
    ratio = top.mean() / below
    return RATIOS_OF_MEANS[column][2] * (ratio + (top - ratio * bottom) / below)
