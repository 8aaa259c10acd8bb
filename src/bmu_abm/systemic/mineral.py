"""What the body lacks for mineral slows how osteoid mineralises."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

SLOWEST = 0.01


def pace(p: NDArray[np.void], level: float) -> None:
    """Let osteoid wait longer for mineral, and take up less at first, at a level below 1.

    Parameters
    ----------
    p : record array, shape (1,)
        Parameters of the day; changed here.
    level : float
        Speed of mineralisation over rest.
    """
    if level >= 1.0:
        return
    p["mineral_lag_days"] /= max(level, SLOWEST)
    p["mineral_primary_days"] /= max(level, SLOWEST)
    p["mineral_primary_share"] *= level
