"""The cells of a section: in the bone, on its surfaces, and close above them."""

from __future__ import annotations

import numpy as np
from matplotlib.collections import LineCollection
from numpy.typing import NDArray

from bmu_abm.pictures import glyphs
from bmu_abm.pictures.cut import Cut, runs
from bmu_abm.pictures.furniture import PX
from bmu_abm.pictures.patch import Bone, Cells, cells_of
from bmu_abm.pictures.profile import Surface
from bmu_abm.pictures.surface_cells import CALLING, fullness

_REVERSAL = 2
_NEAR_ROWS = 2
_OSTEOBLAST_UM, _OSTEOBLAST_LIFT_UM = 4.6, 6.8
_REVERSAL_EVERY_UM = 15.0
_LACUNA_UM = (6.2, 2.7)
_DOME_UM = 9.0
_CANALICULI_PX_PER_UM = 1.2


def _hash(cells: Cells, turn: int) -> NDArray[np.float64]:
    """Return a number from 0 to 1 for each cell, always the same for one cell."""
    return (cells.rows["id"].astype(np.uint64) >> np.uint64(turn)) % np.uint64(1009) / 1009.0


def _tilted(shape: NDArray, angles: NDArray) -> NDArray:
    shapes = [glyphs.turned(shape, angle) for angle in angles]
    return np.reshape(shapes, (-1, *shape.shape))


def _within(cut: Cut, x_um: NDArray, z_um: NDArray) -> NDArray[np.bool_]:
    """Tell which places lie in the bone of this very row: near ones may lie outside."""
    front, back = cut.surfaces
    deep = (z_um < front.height(x_um) - 2) & (z_um > back.height(x_um) + 2)
    return deep & front.solid_at(x_um)


def _osteocytes(cut: Cut, model: Bone) -> None:
    cells = cells_of(model, cut.patch, "osteocyte")
    cells = Cells(cells.rows, np.zeros(len(cells), np.intp), cells.y, cells.column_x(cut.patch.nx))
    cells = cut.near(cells, 0, _NEAR_ROWS)
    angles = 0.9 * (_hash(cells, 3) - 0.5)
    x = cut.x_um(cells) + cut.patch.site_um * (_hash(cells, 9) - 0.5)
    z = cells.rows["z"] / 1000.0
    inside = _within(cut, x, z)
    centres, cells, angles = np.column_stack([x, z])[inside], cells.where(inside), angles[inside]
    if cut.stain.cells and cut.px_per_um > _CANALICULI_PX_PER_UM:
        _canaliculi(cut, centres, angles)
    glyphs.put(
        cut.ax, _tilted(glyphs.lens() * _LACUNA_UM, angles), centres, face=cut.stain.osteocyte,
        gid="osteocyte", zorder=2.6,
    )  # fmt: skip
    if cut.stain.cells:
        _calling(cut, centres[cells.rows["calling"] > CALLING])


def _canaliculi(cut: Cut, centres: NDArray, angles: NDArray) -> None:
    spread = np.array([0.7, 1.3, 2.1, 3.8, 4.5, 5.4])
    direction = spread[None, :] + angles[:, None]
    reach = np.stack([np.cos(direction), 0.75 * np.sin(direction)], axis=-1)
    lines = np.stack([centres[:, None] + 3 * reach, centres[:, None] + 9 * reach], axis=2)
    cut.ax.add_collection(
        LineCollection(
            list(lines.reshape(-1, 2, 2)), colors=cut.stain.osteocyte, linewidths=0.5 * PX,
            alpha=0.45, zorder=2.55,
        ),
        autolim=False,
    )  # fmt: skip


def _calling(cut: Cut, centres: NDArray) -> None:
    size = max(9.0, 4.5 / cut.px_per_um)
    glyphs.put(
        cut.ax, glyphs.star(), centres, size, face=cut.stain.osteocyte, edge=cut.stain.halo,
        width_px=0.8, gid="calling osteocyte", zorder=2.7,
    )  # fmt: skip


def _osteoblasts(cut: Cut, model: Bone, surface: Surface) -> None:
    cells = cut.near(cells_of(model, cut.patch, "osteoblast"), surface.face, 0)
    x = cut.x_um(cells)
    centres = surface.lift(x, _OSTEOBLAST_LIFT_UM)
    shapes = _tilted(glyphs.cobble(0.3), surface.tilt(x))
    glyphs.put(
        cut.ax, shapes, centres, _OSTEOBLAST_UM, face=cut.stain.osteoblast, edge=cut.stain.halo,
        width_px=0.5, gid="osteoblast", zorder=4,
    )  # fmt: skip
    glyphs.put(
        cut.ax, glyphs.circle(12), centres, 1.5, face=cut.stain.osteoblast_nucleus, zorder=4.1
    )


