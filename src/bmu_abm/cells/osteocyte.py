"""Osteocytes: buried in the bone, they sense strain, age and damage, and speak to the surface."""

from __future__ import annotations

import math

import numpy as np

from bmu_abm import hashing
from bmu_abm.cells.population import agent_class
from bmu_abm.cells.rows import has_room, note, remove_row
from bmu_abm.compiled import helper, kernel
from bmu_abm.fields import OPG, RANKL, SCLEROSTIN, TGFB, coarse_index
from bmu_abm.geometry import SITE_UM, back_site, column_of, neighbour, separation
from bmu_abm.mechanics import relative_stress
from bmu_abm.rates import chance, kept
from bmu_abm.signalling.secretome import support
from bmu_abm.trabecula import FORMATION, HOLE

FIELDS = [
    ("z", "i8"),  # nm in its column
    ("customary_strain", "f8"),  # strain to which it is accommodated
    ("calling", "f8"),  # distress after damage, 0 to 1
    ("secretion", "f8"),  # sclerostin, relative to rest
    ("donor", "i8"),
]
Osteocyte = agent_class("Osteocyte", "osteocyte", FIELDS)

# An osteocyte stands for all canaliculi around it: the sites that share one cell at the surface.
TERRITORY_MM3 = 1e9 / (40.0 * 100.0)
MAX_CALLS = 4096
DAYS_PER_YEAR = 365.0
# Of more cells than MANY the surfaces do not fit the cache: they are read for AHEAD cells at once.
MANY, AHEAD = 16384, 64


@helper
def nearest_surface(c, back, z, sites):
    """Return the site to which a cell at `z` of column `c` reports, and its depth (um)."""
    to_front = sites[c].height - z
    to_back = z - sites[back].height
    if to_front <= to_back:
        return c, to_front / 1000.0
    return back, to_back / 1000.0


@helper
def death_hazards(today, p):
    """Return two hazards of death of the day (1/day): of a young cell, and per square year."""
    daily = (1.0 + p.osteocyte_estrogen_death * (1.0 - today.estrogen)) / DAYS_PER_YEAR
    young = daily / p.osteocyte_life_years
    return young, young / p.osteocyte_ageing_years**2


@helper
def death_hazard(cell, hazards):
    """Return the hazard of death (1/day): age, estrogen and distress."""
    years = cell.age * (1.0 / DAYS_PER_YEAR)
    young, by_age = hazards
    return (young + by_age * years * years) * (1.0 + 2.0 * cell.calling)


@helper
def youth(years, p):
    """Return the OPG of a cell of some age over that of a fresh one.

    A slope other than 1 turns the fall with age about the age of resting bone.
    """
    now = p.osteocyte_opg_age_years / (p.osteocyte_opg_age_years + years)
    if p.osteocyte_opg_age_slope == 1.0:
        return now
    rest = p.osteocyte_opg_age_years / (p.osteocyte_opg_age_years + p.osteocyte_opg_rest_years)
    return max(0.0, rest + p.osteocyte_opg_age_slope * (now - rest))


@helper
def secrete(cell, s, depth, strain, coarse_source, coarse, sites, today, p, nx, ny):
    """Add what the cell secretes to the fields above its surface."""
    reach = math.exp(-depth / p.osteocyte_reach_um) * TERRITORY_MM3 / p.osteocyte_density_per_mm3
    lack = 1.0 - today.estrogen
    excess = strain / cell.customary_strain - 1.0
    block = coarse_index(s, nx, ny)
    years = cell.age * (1.0 / DAYS_PER_YEAR)
    front = 0.0
    if sites[s].state != FORMATION:
        old = years * years / (p.osteocyte_front_age_years * p.osteocyte_front_age_years)
        tgfb = float(coarse[TGFB, block])
        front = old * tgfb / ((1.0 + old) * (p.coupling_tgfb_half_pm + tgfb))
    disuse = max(0.0, -excess)
    rankl = p.osteocyte_rankl_pm * (1.0 + p.osteocyte_disuse_gain * disuse)
    rankl += p.osteocyte_call_rankl_pm * cell.calling + p.osteocyte_front_rankl_pm * front
    rankl *= today.rankl_osteocyte
    coarse_source[RANKL, block] += 0.25 * reach * rankl * (1.0 + p.estrogen_rankl * lack)
    opg = p.osteocyte_opg_pm * youth(years, p) * (1.0 - p.estrogen_opg * lack) * today.opg
    coarse_source[OPG, block] += 0.25 * reach * opg
    mature = min(1.0, cell.age / p.osteocyte_maturation_days)
    level = min(2.5, max(0.1, 1.0 - p.osteocyte_strain_gain * excess)) * today.sclerostin
    cell.secretion = level
    coarse_source[SCLEROSTIN, block] += 0.25 * reach * p.osteocyte_sclerostin_pm * level * mature


