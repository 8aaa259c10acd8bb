"""Gaussian processes through noisy points, and their errors at points that they have not seen."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np

from bmu_abm.batch.estimates import Floats
from bmu_abm.batch.executors import need

FOLDS = 10
FEWEST_POINTS = 10


@dataclass(frozen=True)
class Process:
    """A Gaussian process over shares (0 to 1) of ranges."""

    _regressor: Any

    @classmethod
    def through(cls, shares: Floats, values: Floats, noise: Floats, seed: int) -> Process:
        """Fit a process.

        Parameters
        ----------
        shares : ndarray, shape (n_points, n_quantities)
        values, noise : ndarray, shape (n_points,)
            Values and the variances of their errors.

        Raises
        ------
        InputError
            scikit-learn is missing.
        """
        need("sklearn", "calibrate")
        from sklearn.gaussian_process import GaussianProcessRegressor
        from sklearn.gaussian_process.kernels import RBF, ConstantKernel, WhiteKernel

        spread = values.std() or 1.0
        kernel = ConstantKernel(1.0, (1e-3, 1e3)) * RBF(np.ones(shares.shape[1]), (0.05, 50.0))
        kernel += WhiteKernel(1e-3, (1e-8, 1.0))
        regressor = GaussianProcessRegressor(
            kernel,
            alpha=noise / spread**2 + 1e-10,
            normalize_y=True,
            n_restarts_optimizer=1,
            random_state=seed,
        )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a quantity that does not matter has an endless length
            return cls(regressor.fit(shares, values))

    def predict(self, shares: Floats) -> tuple[Floats, Floats]:
        """Return means and standard deviations at points, each of shape (n_points,)."""
        mean, sd = self._regressor.predict(shares, return_std=True)
        return mean, sd


def errors_unseen(
    shares: Floats, values: Floats, noise: Floats, seed: int
) -> tuple[Floats, Floats]:
    """Return the error of every point, and its sd, by a process fitted without it and its fold."""
    order = np.random.default_rng(seed).permutation(len(values))
    mean, sd = np.empty_like(values), np.empty_like(values)
    for fold in np.array_split(order, min(FOLDS, len(values))):
        kept = np.setdiff1d(order, fold)
        process = Process.through(shares[kept], values[kept], noise[kept], seed)
        mean[fold], sd[fold] = process.predict(shares[fold])
    return values - mean, sd
