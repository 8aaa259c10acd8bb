"""The bone of a section as a picture: packets of one age with smooth borders, cement lines."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from bmu_abm.pictures.colour import Array
from bmu_abm.pictures.relief import Image, spread
from bmu_abm.pictures.stains import Stain, age_position
from bmu_abm.pictures.tint import outlines, soften, winners

_BINS = 16
_SMOOTH_SITES, _SMOOTH_SLICES = 0.9, 1.3
_JUMP_YEARS = 0.5
_CEMENT_PX = 1.5
_LAMELLA, _STREAK_PX = 0.022, 24


@dataclass(frozen=True)
class Window:
    """The pixels of a section.

    Attributes
    ----------
    x_um, z_um : ndarray (w,), (h,)
        Middles of the pixels, along the plate and up.
    """

    x_um: NDArray[np.float64]
    z_um: NDArray[np.float64]

    @property
    def pixel_um(self) -> float:
        """Width of a pixel."""
        return float(self.x_um[1] - self.x_um[0])


def age_edges(years: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return the borders of the age bins, each moved into the widest gap near by.

    So a packet, laid down within months, falls into one bin.
    """
    at = np.unique(age_position(years))
    width = 1 / _BINS
    edges = []
    for nominal in np.arange(1, _BINS) * width:
        near = at[(at >= nominal - width / 2) & (at <= nominal + width / 2)]
        near = np.r_[nominal - width / 2, near, nominal + width / 2]
        widest = np.argmax(np.diff(near))
        edges.append((near[widest] + near[widest + 1]) / 2)
    return np.array(edges)


def _bins(years: Array, solid: NDArray[np.bool_]) -> tuple[NDArray[np.intp], Array, NDArray]:
    """Return bin (nx, n_slices) of each slice, mean age of each bin, the bins that occur."""
    bins = np.digitize(age_position(years), age_edges(years[solid]))
    count = np.bincount(bins[solid], minlength=_BINS)
    total = np.bincount(bins[solid], weights=years[solid], minlength=_BINS)
    return bins, total / np.maximum(count, 1), np.flatnonzero(count)


def _packets(
    bins: NDArray, solid: NDArray, present: NDArray, window: Window, scale: tuple[float, float]
) -> NDArray[np.uint8]:
    """Return, for every pixel, the number in `present` of its bin."""
    nx, n_slices = bins.shape
    across = spread(nx, window.x_um / scale[0], _SMOOTH_SITES).T
    up = spread(n_slices, window.z_um / scale[1], _SMOOTH_SLICES, periodic=False)
    return winners(up @ ((solid & (bins == one)).T.astype(np.float32) @ across) for one in present)


def cement_lines(labels: NDArray[np.integer], mean_years: Array) -> Image:
    """Return soft lines (h, w), 0 to 1, where the ages of neighbouring packets jump."""
    order = np.argsort(mean_years)
    gaps = np.diff(mean_years[order]) > _JUMP_YEARS
    group = np.empty(len(order), dtype=np.intp)
    group[order] = np.r_[0, np.cumsum(gaps)]
    return outlines(group[labels], _CEMENT_PX)


def lamellae(shape: tuple[int, int], seed: int) -> Image:
    """Return a faint streaky grain (h, w) around 1, the same for one seed."""
    coarse = max(2, shape[1] // _STREAK_PX)
    noise = np.random.default_rng(seed).normal(size=(shape[0], coarse)).astype(np.float32)
    across = spread(coarse, np.linspace(0, coarse, shape[1]), 0.9)
    streaks = ndimage.gaussian_filter1d(noise, 1.1, axis=0) @ across.T
    return 1 + _LAMELLA * streaks / max(float(streaks.std()), 1e-6)


def packets_image(
    years: Array,
    solid: NDArray[np.bool_],
    stain: Stain,
    window: Window,
    scale: tuple[float, float],
    seed: int = 0,
) -> NDArray[np.float32]:
    """Return sRGB (h, w, 3) of bone as if it filled the window.

    Parameters
    ----------
    years : ndarray (nx, n_slices)
        Age of each slice.
    solid : ndarray (nx, n_slices) of bool
        Which slices are bone.
    scale : (float, float)
        Width of a site and thickness of a slice, um.
    seed : int
        Of the grain.
    """
    if not solid.any():
        return np.zeros((len(window.z_um), len(window.x_um), 3), np.float32)
    bins, mean_years, present = _bins(years, solid)
    labels = _packets(bins, solid, present, window, scale)
    image = soften(np.asarray(stain.bone(mean_years[present]), dtype=np.float32)[labels])
    line = cement_lines(labels, mean_years[present])[..., None]
    image *= lamellae(line.shape[:2], seed)[..., None]
    return image * (1 + stain.cement * line) if stain.cement < 0 else image + stain.cement * line
