"""What studies of drugs share: their readouts, changes, ratios to a control, charts, background."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from bmu_abm.validation.course import Chart
from bmu_abm.validation.pooled import Floats, Stretch, jackknife
from bmu_abm.validation.study import Frames

SPINE, HIP = "bmd_lumbar_spine_pct", "bmd_total_hip_pct"
CTX, NTX, P1NP = "ctx_ratio", "ntx_ratio", "p1np_ratio"
CHARTS = (
    Chart(CTX, "CTX over baseline", months=3),
    Chart(P1NP, "P1NP over baseline", months=3),
    Chart(SPINE, "lumbar spine BMD, % of month 0"),
    Chart(HIP, "total hip BMD, % of month 0"),
)
# What trials of drugs give to all of their arms, a day: mg of calcium, ug of vitamin D.
BACKGROUND = (
    {"use": "calcium", "start_month": 0, "dose": 1000},
    {"use": "vitamin_d", "start_month": 0, "dose": 20, "every_days": 1},
)


def mean(values: Floats) -> tuple[float, float]:
    """Return the mean over patches with its standard error."""
    return jackknife(values, np.ones(len(values)))


def change(frames: Frames, arm: str, name: str, start: float, end: float) -> Floats:
    """Return the change of a column between two months, by patch."""
    stretch = Stretch(frames[arm], start, end)
    return stretch.last(name) - stretch.first(name)


def largest(
    over_rest: Callable[[int, int], tuple[float, float]], start: int, end: int
) -> tuple[tuple[float, float], float]:
    """Return the largest pooled mean of three months within a stretch, and the month it ends in.

    Parameters
    ----------
    over_rest : callable
        Returns the mean after a month and up to another one, with its standard error.
    """
    ends = range(start + 3, end + 1)
    found = [over_rest(month - 3, month) for month in ends]
    best = int(np.argmax([value for value, _ in found]))
    return found[best], float(ends[best])
