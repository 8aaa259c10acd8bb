"""Pooled histomorphometry: what many patches show over a stretch of time, with its error.

A quantity is a ratio of sums over patches and months, as a histomorphometrist pools biopsies; its
standard error is that of the jackknife over patches (Efron & Stein 1981 Ann Stat 9:586).
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Floats = NDArray[np.float64]
# Sums of one quantity over the stretch, by patch; their ratio is the pooled value.
Ratio = Callable[["Stretch"], tuple[Floats, Floats]]

SITE_MM2 = 1e-4
MONTHS_PER_YEAR = 12.0
DAYS_PER_YEAR = 365.0


class Stretch:
    """The monthly rows of many patches after month `start` and up to month `end`.

    Parameters
    ----------
    frame : DataFrame
        Rows of an ensemble: `replicate`, `seed`, `month`, then the readouts.
    start, end : float
        The stretch; both months must have rows.
    """

    def __init__(self, frame: pd.DataFrame, start: float, end: float) -> None:
        rows = frame.set_index(["seed", "replicate", "month"]).sort_index()
        month = rows.index.get_level_values("month")
        self.years = (end - start) / MONTHS_PER_YEAR
        self._first = rows[month == start].droplevel("month")
        self._last = rows[month == end].droplevel("month")
        self._within = rows[(month > start) & (month <= end)].groupby(level=["seed", "replicate"])
        if not len(self._first) or len(self._first) != len(self._last):
            raise ValueError(f"months {start:g} and {end:g} are not there for every patch")
        self.patches = len(self._first)

    def sum(self, name: str) -> Floats:
        """Return the sum of a column over the months, by patch."""
        return self._within[name].sum().to_numpy(float)

    def mean(self, name: str) -> Floats:
        """Return the mean of a column over the months, by patch."""
        return self._within[name].mean().to_numpy(float)

    def first(self, name: str) -> Floats:
        """Return a column in month `start`, by patch."""
        return self._first[name].to_numpy(float)

    def last(self, name: str) -> Floats:
        """Return a column in month `end`, by patch."""
        return self._last[name].to_numpy(float)

    def weighted(self, name: str, weight: str) -> tuple[Floats, Floats]:
        """Return the sums of `name * weight` and of `weight` where `name` is known."""
        product = self._within.apply(lambda g: (g[name] * g[weight]).sum())
        weights = self._within.apply(lambda g: g[weight][g[name].notna()].sum())
        return product.to_numpy(float), weights.to_numpy(float)


def _mean(name: str, scale: float = 1.0) -> Ratio:
    return lambda s: (scale * s.mean(name), np.ones(s.patches))


def _each(name: str, per: str = "sum_completed_sites", scale: float = 1.0) -> Ratio:
    return lambda s: (scale * s.sum(name), s.sum(per))


def _change_per_year(name: str) -> Ratio:
    return lambda s: (100.0 * (s.last(name) - s.first(name)) / s.years, s.first(name))


def _gain(name: str) -> Ratio:
    return lambda s: (s.last(name) - s.first(name), np.full(s.patches, s.years))


def _density_change(s: Stretch) -> tuple[Floats, Floats]:
    density = [part("n_osteocyte") / part("bv_tv") for part in (s.first, s.last)]
    return 100.0 * (density[1] - density[0]), density[0]


# name: (unit, how it is pooled)
QUANTITIES: dict[str, tuple[str, Ratio]] = {
    "bv_tv": ("%", _mean("bv_tv", 100.0)),
    "tb_th": ("um", _mean("tb_th_um")),
    "tb_n": ("/mm", _mean("tb_n_per_mm")),
    "tb_sp": ("um", _mean("tb_sp_um")),
    "holes": ("%", _mean("hole_area_fraction", 100.0)),
    "bv_drift": ("%/year", _change_per_year("bv_tv")),
    "ls_bmd": ("points/year", _gain("bmd_lumbar_spine_pct")),
    "ac_f": ("/year", _mean("ac_f_per_year")),
    "bfr_bs": ("um/year", _mean("bfr_bs_um_per_year")),
    "ms_bs": ("%", _mean("ms_bs", 100.0)),
    "os_bs": ("%", _mean("os_bs", 100.0)),
    "es_bs": ("%", _mean("es_bs", 100.0)),
    "oc_s_bs": ("%", _mean("oc_s_bs", 100.0)),
    "mar": ("um/day", lambda s: s.weighted("mar_um_per_day", "ms_bs")),
    "w_th": ("um", _each("sum_wall_um")),
    "e_de": ("um", _each("sum_depth_um")),
    "balance": ("um", _each("sum_balance_um")),
    "resorption_period": ("day", _each("sum_resorption_days")),
    "reversal_period": ("day", _each("sum_reversal_days")),
    "erosion_period": (
        "day",
        lambda s: (
            s.sum("sum_resorption_days") + s.sum("sum_reversal_days"),
            s.sum("sum_completed_sites"),
        ),
    ),
    "formation_period": ("day", _each("sum_formation_days")),
    "footprint": ("mm2", _each("sum_activated_sites", "sum_calls", SITE_MM2)),
    "refilled": ("%", _each("sum_completed_sites", "sum_activated_sites", 100.0)),
    "turnover": (
        "%/year",
        lambda s: (200.0 * s.mean("bfr_bs_um_per_year"), s.mean("tb_th_um")),
    ),
    "osteocyte_density_change": ("%", _density_change),
    "fat": ("%", _mean("fat_fraction", 100.0)),
    "resorption_ratio": ("", _mean("resorption_ratio")),
    "formation_ratio": ("", _mean("formation_ratio")),
    "ctx_ratio": ("", _mean("ctx_ratio")),
    "p1np_ratio": ("", _mean("p1np_ratio")),
}


def jackknife(numerator: Floats, denominator: Floats) -> tuple[float, float]:
    """Return the ratio of two sums over patches, and its standard error.

    With fewer than two patches the error is nan.
    """
    top, bottom, n = numerator.sum(), denominator.sum(), len(numerator)
    if bottom == 0.0:
        return float("nan"), float("nan")
    if n < 2:
        return float(top / bottom), float("nan")
    return float(top / bottom), _jackknife_error(_without_each(numerator, denominator))


def jackknife_difference(
    first: tuple[Floats, Floats], second: tuple[Floats, Floats]
) -> tuple[float, float]:
    """Return the difference of two ratios of sums over the same patches, and its standard error.

    Parameters
    ----------
    first, second : pair of ndarray, shape (n_patches,)
        Numerator and denominator of each ratio.
    """
    difference = jackknife(*first)[0] - jackknife(*second)[0]
    return difference, _jackknife_error(_without_each(*first) - _without_each(*second))


def _without_each(numerator: Floats, denominator: Floats) -> Floats:
    """Return the ratio of two sums that leave one patch out each."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return (numerator.sum() - numerator) / (denominator.sum() - denominator)


