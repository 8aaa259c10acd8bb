"""The cells on a face, each as its glyph: true size, but never too small to be seen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from bmu_abm.pictures import glyphs
from bmu_abm.pictures.colour import rgb
from bmu_abm.pictures.furniture import size_px
from bmu_abm.pictures.palette import Palette
from bmu_abm.pictures.patch import Bone, Cells, Patch, cells_of, osteocytes_of, place
from bmu_abm.pictures.stains import Stain

CALLING = 0.5
_HALO_SITES, _FULL_MAP_PX = 0.3, 340


@dataclass(frozen=True)
class _Board:
    """Where glyphs go: an axes with its scale and its colours."""

    ax: Axes
    patch: Patch
    stain: Stain
    palette: Palette
    px_per_um: float

    def radius(self, sites: NDArray | float, least_px: float) -> NDArray:
        """Return half of a true width in sites, at least half of a width in pixels; in um."""
        least_um = least_px * self.small / self.px_per_um
        return np.maximum(np.asarray(sites) * self.patch.site_um, least_um) / 2

    @property
    def small(self) -> float:
        """Share of the least sizes that holds on a map smaller than 340 pixels."""
        return float(np.clip(self.px_per_um * self.patch.width_um / _FULL_MAP_PX, 0.4, 1))

    def centres(self, cells: Cells) -> NDArray:
        return (np.column_stack([cells.x, cells.y]) + 0.5) * self.patch.site_um

    @property
    def halo_px(self) -> float:
        return float(
            np.clip(_HALO_SITES * self.patch.site_um * self.px_per_um, 0.7 * self.small, 1.6)
        )


def fullness(share: NDArray, empty: str, full: str) -> NDArray:
    """Return sRGB (n, 3) from an empty to a full disc as `share` rises from 0 to 1."""
    part = np.clip(share, 0, 1)[:, None]
    return rgb(empty) * (1 - part) + rgb(full) * part


def _osteoblasts(board: _Board, cells: Cells) -> None:
    if board.stain.name == "tetracycline":  # they would hide the labels below them
        return
    glyphs.put(
        board.ax, glyphs.cobble(), board.centres(cells), board.radius(0.44, 0.9),
        face=board.stain.osteoblast, gid="osteoblast", zorder=3, alpha=0.62,
    )  # fmt: skip


def _progenitors(board: _Board, cells: Cells) -> None:
    committed = cells.rows["stage"] > 0
    colours = fullness(np.where(committed, 1.0, 0.25), board.stain.halo, board.stain.progenitor)
    edges = fullness(committed.astype(float), board.stain.progenitor, board.stain.halo)
    glyphs.put(
        board.ax, glyphs.diamond(), board.centres(cells), board.radius(2.0, 6.5),
        face=colours, edge=edges, width_px=0.8 * board.halo_px, gid="progenitor", zorder=5,
    )  # fmt: skip


def _precursors(board: _Board, cells: Cells) -> None:
    centres, radius = board.centres(cells), board.radius(1.5, 5.0)
    ring = 0.8 * board.halo_px
    glyphs.put(
        board.ax, glyphs.circle(), centres, radius + ring / board.px_per_um,
        face=board.stain.halo, gid="precursor halo", zorder=4, alpha=0.9,
    )  # fmt: skip
    share = cells.rows["nfatc1"]
    glyphs.put(
        board.ax, glyphs.circle(), centres, radius, width_px=ring, gid="precursor", zorder=4.1,
        face=fullness(share, board.stain.halo, board.stain.precursor), edge=board.stain.precursor,
    )  # fmt: skip


def _osteoclasts(board: _Board, cells: Cells) -> None:
    centres, nuclei = board.centres(cells), cells.rows["nuclei"]
    true = glyphs.osteoclast_radius(nuclei, board.patch.site_um)
    radius = np.maximum(true, board.radius(0.0, 8.0))
    seeds = [int(one) & 0xFFFFFFFF for one in cells.rows["id"]]
    glyphs.put(
        board.ax, [glyphs.lobed_disc(seed) for seed in seeds], centres, radius,
        face=board.stain.osteoclast, edge=board.stain.halo, width_px=1.25 * board.halo_px,
        gid="osteoclast", zorder=6,
    )  # fmt: skip
    spots = [glyphs.nuclei_spots(n, seed) for n, seed in zip(nuclei, seeds, strict=True)]
    at = [c + r * s for c, r, s in zip(centres, radius, spots, strict=True)]
    glyphs.put(
        board.ax, glyphs.circle(10), np.concatenate([*at, np.empty((0, 2))]),
        board.radius(0.62, 1.5), face=board.stain.nucleus, gid="nucleus", zorder=6.1,
    )  # fmt: skip


def _calling(board: _Board, cells: Cells) -> None:
    distressed = cells.where(cells.rows["calling"] > CALLING)
    glyphs.put(
        board.ax, glyphs.star(), board.centres(distressed), board.radius(3.0, 9.0),
        face=board.palette.calling, edge=board.stain.halo, width_px=0.8 * board.halo_px,
        gid="calling osteocyte", zorder=7,
    )  # fmt: skip


def _adipocytes(board: _Board, cells: Cells) -> None:
    glyphs.put(
        board.ax, glyphs.circle(40), board.centres(cells), cells.rows["radius_um"],
        face=board.stain.adipocyte, edge=board.stain.adipocyte_rim, width_px=1,
        gid="adipocyte", zorder=7.5, alpha=0.55,
    )  # fmt: skip


def _vessels(board: _Board, model: Bone, face: int) -> None:
    where, y, x = place(model.trabecula.vessels, board.patch)
    here = where == face
    centres = (np.column_stack([x[here], y[here]]) + 0.5) * board.patch.site_um
    glyphs.put(
        board.ax, glyphs.circle(), centres, board.radius(1.6, 6), face=board.stain.vessel_fill,
        edge=board.stain.vessel, width_px=1.6, gid="vessel", zorder=7.6,
    )  # fmt: skip


_LAYERS: tuple[tuple[str, Callable[[_Board, Cells], None]], ...] = (
    ("osteoblast", _osteoblasts),
    ("msc", _progenitors),
    ("osteoclast_precursor", _precursors),
    ("osteoclast", _osteoclasts),
)


def draw_cells(
    ax: Axes,
    model: Bone,
    patch: Patch,
    face: int,
    stain: Stain,
    palette: Palette,
    *,
    marrow: bool = False,
) -> None:
    """Put one glyph per living cell of a face (0 or 1) on its map."""
    board = _Board(ax, patch, stain, palette, size_px(ax)[0] / patch.width_um)
    for name, draw in _LAYERS:
        cells = cells_of(model, patch, name)
        draw(board, cells.where(cells.face == face))
    if stain.states:
        osteocytes = osteocytes_of(model, patch)
        _calling(board, osteocytes.where(osteocytes.face == face))
    if marrow:
        fat = cells_of(model, patch, "adipocyte")
        _adipocytes(board, fat.where(fat.face == face))
        _vessels(board, model, face)
