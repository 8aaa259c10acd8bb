"""The niche of free mesenchymal stem cells: how many a neighbourhood of the marrow holds.

The marrow above each face is divided into tiles about half a millimetre wide. Their width, not the
size of the patch, is the reach of crowding.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bmu_abm.compiled import helper, kernel

# A grid, not biology: how finely the marrow is divided to see where it is crowded, as fields have
# blocks; arrays are sized by it. Narrower than a patch, and wide enough for some tens of cells at
# `msc.density_per_mm2`, which is the biology of it.
TILE_SITES = 50
SITE_MM2 = 1e-4
REFERENCE_FAT = 0.3  # share of the marrow at which the niche has its stated density


def empty(nx: int, ny: int) -> NDArray[np.float64]:
    """Return the niches of a patch of two faces of `ny` x `nx` sites, all 0, one a tile."""
    return np.zeros(2 * tiles_along(nx) * tiles_along(ny))


@helper
def tiles_along(n):
    """Return the tiles on an edge of `n` sites."""
    return max(1, n // TILE_SITES)


@helper
def tile_of(s, nx, ny):
    """Return the tile of site `s`."""
    row = s // nx
    return tile_at(row, s - row * nx, nx, ny)


@helper
def tile_at(row, x, nx, ny):
    """Return the tile of the site in `row` of both faces at `x`."""
    across, along = tiles_along(nx), tiles_along(ny)
    face = 1 if row >= ny else 0
    y = row - face * ny
    return (face * along + y * along // ny) * across + x * across // nx


@helper
def tile_mm2(nx, ny):
    """Return the area of a tile (mm2)."""
    return nx * ny * SITE_MM2 / (tiles_along(nx) * tiles_along(ny))


@kernel
def measure(niche, sites, type_h, today, p, nx, ny):
    """Set how many free cells each tile holds: by its fat, and its capillaries of type H.

    Parameters
    ----------
    niche : ndarray of float64, shape (n_tiles,)
        Free cells at which division stops; set here.
    type_h : ndarray of float32, shape (n_sites / 4,)
        Capillaries of type H over rest, on blocks of 2 x 2 sites.
    """
    q, pool = p[0], today[0].msc_pool
    fat = np.zeros(niche.shape[0])
    vessels = np.zeros(niche.shape[0])
    for row in range(2 * ny):
        for x in range(nx):
            tile = tile_at(row, x, nx, ny)
            fat[tile] += sites[row * nx + x].fat > 0
            vessels[tile] += type_h[(row >> 1) * (nx >> 1) + (x >> 1)]
    per_tile = sites.shape[0] / niche.shape[0]
    today[0].fat_fraction = fat.sum() / sites.shape[0]
    for tile in range(niche.shape[0]):
        held = capacity(fat[tile] / per_tile, q, nx, ny) * pool
        niche[tile] = held * vessels[tile] / per_tile


@helper
def capacity(fat_fraction, p, nx, ny):
    """Return the free cells that a tile with resting capillaries holds."""
    shrunk = 1.0 - p.msc_fat_niche * (fat_fraction - REFERENCE_FAT)
    return p.msc_density_per_mm2 * tile_mm2(nx, ny) * max(0.0, shrunk)
