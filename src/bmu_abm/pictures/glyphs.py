"""Shapes of the cells: unit outlines, and collections that put them on an axes.

Every collection carries the name of its cell type as `gid`, and holds one shape per cell.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from numpy.typing import NDArray

Points = NDArray[np.float64]

SITES_PER_NUCLEUS = 2.5
MOST_NUCLEI = 9
_POINTS_PER_PX = 0.75
_GOLDEN = np.pi * (3 - np.sqrt(5))


def circle(n: int = 28) -> Points:
    """Return the outline (n, 2) of a disc of radius 1."""
    angle = np.linspace(0, 2 * np.pi, n, endpoint=False)
    return np.column_stack([np.cos(angle), np.sin(angle)])


def diamond() -> Points:
    """Return a slim diamond, 2 high."""
    return np.array([[0, 1], [0.72, 0], [0, -1], [-0.72, 0]])


def star() -> Points:
    """Return a four-point star of radius 1."""
    angle = np.linspace(0, 2 * np.pi, 8, endpoint=False) + np.pi / 2
    return np.column_stack([np.cos(angle), np.sin(angle)]) * np.tile([1, 0.3], 4)[:, None]


def lens(n: int = 18) -> Points:
    """Return a pointed lens, 2 wide and 2 high."""
    x = np.cos(np.linspace(0, np.pi, n))
    bow = (1 - x**2) ** 0.72
    return np.column_stack([np.r_[x, x[::-1]], np.r_[bow, -bow]])


def cobble(corner: float = 0.35) -> Points:
    """Return a square, 2 wide, with cut corners."""
    inner = 1 - corner
    half = np.array([(1, -inner), (1, inner), (inner, 1), (-inner, 1)])
    return np.vstack([half, -half])


def lobed_disc(seed: int, n: int = 72) -> Points:
    """Return a ragged disc of about unit area radius, the same for one seed."""
    phase = np.random.default_rng(seed).uniform(0, 2 * np.pi, 3)
    angle = np.linspace(0, 2 * np.pi, n, endpoint=False)
    lobes = 0.055 * np.cos(9 * angle + phase[0]) + 0.045 * np.cos(4 * angle + phase[1])
    radius = 1 + lobes + 0.035 * np.cos(3 * angle + phase[2])
    return np.column_stack([np.cos(angle), np.sin(angle)]) * radius[:, None]


def nuclei_spots(nuclei: float, seed: int) -> Points:
    """Return the places (k, 2) of up to 9 nuclei in a unit disc."""
    count = int(np.clip(round(nuclei), 1, MOST_NUCLEI))
    turn = np.random.default_rng(seed).uniform(0, 2 * np.pi)
    index = np.arange(count)
    radius = 0.62 * np.sqrt((index + 0.35) / count)
    angle = index * _GOLDEN + turn
    return np.column_stack([np.cos(angle), np.sin(angle)]) * radius[:, None]


def osteoclast_radius(nuclei: NDArray[np.floating] | float, site_um: float) -> Any:
    """Return the radius (um) of a disc of 2.5 sites per nucleus."""
    return site_um * np.sqrt(SITES_PER_NUCLEUS * np.maximum(nuclei, 1) / np.pi)


def turned(shape: Points, angle: float) -> Points:
    """Return the shape turned by `angle` (radians)."""
    cos, sin = np.cos(angle), np.sin(angle)
    return shape @ np.array([[cos, sin], [-sin, cos]])


def put(
    ax: Axes,
    shapes: Sequence[Points] | Points,
    centres: NDArray,
    sizes: NDArray | float = 1.0,
    *,
    face: Any,
    edge: Any = "none",
    width_px: float = 0.0,
    gid: str = "",
    zorder: float = 3,
    alpha: float | None = None,
) -> PolyCollection:
    """Add one shape per centre, in the units of the axes.

    Parameters
    ----------
    shapes : ndarray (m, 2), or sequence of such
        One outline for all, or one for each, all of the same length.
    centres : ndarray (n, 2)
        Where they go.
    sizes : float or ndarray (n,)
        How much they grow.
    width_px : float
        Width of the outline in pixels of 1/96 inch.
    gid : str
        Name by which the collection can be found.
    """
    centres = np.asarray(centres, dtype=float).reshape(-1, 2)
    scale = np.broadcast_to(sizes, len(centres))[:, None, None]
    outlines = np.asarray(shapes, dtype=float) if len(centres) else np.empty((0, 1, 2))
    if outlines.ndim == 3 and len(outlines) != len(centres):
        raise ValueError(f"{len(outlines)} shapes for {len(centres)} centres")
    collection = PolyCollection(
        centres[:, None, :] + scale * outlines,
        facecolors=face,
        edgecolors=edge,
        linewidths=width_px * _POINTS_PER_PX,
        zorder=zorder,
        alpha=alpha,
        gid=gid,
        joinstyle="round",
    )
    ax.add_collection(collection, autolim=False)
    return collection
