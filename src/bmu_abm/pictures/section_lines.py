"""Lines of a section: the surface band, the lining, the tetracycline labels."""

from __future__ import annotations

import numpy as np
from matplotlib.collections import LineCollection
from numpy.typing import NDArray

from bmu_abm.pictures import glyphs
from bmu_abm.pictures.cut import Cut, runs
from bmu_abm.pictures.furniture import PX
from bmu_abm.pictures.profile import Surface
from bmu_abm.pictures.seams import label_depth_um
from bmu_abm.pictures.stains import LABEL_COLOUR, Labels

_RESTING, _HOLE = 0, 5
_LINING_UM, _GAP_UM = 2.4, 1.0
_CELL_EVERY_UM = 46.0
_LABEL_UM = 3.0
_GLOWS = ((9.0, 0.10), (3.0, 0.30), (0.0, 1.0))


def _add(cut: Cut, lines: list[NDArray], colours: object, width_px: float, **how: object) -> None:
    collection = LineCollection(
        lines, colors=colours, linewidths=width_px * PX, capstyle="round", joinstyle="round",
        **how,  # type: ignore[arg-type]
    )  # fmt: skip
    cut.ax.add_collection(collection, autolim=False)


def _resting(surface: Surface, x: NDArray) -> list[tuple[int, int]]:
    return runs((surface.state_at(x) == _RESTING) & surface.solid_at(x))


def _lining_cells(cut: Cut, surface: Surface) -> None:
    left, right = cut.ax.get_xlim()
    middles = np.arange(np.ceil(left / _CELL_EVERY_UM), right / _CELL_EVERY_UM) * _CELL_EVERY_UM
    middles = middles + 12 * np.sin(1.7 * middles + surface.face)
    middles = middles[(surface.state_at(middles) == _RESTING) & surface.solid_at(middles)]
    flat = glyphs.lens() * [7.5, 2.1]
    shapes = [glyphs.turned(flat, angle) for angle in surface.tilt(middles)]
    glyphs.put(
        cut.ax, np.reshape(shapes, (-1, *flat.shape)), surface.lift(middles, _LINING_UM + 0.5),
        face=cut.stain.lining, gid="lining cell", zorder=3.1,
    )  # fmt: skip


def draw_lining(cut: Cut) -> None:
    """Draw the thin line of lining cells over resting bone."""
    x = cut.samples
    for surface in cut.surfaces:
        spans = _resting(surface, x)
        gap, line = (
            [surface.lift(x[start:stop], height) for start, stop in spans if stop - start > 1]
            for height in (_GAP_UM, _LINING_UM)
        )
        _add(cut, gap, cut.stain.halo, cut.thin(1.3), zorder=2.9)
        _add(cut, line, cut.stain.lining, cut.thin(1.1), zorder=3, gid="lining")
        _lining_cells(cut, surface)


def draw_bands(cut: Cut) -> None:
    """Draw the band along each surface in the colour of its state, resting bone excepted."""
    x = cut.samples
    for surface in cut.surfaces:
        states, solid = surface.state_at(x), surface.solid_at(x)
        for state in np.setdiff1d(np.unique(states), (_RESTING, _HOLE)):
            spans = runs((states == state) & solid)
            lines = [surface.lift(x[max(a - 1, 0) : b + 1], 0.4) for a, b in spans]
            colour = cut.palette.states[state]
            _add(cut, lines, colour, cut.thin(2.0), zorder=3.2, gid=f"band {state}")


def _label_lines(cut: Cut, surface: Surface, day: int) -> list[NDArray]:
    formed = cut.patch.sites["formed_day"][surface.face, cut.row]
    depth = label_depth_um(cut.patch.layers(surface.face, cut.row), formed, day)
    depth = depth if surface.face == 0 else depth[::-1]
    x, held = cut.samples, np.isfinite(depth)
    share = surface.smooth(held, x)
    deep = surface.smooth(np.where(held, depth, 0), x) / np.maximum(share, 1e-6)
    points = np.column_stack([x, surface.height(x) - surface.out * deep])
    return [points[a:b] for a, b in runs((share > 0.5) & surface.solid_at(x)) if b - a > 1]


def draw_labels(cut: Cut, days: Labels) -> None:
    """Draw two tetracycline labels, each a bright line 3 um wide with a glow around it."""
    for day in days:
        lines = [line for surface in cut.surfaces for line in _label_lines(cut, surface, day)]
        for glow, alpha in _GLOWS:
            width = _LABEL_UM * cut.px_per_um + glow
            _add(cut, lines, LABEL_COLOUR, width, alpha=alpha, zorder=2.5, gid="label")
