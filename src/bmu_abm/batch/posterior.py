"""What the targets of a calibration leave open of its parameters.

A Gaussian process for every target, through the points that were tried, stands in for the model.
The prior is even over the ranges, each on its own scale.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import qmc

from bmu_abm.batch.estimates import Floats
from bmu_abm.batch.process import FEWEST_POINTS, Process, errors_unseen

_DRAWS = 13  # power of two of the points at which the likelihood is reckoned
_ENOUGH = 500.0  # points that carry the weight
_ZOOMS = 6
_TAIL = 12.0  # of log likelihood below the best that is left outside when zooming


@dataclass(frozen=True)
class Posterior:
    """Intervals of the parameters, as shares of their ranges.

    Attributes
    ----------
    low, middle, high : ndarray, shape (n_parameters,)
        2.5 %, 50 % and 97.5 % of each parameter, whatever the others are.
    rmse, spread : ndarray, shape (n_targets,)
        Error of the Gaussian process at points that it had not seen, and the standard deviation of
        the target over all points, which is what their mean alone would err by.
    """

    low: Floats
    middle: Floats
    high: Floats
    rmse: Floats
    spread: Floats


def posterior(
    shares: Floats, means: Floats, errors: Floats, values: Floats, sds: Floats, seed: int
) -> Posterior | None:
    """Return what the targets leave open.

    Parameters
    ----------
    shares : ndarray, shape (n_points, n_parameters)
        The points that were tried, as shares (0 to 1) of the ranges.
    means, errors : ndarray, shape (n_points, n_targets)
        Mean of the model over its replicates, and the standard error of that mean.
    values, sds : ndarray, shape (n_targets,)
        What was measured, and its standard error.

    Returns
    -------
    Posterior or None
        None where too few points have values.
    """
    known = np.isfinite(means).all(axis=1) & np.isfinite(errors).all(axis=1)
    if known.sum() < FEWEST_POINTS:
        return None
    shares, means, noise = shares[known], means[known], errors[known] ** 2
    targets = range(means.shape[1])
    processes = [Process.through(shares, means[:, k], noise[:, k], seed) for k in targets]
    # The points share their patches: what these are off by, all points are off by.
    variances = sds**2 + noise.mean(axis=0)
    points, weights = _weighted(processes, values, variances, shares.shape[1], seed)
    low, middle, high = (_quantiles(points, weights, q) for q in (0.025, 0.5, 0.975))
    unseen = [errors_unseen(shares, means[:, k], noise[:, k], seed) for k in targets]
    rmse = np.array([math.sqrt(np.mean(error**2)) for error, _ in unseen])
    return Posterior(low, middle, high, rmse, means.std(axis=0))


def _weighted(
    processes: Sequence[Process], values: Floats, variances: Floats, size: int, seed: int
) -> tuple[Floats, Floats]:
    """Return points and their weights, from a box that shrinks until enough points count."""
    low, high = np.zeros(size), np.ones(size)
    for _ in range(_ZOOMS):
        points = low + (high - low) * qmc.Sobol(size, seed=seed).random_base2(_DRAWS)
        likelihood = _log_likelihood(processes, values, variances, points)
        likelihood -= likelihood.max()
        weights = np.exp(likelihood)
        weights /= weights.sum()
        if 1.0 / np.sum(weights**2) >= _ENOUGH:
            break
        inside = points[likelihood >= -_TAIL]
        margin = 0.1 * np.ptp(inside, axis=0) + 1e-3 * (high - low)
        low = np.maximum(low, inside.min(axis=0) - margin)
        high = np.minimum(high, inside.max(axis=0) + margin)
    return points, weights


def _log_likelihood(
    processes: Sequence[Process], values: Floats, variances: Floats, points: Floats
) -> Floats:
    total = np.zeros(len(points))
    for process, value, known in zip(processes, values, variances, strict=True):
        mean, sd = process.predict(points)
        variance = known + sd**2
        total -= 0.5 * ((mean - value) ** 2 / variance + np.log(variance))
    return total


def _quantiles(points: Floats, weights: Floats, q: float) -> Floats:
    return np.array([_quantile(column, weights, q) for column in points.T])


def _quantile(values: Floats, weights: Floats, q: float) -> float:
    order = np.argsort(values)
    reached = np.cumsum(weights[order])
    return float(values[order][min(int(np.searchsorted(reached, q)), len(order) - 1)])
