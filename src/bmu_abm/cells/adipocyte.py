"""Marrow adipocytes: long-lived discs that take space and secrete RANKL, SFRP1 and adipokines."""

from __future__ import annotations

import math

from bmu_abm import hashing
from bmu_abm.cells.population import agent_class
from bmu_abm.cells.rows import remove_row
from bmu_abm.compiled import helper, kernel
from bmu_abm.fields import ADIPOKINE, RANKL, SFRP1, coarse_index
from bmu_abm.geometry import SITE_UM, neighbour
from bmu_abm.rates import chance
from bmu_abm.trabecula import HOLE

FIELDS = [
    ("radius_um", "f8"),
    ("placed", "i8"),  # 1 once the disc is marked on the sites
    ("donor", "i8"),
]
Adipocyte = agent_class("Adipocyte", "adipocyte", FIELDS)


@helper
def start(cells, count, identity, s, donor, today, p):
    """Add an adipocyte at site `s` (the caller has checked that there is room)."""
    cell = cells[count[0]]
    cell.id = identity
    cell.site = s
    cell.age = 0.0
    u = hashing.uniform(today.key, hashing.ADIPOCYTE_SIZE, identity, today.tick, 0)
    v = hashing.uniform(today.key, hashing.ADIPOCYTE_SIZE, identity, today.tick, 1)
    cell.radius_um = p.adipocyte_radius_um * math.exp(p.adipocyte_radius_sd * hashing.normal(u, v))
    cell.placed = 0
    cell.donor = donor
    count[0] += 1


@helper
def mark(sites, s, radius_um, sign, nx, ny):
    """Add (+1) or take away (-1) the disc of an adipocyte on the sites below it."""
    radius = radius_um / SITE_UM
    r = int(radius)
    for dy in range(-r, r + 1):
        for dx in range(-r, r + 1):
            if dx * dx + dy * dy <= radius * radius:
                site = sites[neighbour(s, dx, dy, nx, ny)]
                if sign > 0:
                    site.fat += 1
                elif site.fat > 0:
                    site.fat -= 1


@kernel
def live(cells, count, sites, coarse_source, today, p, nx, ny):
    """Let every adipocyte age, secrete and, after years, die."""
    t, q = today[0], p[0]
    i = 0
    while i < count[0]:
        cell = cells[i]
        if cell.placed == 0:
            mark(sites, cell.site, cell.radius_um, 1, nx, ny)
            cell.placed = 1
        cell.age += t.dt
        hazard = chance(1.0 / q.adipocyte_life_days, t.dt)
        gone = hashing.uniform(t.key, hashing.ADIPOCYTE_LIFE, cell.id, t.tick) < hazard
        if gone or sites[cell.site].state >= HOLE:
            mark(sites, cell.site, cell.radius_um, -1, nx, ny)
            remove_row(cells, count, i)
            continue
        area = math.pi * (cell.radius_um / SITE_UM) ** 2
        block = coarse_index(cell.site, nx, ny)
        coarse_source[RANKL, block] += 0.25 * area * q.adipocyte_rankl_pm * t.rankl_marrow
        coarse_source[SFRP1, block] += 0.25 * area * q.adipocyte_sfrp1_pm * t.sfrp1
        coarse_source[ADIPOKINE, block] += 0.25 * area * q.adipocyte_adipokine * t.adipokine
        i += 1
