"""Sensitivity indices: the designs of Morris and of Saltelli, and their analysis, by SALib."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from bmu_abm.batch.estimates import Floats
from bmu_abm.batch.executors import need
from bmu_abm.batch.study import Study

RESAMPLES = 1000
CONFIDENCE = 0.95
MORRIS_LEVELS = 4


def _problem(names: list[str]) -> dict[str, Any]:
    """Return the problem in shares of each range; `Axis.at` makes values of them."""
    return {"num_vars": len(names), "names": names, "bounds": [[0.0, 1.0]] * len(names)}


def shares(study: Study, n_axes: int) -> list[list[float]]:
    """Return the design of a sensitivity study, a row a point, in shares of each range.

    `points` trajectories of Morris (n_axes + 1 points each), or, for "saltelli", `points` base
    samples (n_axes + 2 points each).

    Raises
    ------
    InputError
        SALib is not installed.
    """
    problem = _problem([f"x{i}" for i in range(n_axes)])
    if study.design == "morris":
        sample = need("SALib.sample.morris", "sensitivity").sample
        rows = sample(problem, study.points, num_levels=MORRIS_LEVELS, seed=study.seed)
    else:
        sample = need("SALib.sample.sobol", "sensitivity").sample
        rows = sample(problem, study.points, calc_second_order=False, seed=study.seed)
    found: list[list[float]] = rows.tolist()
    return found


@dataclass(frozen=True)
class Outputs:
    """One output of every point.

    Attributes
    ----------
    means : ndarray, shape (points,)
        Over the replicates.
    errors : ndarray, shape (points,)
        Their standard errors; nan for one replicate.
    """

    means: Floats
    errors: Floats

    @property
    def noise_share(self) -> float:
        """Share of the variance between points that is noise of too few replicates.

        Nan for one replicate, which cannot tell.
        """
        variance = float(np.var(self.means, ddof=1))
        noise = float(np.mean(self.errors**2))
        return noise / variance if variance > 0 else float("nan")


def indices(study: Study, names: list[str], outputs: Outputs) -> pd.DataFrame:
    """Return the indices of one output with their bootstrap intervals.

    Returns
    -------
    DataFrame
        `parameter, index, value, low, high`. Morris: `mu_star` (mean size of the effect of a
        parameter over its range), `mu`, `sigma` (its spread: interaction or curvature); an
        interval for `mu_star`. Saltelli: `S1` (share of the variance by the parameter alone) and
        `ST` (with all its interactions). Intervals are 95 %, by bootstrap over trajectories or
        base samples.
    """
    problem = _problem(names)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a constant output divides by 0: its indices are nan
        found = _analysed(study, problem, outputs.means)
    told = ("mu_star", "mu", "sigma") if study.design == "morris" else ("S1", "ST")
    rows = [
        (name, index, value, value - half, value + half)
        for index in told
        for name, value, half in zip(names, found[index], _half(found, index), strict=True)
    ]
    return pd.DataFrame(rows, columns=["parameter", "index", "value", "low", "high"])


def _analysed(study: Study, problem: dict[str, Any], values: Floats) -> dict[str, Any]:
    options = {
        "num_resamples": RESAMPLES,
        "conf_level": CONFIDENCE,
        "print_to_console": False,
        "seed": study.seed,
    }
    if study.design == "morris":
        design = np.array(shares(study, problem["num_vars"]))
        analyze = need("SALib.analyze.morris", "sensitivity").analyze
        found = analyze(problem, design, values, num_levels=MORRIS_LEVELS, **options)
    else:
        analyze = need("SALib.analyze.sobol", "sensitivity").analyze
        found = analyze(problem, values, calc_second_order=False, **options)
    analysed: dict[str, Any] = dict(found)
    return analysed


def _half(found: dict[str, Any], index: str) -> Floats:
    key = f"{index}_conf"
    half: Floats = found[key] if key in found else np.full(len(found[index]), np.nan)
    return half
