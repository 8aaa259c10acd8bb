"""Osteoid and tetracycline labels, read from the birth days of the layers below a surface."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bmu_abm.pictures.patch import Layers

OSTEOID_DAYS = 20
_SLOWEST_DAYS = 40
_HIDDEN = np.nan


def osteoid_um(layers: Layers, day: int) -> NDArray[np.float64]:
    """Return the thickness (...) of the unmineralised seam: layers younger than 20 days."""
    young = (day - layers.born < OSTEOID_DAYS) & (layers.thick_um > 0)
    return (layers.thick_um * np.cumprod(young, axis=-1)).sum(axis=-1)


def top_age_days(layers: Layers, day: int) -> NDArray[np.float64]:
    """Return the age (...) of the outermost layer."""
    return np.maximum(day - layers.born[..., 0].astype(float), 0)


def _take(values: NDArray, index: NDArray[np.intp]) -> NDArray:
    return np.take_along_axis(values, index[..., None], axis=-1)[..., 0]


def label_depth_um(
    layers: Layers, formed_day: NDArray[np.integer], label_day: int
) -> NDArray[np.float64]:
    """Return how deep (...) a label of one day lies; nan where no bone was formed on that day.

    Parameters
    ----------
    layers : Layers
        Below a face or a row of it.
    formed_day : ndarray (...)
        Last day on which osteoid was laid at the site.
    label_day : int
        Day of the dose.
    """
    older = (layers.born <= label_day) & (layers.thick_um > 0)
    first = np.argmax(older, axis=-1)
    begun = _take(layers.born, first)
    above = _take(layers.born, np.maximum(first - 1, 0))
    ended = np.where(first == 0, np.asarray(formed_day) + 1, above)
    length = np.maximum(ended - begun, 1)
    share = np.clip((label_day - begun) / length, 0, 1)
    depth = _take(layers.roof_um, first) + _take(layers.thick_um, first) * (1 - share)
    forming = older.any(axis=-1) & (ended > label_day) & (length <= _SLOWEST_DAYS)
    return np.where(forming, depth, _HIDDEN)
