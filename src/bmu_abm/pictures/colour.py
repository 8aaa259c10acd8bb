"""Colour arithmetic: hex codes, linear light, OKLab, ramps of even lightness."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]

_TO_LMS = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
_TO_OKLAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)


def rgb(code: str) -> Array:
    """Return the sRGB values (3,), 0 to 1, of a code such as ``"#E9E2D3"``."""
    return np.array([int(code[i : i + 2], 16) / 255 for i in (1, 3, 5)])


def linear(srgb: ArrayLike) -> Array:
    """Turn sRGB values (0 to 1) into linear light."""
    values = np.asarray(srgb, dtype=float)
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


def srgb(light: ArrayLike) -> Array:
    """Turn linear light into sRGB values, held in 0 to 1."""
    values = np.clip(np.asarray(light, dtype=float), 0, 1)
    return np.where(values <= 0.0031308, values * 12.92, 1.055 * values ** (1 / 2.4) - 0.055)


_CODES = (srgb(np.arange(4097) / 4096) * 255 + 0.5).astype(np.uint8)


def srgb_bytes(light: NDArray[np.floating]) -> NDArray[np.uint8]:
    """Turn linear light of a whole picture into sRGB bytes (a table look-up, so fast)."""
    steps = np.clip(light * 4096 + 0.5, 0, 4096).astype(np.int16)
    return _CODES[steps]


def mix(first: str, second: str, share: float) -> Array:
    """Return sRGB values (3,) `share` of the way from `first` to `second`."""
    return rgb(first) * (1 - share) + rgb(second) * share


def oklab(values: ArrayLike) -> Array:
    """Turn sRGB values (..., 3) into OKLab."""
    return np.cbrt(linear(values) @ _TO_LMS.T) @ _TO_OKLAB.T


def from_oklab(lab: ArrayLike) -> Array:
    """Turn OKLab (..., 3) into sRGB values."""
    lms = (np.asarray(lab) @ np.linalg.inv(_TO_OKLAB).T) ** 3
    return srgb(lms @ np.linalg.inv(_TO_LMS).T)


def ramp(codes: Sequence[str], position: ArrayLike) -> Array:
    """Return sRGB values (..., 3) along evenly spaced stops, blended in OKLab.

    Parameters
    ----------
    codes : sequence of str
        Two or more colour codes.
    position : array_like
        Where to look, 0 (first stop) to 1 (last stop); held in that range.
    """
    stops = np.linspace(0, 1, len(codes))
    lab = oklab([rgb(code) for code in codes])
    where = np.clip(np.asarray(position, dtype=float), 0, 1)
    return from_oklab(np.stack([np.interp(where, stops, lab[:, i]) for i in range(3)], axis=-1))
