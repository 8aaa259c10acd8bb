"""What a lesson measures, pooled over patches, with its 95 % interval; and the choice it makes."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bmu_abm.app.lessons.form import Claim, Measure, Question, Take
from bmu_abm.validation.pooled import jackknife

Floats = NDArray[np.float64]
# Readouts of an arm: (patches, months) by name.
Arm = Mapping[str, Floats]
# Student's t at 97.5 % by degrees of freedom; beyond the last it is taken as 2.
_T975 = (
    12.71, 4.30, 3.18, 2.78, 2.57, 2.45, 2.36, 2.31, 2.26, 2.23, 2.20, 2.18, 2.16, 2.14, 2.13,
    2.12, 2.11, 2.10, 2.09, 2.09,
)  # fmt: skip


@dataclass(frozen=True)
class Value:
    """A pooled value with the ends of its 95 % interval (nan for a single patch)."""

    mean: float
    low: float
    high: float
    patches: int


def evaluate(measure: Measure, arms: Mapping[str, Arm]) -> Value | None:
    """Return a measure over the patches of the arms; None where what it needs was not lived.

    A ratio is that of the sums over patches. The interval is that of the jackknife over patches:
    two arms are pairs of the same patches.
    """
    sides = []
    for readout, arm, take, months in measure.sides():
        values = arms.get(arm, {}).get(readout)
        if values is None or values.shape[1] <= months[-1]:
            return None
        sides.append(_taken(values, take, months))
    top, ones = sides[0], np.ones(len(sides[0]))
    if len(sides) == 1:
        pooled = jackknife(top, ones)
    elif measure.compare == "difference":
        pooled = jackknife(top - sides[1], ones)
    else:
        pooled = jackknife(top, sides[1])
    mean, error = (measure.factor * one for one in pooled)
    if not math.isfinite(mean):
        return None
    n = len(top)
    half = abs(error) * (_T975[n - 2] if 2 <= n < len(_T975) + 2 else 2.0)
    return Value(mean, mean - half, mean + half, n)


def _taken(values: Floats, take: Take, months: Sequence[int]) -> Floats:
    """Return one number for each patch."""
    if take == "at":
        return values[:, months[0]]
    first, last = months
    if take == "change":
        return values[:, last] - values[:, first]
    within = values[:, first + 1 : last + 1]
    total = np.nansum(within, axis=1)
    if take == "sum":
        return np.asarray(total)
    known = np.maximum(1, np.isfinite(within).sum(axis=1))
    return np.asarray(total / known)


def right_choice(question: Question, value: Value) -> tuple[int, bool]:
    """Return the choice whose range holds the value, and whether it holds all of its interval."""

    def choice_of(x: float) -> int:
        limits = [one.up_to for one in question.choice[:-1]]
        return sum(limit is not None and x > limit for limit in limits)

    right = choice_of(value.mean)
    sure = all(math.isfinite(x) and choice_of(x) == right for x in (value.low, value.high))
    return right, sure


def holds(claim: Claim, value: Value) -> bool:
    """Tell whether the whole interval of a value lies where the claim says."""
    low, high = claim.at_least, claim.at_most
    return (low is None or value.low >= low) and (high is None or value.high <= high)


def words(measure: Measure, value: Value) -> str:
    """Return a value as it is read: number, unit, interval."""
    unit = f" {measure.unit}" if measure.unit else ""
    told = f"{_number(value.mean, measure.decimals)}{unit}"
    if not math.isfinite(value.low):
        return told
    ends = " to ".join(_number(x, measure.decimals) for x in (value.low, value.high))
    return f"{told} (95 % interval {ends})"


def _number(value: float, decimals: int) -> str:
    text = f"{abs(value):.{decimals}f}"
    return ("−" if value < 0 and float(text) != 0 else "") + text


def arrays(lived: Sequence[Mapping[str, list[dict[str, Any]]]], names: Sequence[str]) -> Any:
    """Return the rows of patches as (patches, months) by arm and readout.

    Parameters
    ----------
    lived : sequence of dict
        For each patch the monthly rows of every arm.
    names : sequence of str
        Readouts that are wanted.
    """
    if not lived:
        return {}
    return {
        arm: {
            name: np.array(
                [[_float(row.get(name)) for row in one[arm]] for one in lived], dtype=float
            )
            for name in names
        }
        for arm in lived[0]
    }


def _float(value: Any) -> float:
    return float("nan") if value is None else float(value)
