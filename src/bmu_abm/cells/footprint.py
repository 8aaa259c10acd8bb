"""The footprint of an osteoclast: the sites that it covers, each by one cell."""

from __future__ import annotations

import math

from bmu_abm.compiled import helper
from bmu_abm.geometry import neighbour
from bmu_abm.trabecula import HOLE


@helper
def reach_of(nuclei, p):
    """Return the radius of the footprint in sites."""
    return math.sqrt(p.osteoclast_sites_per_nucleus * nuclei / math.pi)


@helper
def cover(sites, s, radius, row, nx, ny):
    """Claim the free sites of the footprint around `s` for the osteoclast in `row`."""
    r = int(radius)
    for dy in range(-r, r + 1):
        for dx in range(-r, r + 1):
            if dx * dx + dy * dy <= radius * radius:
                n = neighbour(s, dx, dy, nx, ny)
                if sites[n].osteoclast == 0 and sites[n].state < HOLE:
                    sites[n].osteoclast = row + 1


@helper
def uncover(sites, s, radius, row, nx, ny):
    """Give up the footprint around `s`; a margin of a site covers the loss of nuclei."""
    r = int(radius) + 2
    for dy in range(-r, r + 1):
        for dx in range(-r, r + 1):
            n = neighbour(s, dx, dy, nx, ny)
            if sites[n].osteoclast == row + 1:
                sites[n].osteoclast = 0


@helper
def crowding(sites, s, row, nx, ny):
    """Tell whether another osteoclast covers site `s`."""
    owner = sites[s].osteoclast
    return owner > 0 and owner != row + 1