def _reversal_cells(cut: Cut, surface: Surface) -> None:
    x, flat = cut.samples, glyphs.lens() * [6.4, 2.1]
    places: list[float] = []
    for start, stop in runs((surface.state_at(x) == _REVERSAL) & surface.solid_at(x)):
        first, last = x[start], x[stop - 1]
        count = max(1, int((last - first) / _REVERSAL_EVERY_UM))
        places += list(first + (np.arange(count) + 0.5) * (last - first) / count)
    middles = np.array(places)
    angles = surface.tilt(middles) + 0.22 * np.sin(5 * middles) if places else middles
    glyphs.put(
        cut.ax, _tilted(flat, angles), surface.lift(middles, 3.6) if places else np.empty((0, 2)),
        face=cut.stain.reversal, gid="reversal cell", zorder=3.6,
    )  # fmt: skip


def _dome(surface: Surface, x: float, half: float, seed: int) -> NDArray:
    """Return the outline of an osteoclast that lies in its bay."""
    u = np.linspace(-1, 1, 41)
    phase = np.random.default_rng(seed).uniform(0, 6)
    bulge = (1 - np.abs(u) ** 2.6) ** 0.5
    high = (_DOME_UM + 0.5 * half) * bulge * (1 + 0.09 * np.cos(8 * u + phase))
    foot = surface.lift(x + half * u, 0.8)
    top = foot + np.column_stack([np.zeros_like(u), surface.out * high])
    return np.vstack([foot, top[::-1]])


def _dome_nuclei(outline: NDArray, count: int) -> NDArray:
    foot, top = outline[:41], outline[41:][::-1]
    index = np.linspace(9, 31, count).round().astype(int)
    share = np.where(np.arange(count) % 2, 0.38, 0.62)[:, None]
    return foot[index] * (1 - share) + top[index] * share


def _osteoclasts(cut: Cut, model: Bone, surface: Surface) -> None:
    cells = cut.near(cells_of(model, cut.patch, "osteoclast"), surface.face, 9)
    radius = glyphs.osteoclast_radius(cells.rows["nuclei"], cut.patch.site_um)
    across = cut.across(cells) * cut.patch.site_um
    half = np.sqrt(np.maximum(radius**2 - across**2, 0))
    seen = half > 0.7 * cut.patch.site_um
    outlines = [
        _dome(surface, x, h, int(name) & 0xFFFF)
        for x, h, name in zip(
            cut.x_um(cells)[seen], half[seen], cells.rows["id"][seen], strict=True
        )
    ]
    count = np.ceil(cells.rows["nuclei"] * half / np.maximum(2.4 * radius, 1))[seen]
    _draw_domes(cut, outlines, np.clip(count, 1, 5).astype(int))


def _draw_domes(cut: Cut, outlines: list[NDArray], nuclei: NDArray) -> None:
    glyphs.put(
        cut.ax, np.reshape(outlines, (-1, 82, 2)), np.zeros((len(outlines), 2)),
        face=cut.stain.osteoclast, edge=cut.stain.halo, width_px=0.7, gid="osteoclast", zorder=5,
    )  # fmt: skip
    spots = [_dome_nuclei(one, int(n)) for one, n in zip(outlines, nuclei, strict=True)]
    glyphs.put(
        cut.ax, glyphs.circle(14), np.concatenate([*spots, np.empty((0, 2))]), 2.2,
        face=cut.stain.nucleus, gid="nucleus", zorder=5.1,
    )  # fmt: skip


def _precursors(cut: Cut, model: Bone, surface: Surface) -> None:
    cells = cut.near(cells_of(model, cut.patch, "osteoclast_precursor"), surface.face, _NEAR_ROWS)
    centres = surface.lift(cut.x_um(cells), 10 + 12 * _hash(cells, 5))
    glyphs.put(
        cut.ax, glyphs.circle(), centres, 4.6, edge=cut.stain.precursor, width_px=0.9,
        face=fullness(cells.rows["nfatc1"], cut.stain.halo, cut.stain.precursor),
        gid="precursor", zorder=4.6,
    )  # fmt: skip


def _progenitors(cut: Cut, model: Bone, surface: Surface) -> None:
    cells = cut.near(cells_of(model, cut.patch, "msc"), surface.face, _NEAR_ROWS)
    committed = (cells.rows["stage"] > 0).astype(float)
    centres = surface.lift(cut.x_um(cells), 13 + 26 * (1 - committed) + 6 * _hash(cells, 7))
    glyphs.put(
        cut.ax, glyphs.diamond(), centres, 6.0, edge=cut.stain.progenitor, width_px=0.8,
        face=fullness(0.3 + 0.7 * committed, cut.stain.halo, cut.stain.progenitor),
        gid="progenitor", zorder=4.5,
    )  # fmt: skip


def draw_section_cells(cut: Cut, model: Bone) -> None:
    """Draw the cells of the row: osteocytes, and on both surfaces those that stand on them."""
    _osteocytes(cut, model)
    if not cut.stain.cells:
        return
    for surface in cut.surfaces:
        _reversal_cells(cut, surface)
        _osteoblasts(cut, model, surface)
        _progenitors(cut, model, surface)
        _precursors(cut, model, surface)
        _osteoclasts(cut, model, surface)
