"""The niche of stem cells: its tiles, and what fat and vessels make of it."""

import numpy as np
import pytest

import bones
from bmu_abm import niche


@pytest.mark.parametrize(("nx", "ny"), [(20, 20), (100, 100), (200, 100), (130, 90), (50, 240)])
def test_tiles_share_the_patch_out(nx, ny):
    """Tiles are half a millimetre wide or a little more, never across faces, nearly alike."""
    tiles = np.array([niche.tile_of(s, nx, ny) for s in range(2 * nx * ny)]).reshape(2, ny, nx)
    assert len(np.unique(tiles)) == len(niche.empty(nx, ny)) == tiles.max() + 1
    assert not set(np.unique(tiles[0])) & set(np.unique(tiles[1]))
    size = np.bincount(tiles.ravel())
    assert size.sum() * niche.SITE_MM2 == pytest.approx(niche.tile_mm2(nx, ny) * len(size))
    assert size.max() <= 1.1 * size.min() and size.min() >= min(nx, 50) * min(ny, 50)
    for axis in (1, 2):  # a tile is one piece
        steps = np.diff(tiles, axis=axis) != 0
        assert steps.any(axis=3 - axis).sum() <= 2 * max(
            niche.tiles_along(nx), niche.tiles_along(ny)
        )


def measured(still, fat=0.0, type_h=1.0):
    """Return the niches of a bone whose front face has some fat, in cells per mm2."""
    m = bones.changed(still(), msc_density_per_mm2=75.0, msc_fat_niche=0.6)
    b = m.trabecula
    b.sites["fat"][: round(fat * b.n_columns)] = 1
    b.type_h[:] = type_h
    niche.measure(b.niche, b.sites, b.type_h, m.today, m.p, b.nx, b.ny)
    assert m.today["fat_fraction"][0] == pytest.approx(fat / 2)
    return b.niche / niche.tile_mm2(b.nx, b.ny)


def test_fat_shrinks_the_niche_where_it_is(still):
    assert measured(still) == pytest.approx(75 * 1.18)
    assert measured(still, fat=0.8) == pytest.approx([75 * 0.7, 75 * 1.18])


def test_the_niche_follows_capillaries_of_type_h(still):
    assert measured(still, type_h=0.5) == pytest.approx(75 * 1.18 / 2)
