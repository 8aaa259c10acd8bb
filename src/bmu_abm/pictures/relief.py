"""Bone as a landscape: smooth enlargement of site maps, and light from the north-west."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.float32]

_LIGHTS = ((0.65, 315.0), (0.20, 265.0), (0.15, 5.0))
_ALTITUDE, _EXAGGERATION = 50.0, 1.7
_FINE, _QUIET, _HOLLOW = 0.8, 2.4, 4.5
_HOLLOW_UM, _HOLLOW_SHARE = 25.0, 0.10


def spread(n: int, at: NDArray[np.floating], sigma: float, *, periodic: bool = True) -> Image:
    """Return the matrix (len(at), n) that smooths n cells and reads them at any place.

    Smoothing by a Gaussian and enlarging are one matrix product; so a map becomes a picture by
    ``spread(...) @ map @ spread(...).T``.

    Parameters
    ----------
    n : int
        Number of cells; cell i has its centre at i + 0.5.
    at : ndarray
        Places to read, in cells.
    sigma : float
        Width of the Gaussian, in cells.
    periodic : bool
        Whether the cells are a ring.
    """
    distance = at[:, None] - (np.arange(n) + 0.5)[None, :]
    if periodic:
        distance = (distance + n / 2) % n - n / 2
    weight = np.exp(-0.5 * (distance / sigma) ** 2)
    return (weight / np.maximum(weight.sum(axis=1, keepdims=True), 1e-30)).astype(np.float32)


@lru_cache(maxsize=32)
def _enlarging(n: int, pixels: int, sigma: float) -> Image:
    return spread(n, (np.arange(pixels) + 0.5) * n / pixels, sigma)


class Enlarger:
    """Turns maps (ny, nx) of a face into pictures `width` pixels wide.

    Attributes
    ----------
    px : float
        Pixels in a site.
    """

    def __init__(self, ny: int, nx: int, width: int) -> None:
        self.shape, self.px = (ny, nx), width / nx
        self.size = (max(1, round(ny * self.px)), width)

    def __call__(self, values: NDArray, sigma: float) -> Image:
        """Return the picture of `values` (ny, nx), smoothed by `sigma` sites."""
        rows, cols = (_enlarging(n, w, sigma) for n, w in zip(self.shape, self.size, strict=True))
        return rows @ (np.asarray(values, dtype=np.float32) @ cols.T)


def _light(height: Image, pixel_um: float) -> Image:
    south_north, west_east = np.gradient(height, np.float32(pixel_um / _EXAGGERATION))
    steep = np.sqrt(1 + south_north**2 + west_east**2)
    low, high = math.cos(math.radians(_ALTITUDE)), math.sin(math.radians(_ALTITUDE))
    total = np.zeros_like(height)
    for share, azimuth in _LIGHTS:
        east, north = (f(math.radians(azimuth)) * low / high for f in (math.sin, math.cos))
        total += share * np.maximum(1 - east * west_east - north * south_north, 0)
    return total / steep


def shade(
    height_um: NDArray, resting: NDArray[np.bool_], enlarge: Enlarger, site_um: float
) -> Image:
    """Return the brightness of every pixel, 0.45 to 1.16, to be multiplied in linear light.

    Parameters
    ----------
    height_um : ndarray (ny, nx)
        Height as seen from outside.
    resting : ndarray (ny, nx) of bool
        Quiet bone: smoothed more.
    enlarge : Enlarger
        Of the same shape.
    site_um : float
        Width of a site.
    """
    quiet = enlarge(resting, 1.6)
    height = enlarge(height_um, _FINE) * (1 - quiet) + enlarge(height_um, _QUIET) * quiet
    bright = np.clip(1 + 0.5 * (_light(height, site_um / enlarge.px) - 1), 0.5, 1.16)
    hollow = np.clip((enlarge(height_um, _HOLLOW) - height) / _HOLLOW_UM, 0, 1)
    return bright * (1 - _HOLLOW_SHARE * hollow)