def _jackknife_error(without: Floats) -> float:
    """Return the standard error from the estimates that leave one patch out each."""
    n = len(without)
    return float(np.sqrt((n - 1) / n * ((without - without.mean()) ** 2).sum()))


def in_errors(difference: float, error: float) -> float:
    """Return a difference in standard errors; none is 0 whatever its error."""
    if difference == 0.0:
        return 0.0
    return difference / error if error else math.copysign(math.inf, difference)


def ratio_of(
    treated: pd.DataFrame, control: pd.DataFrame, name: str, start: float, end: float
) -> tuple[float, float]:
    """Return the mean of a column over that of the same patches in another arm, and its error."""
    top, bottom = Stretch(treated, start, end), Stretch(control, start, end)
    return jackknife(top.mean(name), bottom.mean(name))


def depth_spread(s: Stretch) -> tuple[float, float]:
    """Return the standard deviation of the erosion depth over sites (um), and its error."""
    n, total = s.sum("sum_completed_sites"), s.sum("sum_depth_um")
    squares = s.sum("sum_depth_um2")

    def spread(keep: NDArray[np.bool_]) -> float:
        mean = total[keep].sum() / n[keep].sum()
        return float(np.sqrt(max(0.0, squares[keep].sum() / n[keep].sum() - mean * mean)))

    everything = np.ones(s.patches, np.bool_)
    without = np.array([spread(np.arange(s.patches) != k) for k in range(s.patches)])
    return spread(everything), _jackknife_error(without)


def pool(frame: pd.DataFrame, start: float, end: float) -> pd.DataFrame:
    """Return the pooled quantities of a stretch of months.

    Returns
    -------
    DataFrame
        Index `quantity`; columns `unit, mean, se`.
    """
    stretch = Stretch(frame, start, end)
    rows = {name: (unit, *jackknife(*ratio(stretch))) for name, (unit, ratio) in QUANTITIES.items()}
    rows["e_de_sd"] = ("um", *depth_spread(stretch))
    table = pd.DataFrame.from_dict(rows, orient="index", columns=["unit", "mean", "se"])
    return table.rename_axis("quantity")


def identities(frame: pd.DataFrame, start: float, end: float) -> pd.DataFrame:
    """Return both sides of the identities of histomorphometry over a stretch of months.

    Returns
    -------
    DataFrame
        Index `identity`; columns `left, right, ratio`.
    """
    table = pool(frame, start, end)
    value = table["mean"]
    stretch = Stretch(frame, start, end)
    unfilled = stretch.sum("sum_unfilled_days").sum() / stretch.sum("sum_activated_sites").sum()
    filled = value["resorption_period"] + value["reversal_period"]
    per_day = value["ac_f"] / DAYS_PER_YEAR
    sides = {
        "Ac.f = BFR/W.Th": (value["ac_f"], value["bfr_bs"] / value["w_th"]),
        "OS/BS = Ac.f x formation period": (
            value["os_bs"],
            100.0 * per_day * value["formation_period"],
        ),
        "ES/BS = Ac.f x (resorption + reversal) + unfilled": (
            value["es_bs"],
            100.0 * per_day * (filled + unfilled),
        ),
        "BFR/BS = MAR x MS/BS": (
            value["bfr_bs"],
            value["mar"] * value["ms_bs"] / 100.0 * DAYS_PER_YEAR,
        ),
    }
    rows = pd.DataFrame.from_dict(sides, orient="index", columns=["left", "right"])
    rows["ratio"] = rows["left"] / rows["right"]
    return rows.rename_axis("identity")
