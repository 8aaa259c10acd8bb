"""Classes of sites as areas with smooth outlines, darker edge lines and hatching."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from bmu_abm.pictures.relief import Enlarger, Image

_SMOOTH, _STEP_PX = 0.75, 0.6
_EDGE_DARK = 0.42
_HATCH_SITES, _HATCH_DARK = 1.6, 0.55


def winners(masks: Iterable[Image]) -> NDArray[np.uint8]:
    """Return, for every pixel, which of the smooth masks (h, w) is the largest."""
    best, labels = None, None
    for number, mask in enumerate(masks):
        if best is None or labels is None:
            best, labels = mask, np.zeros(mask.shape, np.uint8)
            continue
        wins = mask > best
        labels[wins] = number
        np.maximum(best, mask, out=best)
    if labels is None:
        raise ValueError("there are no masks to choose from")
    return labels


def smooth_labels(classes: NDArray[np.integer], enlarge: Enlarger) -> NDArray[np.intp]:
    """Enlarge classes (ny, nx) to a picture of classes with smooth outlines."""
    present = np.unique(classes)
    return present[winners(enlarge(classes == one, _SMOOTH) for one in present)]


def soften(image: Image) -> Image:
    """Take the steps out of the borders of a picture (h, w, 3)."""
    return ndimage.gaussian_filter(image, (_STEP_PX, _STEP_PX, 0), truncate=2.5)


def outlines(labels: NDArray[np.integer], width_px: float) -> Image:
    """Return a soft line (h, w), 0 to 1, along every border between labels."""
    line = np.zeros(labels.shape, np.float32)
    line[:, 1:] = labels[:, 1:] != labels[:, :-1]
    line[1:] = np.maximum(line[1:], labels[1:] != labels[:-1])
    return np.clip(ndimage.gaussian_filter(line, 0.42 * width_px) * width_px, 0, 1)


def edge_factor(labels: NDArray[np.integer], px: float) -> Image:
    """Return the darkening (h, w) of the edge lines between areas: 1 away from them."""
    return 1 - _EDGE_DARK * outlines(labels, max(1.1, 0.28 * px))


def hatch_factor(shape: tuple[int, int], px: float) -> Image:
    """Return the darkening (h, w) of a diagonal hatching."""
    rows, cols = np.ogrid[: shape[0], : shape[1]]
    wave = np.sin(2 * np.pi * (rows + cols) / (_HATCH_SITES * px * np.sqrt(2)))
    dark = np.clip(0.5 + wave * _HATCH_SITES * px / 5, 0, 1)
    return (1 - _HATCH_DARK * dark).astype(np.float32)