@helper
def read_ahead(cells, first, last, sites, nx, ny):
    """Read the surfaces above and below some cells, so that they wait for memory together.

    Returns what was read, added up, since a compiler leaves out what nobody asks for.
    """
    heights = 0
    for i in range(first, last):
        c = column_of(cells[i].site, nx, ny)
        heights += sites[c].height + sites[back_site(c, nx, ny)].height
    return heights


@kernel
def live(cells, count, sites, coarse, coarse_source, calls, n_calls, today, p, nx, ny):
    """Let every osteocyte live for a step.

    A cell whose place has been resorbed is exhumed. Old cells that die may set off a patch of
    calling neighbours; their columns are appended to `calls`. Returns what was read ahead.
    """
    t, q = today[0], p[0]
    hazards = death_hazards(t, q)
    adapting = chance(1.0 / (DAYS_PER_YEAR * q.osteocyte_accommodation_years), t.dt)
    reach_um, tick, key, dt = q.osteocyte_reach_um, t.tick, t.key, t.dt
    supported = t.supported != 0
    ahead = 0 if count[0] > MANY else count[0]
    i, read = 0, 0
    while i < count[0]:
        if i == ahead:
            ahead = i + AHEAD
            read += read_ahead(cells, i, min(ahead, count[0]), sites, nx, ny)
        cell = cells[i]
        c = column_of(cell.site, nx, ny)
        back = back_site(c, nx, ny)
        s, depth = nearest_surface(c, back, cell.z, sites)
        if depth <= 0.0 or sites[s].state >= HOLE:
            remove_row(cells, count, i)
            continue
        cell.site = s
        cell.age += dt
        hazard = death_hazard(cell, hazards) * dt
        if supported:
            hazard *= 1.0 - q.osteocyte_secretome_survival * support(s, coarse, t, nx, ny)
        if hashing.uniform(key, hashing.OSTEOCYTE_DEATH, cell.id, tick) < hazard:
            u = hashing.uniform(key, hashing.AGEING, cell.id, tick)
            if depth < q.damage_patch_depth_um and u < q.osteocyte_ageing_call:
                note(calls, n_calls, s)
            remove_row(cells, count, i)
            continue
        strain = relative_stress((sites[c].height - sites[back].height) / 1000.0, t, q)
        if depth < 3.0 * reach_um:
            if cell.calling > 0.0:
                fade(cell, sites[s], t, q)
            secrete(cell, s, depth, strain, coarse_source, coarse, sites, t, q, nx, ny)
        cell.customary_strain += (strain - cell.customary_strain) * adapting
        i += 1
    return read


@helper
def fade(cell, site, today, p):
    """Let a call fade: slowly by itself, fast under an osteoclast, at once under new bone."""
    if site.state == FORMATION:
        cell.calling = 0.0
        return
    cell.calling *= kept(1.0 / p.osteocyte_call_memory_days, today.dt)
    if site.osteoclast > 0:
        cell.calling = max(0.0, cell.calling - today.dt / p.osteocyte_call_contact_days)


