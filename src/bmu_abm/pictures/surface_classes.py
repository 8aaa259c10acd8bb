"""What each site of a face looks like from above in a stain: a small set of classes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bmu_abm.pictures.colour import Array, rgb
from bmu_abm.pictures.palette import Palette
from bmu_abm.pictures.patch import Patch
from bmu_abm.pictures.seams import label_depth_um, osteoid_um, top_age_days
from bmu_abm.pictures.stains import LABEL_COLOUR, Labels, Stain, label_days

HOLE, DEFECT, ARRESTED = 5, 6, 4
_STATE_TINT = 0.86
_OSTEOID_SEEN_UM = 3.0
_STEPS, _DIM_UM = 9, 14.0


@dataclass(frozen=True)
class SurfaceClasses:
    """Sites sorted into classes.

    Attributes
    ----------
    labels : ndarray (ny, nx) of int
        Class of each site.
    colours : ndarray (k, 3)
        sRGB of the classes.
    flat, hatched : int or None
        The class without relief (a hole), the class that is hatched.
    edged : bool
        Whether the outlines of the classes are drawn.
    """

    labels: NDArray[np.intp]
    colours: Array
    flat: int | None = None
    hatched: int | None = None
    edged: bool = True


def _by_state(patch: Patch, face: int, palette: Palette) -> SurfaceClasses:
    plain = np.array([rgb(code) for code in palette.states])
    colours = plain * _STATE_TINT + plain[0] * (1 - _STATE_TINT)
    colours[HOLE] = plain[HOLE]
    return SurfaceClasses(
        patch.sites["state"][face].astype(np.intp), colours, flat=HOLE, hatched=ARRESTED
    )


def _with_holes(
    patch: Patch, face: int, labels: NDArray, colours: Array, stain: Stain, edged: bool
) -> SurfaceClasses:
    hole = len(colours)
    empty = np.isin(patch.sites["state"][face], (HOLE, DEFECT))
    return SurfaceClasses(
        np.where(empty, hole, labels),
        np.vstack([colours, rgb(stain.marrow) * 0.94]),
        flat=hole,
        edged=edged,
    )


def _by_age(patch: Patch, face: int, stain: Stain) -> SurfaceClasses:
    layers = patch.layers(face)
    years = top_age_days(layers, patch.day) / 365
    edges = np.array([0.25, 0.5, 1, 2, 4, 8, 16])
    middles = np.array([0.12, 0.36, 0.75, 1.5, 3, 6, 12, 24])
    colours = np.vstack([stain.bone(middles), rgb(stain.osteoid)])
    seam = osteoid_um(layers, patch.day) > _OSTEOID_SEEN_UM
    labels = np.where(seam, len(middles), np.digitize(years, edges))
    return _with_holes(patch, face, labels, colours, stain, edged=False)


def _by_label(patch: Patch, face: int, stain: Stain, labels: Labels | None) -> SurfaceClasses:
    layers, formed = patch.layers(face), patch.sites["formed_day"][face]
    glow = np.zeros(formed.shape)
    for day in label_days(labels, patch.day):
        depth = label_depth_um(layers, formed, day)
        glow += np.where(np.isnan(depth), 0, 0.75 * np.exp(-np.nan_to_num(depth) / _DIM_UM))
    steps = np.round(np.clip(glow, 0, 1) * _STEPS).astype(np.intp)
    share = np.linspace(0, 0.92, _STEPS + 1)[:, None]
    colours = rgb("#14271F") * (1 - share) + rgb(LABEL_COLOUR) * share
    return _with_holes(patch, face, steps, colours, stain, edged=False)


def surface_classes(
    patch: Patch, face: int, stain: Stain, palette: Palette, labels: Labels | None = None
) -> SurfaceClasses:
    """Return the classes of the sites of a face (0 or 1) in a stain."""
    if stain.states:
        return _by_state(patch, face, palette)
    if stain.name == "tetracycline":
        return _by_label(patch, face, stain, labels)
    return _by_age(patch, face, stain)
