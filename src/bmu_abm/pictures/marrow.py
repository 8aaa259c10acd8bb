"""The marrow above and below a section: adipocytes, capillaries, and a speckle of other cells."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from bmu_abm.pictures import glyphs
from bmu_abm.pictures.cut import Cut
from bmu_abm.pictures.patch import Bone, Cells, cells_of, place
from bmu_abm.pictures.profile import Surface

_LUMEN_UM = (30.0, 9.0)
_VESSEL_ROWS = 3
_CLEAR_UM, _CELL_LAYER_UM = 3.0, 15.0
_TRIES = 14
_SPECKLE_UM2 = 620.0


@dataclass
class _Room:
    """Discs that are already placed on one side of the bone."""

    surface: Surface
    edge_um: float
    discs: list[tuple[float, float, float]] = field(default_factory=list)

    def _free(self, x: float, z: float, radius: float) -> float:
        """Return the gap to the nearest thing; negative where it overlaps."""
        near = x + np.linspace(-1, 1, 9) * radius
        wall = self.surface.out * (z - self.surface.height(near)) - np.sqrt(
            np.maximum(radius**2 - (near - x) ** 2, 0)
        )
        gaps = [np.hypot(x - a, z - b) - radius - r - _CLEAR_UM for a, b, r in self.discs]
        return min([float(wall.min()) - _CELL_LAYER_UM, *gaps])

    def settle(self, x: float, radius: float, seed: int) -> tuple[float, float] | None:
        """Find a height where a disc fits; None where there is no room."""
        base = float(self.surface.height(x)[0])
        depth = max(abs(self.edge_um - base) - 0.4 * radius, radius + _CELL_LAYER_UM)
        rng = np.random.default_rng(seed)
        for share in rng.uniform(0, 1, _TRIES):
            rise = radius + _CELL_LAYER_UM
            z = base + self.surface.out * (rise + share * max(depth - rise, 0))
            if self._free(x, z, radius) > 0:
                self.discs.append((x, z, radius))
                return x, z
        return None


def _vessels(cut: Cut, model: Bone, room: _Room) -> None:
    face, y, x = place(model.trabecula.vessels, cut.patch)
    cells = cut.near(
        Cells(np.zeros(len(x), [("site", "i4")]), face, y, x), room.surface.face, _VESSEL_ROWS
    )
    middles = []
    for number, at in enumerate(cut.x_um(cells)):
        middle = room.settle(float(at), 0.72 * _LUMEN_UM[0], seed=int(cells.y[number]) + 7)
        middles += [middle] if middle else []
    centres = np.reshape(middles, (-1, 2))
    glyphs.put(
        cut.ax, glyphs.circle(48) * _LUMEN_UM, centres, face=cut.stain.vessel_fill,
        edge=cut.stain.vessel, width_px=cut.thin(1.2, 1.6), gid="vessel", zorder=2.2,
    )  # fmt: skip
    row = np.array([(-19, 0), (-9, 1.5), (1, -1.5), (10, 1.2), (20, -0.5)])
    blood = (centres[:, None, :] + row).reshape(-1, 2)
    glyphs.put(cut.ax, glyphs.circle(12), blood, 2.3, face=cut.stain.vessel, zorder=2.3)


def _adipocytes(cut: Cut, model: Bone, room: _Room) -> None:
    fat = cells_of(model, cut.patch, "adipocyte")
    cells = cut.near(fat, room.surface.face, cut.patch.ny)
    across = cut.across(cells) * cut.patch.site_um
    chord = np.sqrt(np.maximum(cells.rows["radius_um"].astype(float) ** 2 - across**2, 0))
    kept: list[tuple[float, float, float]] = []
    for at, radius, name in zip(cut.x_um(cells), chord, cells.rows["id"], strict=True):
        if radius < 6:
            continue
        place_at = room.settle(float(at), float(radius), int(name) & 0xFFFFFFFF)
        kept += [(*place_at, float(radius))] if place_at else []
    _draw_adipocytes(cut, np.reshape(kept, (-1, 3)))


def _draw_adipocytes(cut: Cut, discs: NDArray) -> None:
    centres, radius = discs[:, :2], discs[:, 2]
    glyphs.put(
        cut.ax, glyphs.circle(60), centres, radius, face=cut.stain.adipocyte,
        edge=cut.stain.adipocyte_rim, width_px=cut.thin(1.0, 0.9), gid="adipocyte", zorder=2,
    )  # fmt: skip
    angles = np.round(centres.sum(axis=1) * 7919) % 360 / 57.3
    rim = centres + (radius - 2.2)[:, None] * np.column_stack([np.cos(angles), np.sin(angles)])
    nucleus = glyphs.lens() * [4.2, 2.0]
    shapes = [glyphs.turned(nucleus, angle + np.pi / 2) for angle in angles]
    glyphs.put(
        cut.ax, np.reshape(shapes, (-1, *nucleus.shape)), rim, face=cut.stain.adipocyte_rim,
        zorder=2.1,
    )  # fmt: skip


def _speckle(cut: Cut) -> None:
    left, right = cut.ax.get_xlim()
    low, high = cut.ax.get_ylim()
    rng = np.random.default_rng(cut.row)
    count = int((right - left) * (high - low) / _SPECKLE_UM2)
    x, z = rng.uniform(left, right, count), rng.uniform(low, high, count)
    radius = rng.uniform(1.4, 3.6, count)
    front, back = cut.surfaces
    outside = (z > front.height(x) + 12) | (z < back.height(x) - 12)
    centres = np.column_stack([x, z])[outside]
    glyphs.put(
        cut.ax, glyphs.circle(12), centres, radius[outside], face=cut.stain.speckle,
        gid="speckle", zorder=1, alpha=0.55,
    )  # fmt: skip


def draw_marrow(cut: Cut, model: Bone) -> None:
    """Draw what fills the marrow on both sides; nothing overlaps, what has no room is left out."""
    _speckle(cut)
    for surface in cut.surfaces:
        room = _Room(surface, cut.ax.get_ylim()[1 - surface.face])
        _vessels(cut, model, room)
        _adipocytes(cut, model, room)