@helper
def patch_shape(s, tick, key, p):
    """Return the two half-axes (um), the angle and the depth (um) of the patch of an event."""
    u = [0.0] * 6
    for k in range(6):
        u[k] = hashing.uniform(key, hashing.CRACK_SHAPE, s, tick, k)
    radius = p.damage_patch_radius_um * math.exp(
        p.damage_patch_radius_sd * hashing.normal(u[0], u[1])
    )
    depth = p.damage_patch_depth_um * math.exp(p.damage_patch_depth_sd * hashing.normal(u[2], u[3]))
    stretch = math.exp(0.25 * (2.0 * u[4] - 1.0))
    return radius * stretch, radius / stretch, math.pi * u[5], depth


@kernel
def call(cells, count, sites, damage, slice_nm, calls, n_calls, n_cracks, ledger, today, p, nx, ny):
    """Make the osteocytes around each event call; the first `n_cracks` events are microcracks.

    A microcrack also adds damage to the slices of its patch and kills a share of its cells.
    """
    t, q = today[0], p[0]
    for e in range(n_calls[0]):
        centre = calls[e]
        if sites[centre].state >= HOLE:
            continue
        patch = patch_shape(centre, t.tick, t.key, q)
        ledger[0].calls += 1
        deaths = q.osteocyte_crack_death if e < n_cracks[0] else 0.0
        rouse(cells, count, centre, patch, deaths, sites, t, nx, ny)
        if e < n_cracks[0]:
            crack(centre, patch, sites, damage, slice_nm, q, nx, ny)
    n_calls[0] = 0


@helper
def within(patch, dx, dy):
    """Tell whether an offset (sites) lies in the ellipse of a patch."""
    a, b, angle, _ = patch
    ca, sa = math.cos(angle), math.sin(angle)
    along, across = (ca * dx + sa * dy) * SITE_UM / a, (ca * dy - sa * dx) * SITE_UM / b
    return along * along + across * across <= 1.0


@helper
def rouse(cells, count, centre, patch, deaths, sites, today, nx, ny):
    """Make the cells of a patch call, but for the share `deaths`, which die."""
    front = centre < nx * ny
    i = 0
    while i < count[0]:
        cell = cells[i]
        i += 1
        if (cell.site < nx * ny) != front:
            continue
        dx, dy = separation(centre, cell.site, nx, ny)
        if not within(patch, dx, dy):
            continue
        if abs(sites[cell.site].height - cell.z) >= 1000.0 * patch[3]:
            continue
        u = hashing.uniform(today.key, hashing.OSTEOCYTE_DEATH, cell.id, today.tick, 1)
        if u < deaths:
            i -= 1
            remove_row(cells, count, i)
        else:
            cell.calling = 1.0


@helper
def crack(centre, patch, sites, damage, slice_nm, p, nx, ny):
    """Add the damage of a microcrack to the slices of its patch."""
    reach = int(max(patch[0], patch[1]) / SITE_UM) + 1
    for dy in range(-reach, reach + 1):
        for dx in range(-reach, reach + 1):
            if not within(patch, dx, dy):
                continue
            s = neighbour(centre, dx, dy, nx, ny)
            if sites[s].state >= HOLE:
                continue
            c = column_of(s, nx, ny)
            add_damage(c, s, patch[3], sites, damage, slice_nm, p, nx, ny)


@helper
def add_damage(c, s, depth, sites, damage, slice_nm, p, nx, ny):
    """Add a microcrack to the slices of column `c` down to `depth` um below site `s`."""
    top, bottom = sites[c].height, sites[back_site(c, nx, ny)].height
    if s == c:
        bottom = max(bottom, top - np.int32(1000.0 * depth))
    else:
        top = min(top, bottom + np.int32(1000.0 * depth))
    for k in range(bottom // slice_nm, (top - 1) // slice_nm + 1):
        damage[c, k] += p.damage_crack_damage


@helper
def bury(cells, count, identity, s, z, strain, donor):
    """Add an osteocyte at `z` of the column of site `s`; returns whether there was room."""
    if not has_room(cells, count):
        return False
    cell = cells[count[0]]
    cell.id = identity
    cell.site = s
    cell.z = z
    cell.age = 0.0
    cell.customary_strain = strain
    cell.calling = 0.0
    cell.secretion = 1.0
    cell.donor = donor
    count[0] += 1
    return True
