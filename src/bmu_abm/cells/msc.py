"""Mesenchymal stem cells: free in the marrow, drawn to eroded bone, choosing bone or fat."""

from __future__ import annotations

import math

import numpy as np

from bmu_abm import hashing
from bmu_abm.cells import adipocyte, osteoblast
from bmu_abm.cells.population import agent_class
from bmu_abm.cells.rows import has_room, remove_row
from bmu_abm.compiled import helper, kernel
from bmu_abm.fields import (
    ADIPOKINE,
    CXCL12,
    OPG,
    SECRETOME,
    SFRP1,
    SLIT3,
    WNT,
    coarse_index,
    sample,
)
from bmu_abm.geometry import neighbour, strode
from bmu_abm.niche import tile_of
from bmu_abm.rates import births, chance
from bmu_abm.signalling.adipokines import bone_left_open
from bmu_abm.signalling.binding import saturation
from bmu_abm.signalling.secretome import support
from bmu_abm.signalling.wnt import beta_catenin
from bmu_abm.surface import is_eroded
from bmu_abm.trabecula import FORMATION, HOLE, REVERSAL

FIELDS = [
    ("runx2", "f8"),
    ("pparg", "f8"),
    ("drive", "f8"),  # own osteogenic drive, relative
    ("cxcr4", "f8"),
    ("life_days", "f8"),
    ("secretome", "f8"),  # of a grafted cell, relative; 0 in those of the host
    ("bone_bias", "f8"),  # excess of the drive to bone over that of the host's cells; inherited
    ("fat_bias", "f8"),  # excess of the drive to fat
    ("stage", "i8"),  # 0 free in the marrow, 1 committed progenitor on eroded bone
    ("donor", "i8"),
]
MSC = agent_class("MSC", "msc", FIELDS)

FREE, COMMITTED = 0, 1
NEWBORN = -1.0  # age of a cell that rests until the next step
WINDOW = 2  # sites to each side over which progenitors sense each other


@helper
def start(cells, count, identity, s, parent, today, p):
    """Add a cell like row `parent` at site `s`; returns its row, or -1 where there is no room."""
    if not has_room(cells, count):
        return -1
    row = count[0]
    cells[row] = cells[parent]
    cell = cells[row]
    cell.id = identity
    cell.site = s
    cell.age = NEWBORN
    u = hashing.uniform(today.key, hashing.MSC_FATE, identity, today.tick, 0)
    v = hashing.uniform(today.key, hashing.MSC_FATE, identity, today.tick, 1)
    cell.drive = (1.0 + cell.bone_bias) * math.exp(p.msc_fate_spread * hashing.normal(u, v))
    count[0] = row + 1
    return row


@helper
def rests(cell):
    """Tell whether a cell was born in this step, and end its rest."""
    if cell.age >= 0.0:
        return False
    cell.age = 0.0
    return True


@helper
def decide(cell, fine, coarse, today, p, nx, ny):
    """Let Runx2 and PPAR-gamma, which inhibit each other, follow Wnt and estrogen."""
    wnt = today.beta_catenin * beta_catenin(cell.site, fine, coarse, p, nx, ny)
    estrogen = 1.0 - p.msc_estrogen_runx2 * (1.0 - today.estrogen)
    cross = p.msc_cross_inhibition
    against_fat = cell.pparg / cross
    against_bone = cell.runx2 / cross
    bone = p.msc_runx2_drive * cell.drive * estrogen * 2.0 * wnt / (1.0 + wnt)
    bone *= today.runx2_osterix * today.msc_osteogenesis
    bone *= bone_left_open(sample(coarse, ADIPOKINE, cell.site, nx, ny), p)
    to_bone = bone / (1.0 + against_fat * against_fat)
    fat = p.msc_pparg_drive * today.pparg * (1.0 + cell.fat_bias)
    to_fat = fat / (1.0 + against_bone * against_bone)
    step = chance(1.0 / p.msc_fate_days, today.dt)
    cell.runx2 += step * (to_bone - cell.runx2)
    cell.pparg += step * (to_fat - cell.pparg)


@helper
def migrate(cell, moves, coarse, sites, today, p, nx, ny):
    """Move a free cell: up the gradient of CXCL12 by its CXCR4, farther under SLIT3.

    Returns whether it came to a site on which it settles.
    """
    s = cell.site
    slit3 = saturation(sample(coarse, SLIT3, s, nx, ny), p.precursor_slit3_half_ng_ml)
    stride = p.msc_step_sites * (1.0 + p.msc_slit3_migration * slit3)
    here = math.log(1.0 + sample(coarse, CXCL12, s, nx, ny))
    for m in range(moves):
        dx, dy = hashing.displacement(today.key, hashing.MSC_STEP, cell.id, today.tick, 2 * m)
        there = strode(s, dx * stride, dy * stride, nx, ny)
        if sites[there].state >= HOLE:
            continue
        score = math.log(1.0 + sample(coarse, CXCL12, there, nx, ny))
        w = hashing.uniform(today.key, hashing.MSC_STEP, cell.id, today.tick, 2 * m + 1)
        pull = p.msc_chemotaxis * cell.cxcr4 * today.cxcr * (score - here)
        if pull + math.log(w / (1.0 - w)) > 0.0:
            s, here = there, score
        cell.site = s
        if can_settle(cell, sites[s], today, p):
            return True
    return False


@helper
def can_settle(cell, site, today, p):
    """Tell whether a free osteogenic cell settles on a site."""
    if cell.runx2 <= cell.pparg or site.osteoclast > 0 or not is_eroded(site.state):
        return False
    if site.coupling_um + site.clastokine_um < p.msc_settle_coupling_um:
        return False
    return cell.donor == 0 or takes(cell, today, p)


@helper
def takes(cell, today, p):
    """Tell whether a grafted cell is one of those that can engraft on bone, all its life."""
    return hashing.uniform(today.key, hashing.GRAFT_SETTLING, cell.id, 0) < p.graft_settling


@helper
def divides(cell, type_h, crowding, today, p):
    """Tell whether a free cell divides: its niche is at capillaries, and holds only so many."""
    room = 1.0 - crowding
    if room <= 0.0:
        return False
    u = hashing.uniform(today.key, hashing.MSC_RENEWAL, cell.id, today.tick)
    return u < births(p.msc_division_per_day * room * type_h, today.dt)


@helper
def secrete(cell, coarse_source, today, p, nx, ny):
    """Add what a preadipocyte, or a grafted cell, secretes to the fields above its site."""
    block = coarse_index(cell.site, nx, ny)
    if cell.pparg > cell.runx2:
        coarse_source[SFRP1, block] += 0.25 * p.msc_preadipocyte_sfrp1_pm * today.sfrp1
    if cell.secretome > 0.0:
        coarse_source[SECRETOME, block] += 0.25 * p.graft_secretome * cell.secretome
        coarse_source[OPG, block] += 0.25 * p.graft_opg_pm * cell.secretome


@helper
def turns_to_fat(cell, sites, today, p):
    """Tell whether a cell in which PPAR-gamma has won becomes an adipocyte."""
    if cell.pparg <= 2.0 * cell.runx2 or sites[cell.site].fat > 0:
        return False
    u = hashing.uniform(today.key, hashing.MSC_FATE, cell.id, today.tick, 2)
    return u < chance(p.msc_adipogenesis_per_day, today.dt)


@helper
def free_by_tile(cells, count, tiles, nx, ny):
    """Return how many free cells each tile of the marrow has."""
    free = np.zeros(tiles)
    for i in range(count[0]):
        if cells[i].stage == FREE:
            free[tile_of(cells[i].site, nx, ny)] += 1.0
    return free


@kernel
def live_free(
    cells, count, fat, n_fat, fine, coarse, coarse_source, sites, type_h, niche, today, p,
    nx, ny, moves,
):  # fmt: skip
    """Let every free cell decide, migrate, settle on eroded bone, divide, turn to fat or die."""
    t, q = today[0], p[0]
    free = free_by_tile(cells, count, niche.shape[0], nx, ny)
    i = 0
    while i < count[0]:
        cell = cells[i]
        if cell.stage != FREE or rests(cell):
            i += 1
            continue
        cell.age += t.dt
        u = hashing.uniform(t.key, hashing.MSC_LIFE, cell.id, t.tick)
        gone, settles = u < chance(1.0 / cell.life_days, t.dt), False
        if not gone:
            decide(cell, fine, coarse, t, q, nx, ny)
            settles = migrate(cell, moves, coarse, sites, t, q, nx, ny)
            if turns_to_fat(cell, sites, t, q) and has_room(fat, n_fat):
                adipocyte.start(fat, n_fat, cell.id, cell.site, cell.donor, t, q)
                gone = True
        if gone or sites[cell.site].state >= HOLE:
            remove_row(cells, count, i)
            continue
        secrete(cell, coarse_source, t, q, nx, ny)
        tile = tile_of(cell.site, nx, ny)
        crowding = free[tile] / max(niche[tile], 1e-9)
        if divides(cell, float(type_h[coarse_index(cell.site, nx, ny)]), crowding, t, q):
            identity = hashing.cell_id(hashing.MSC_RENEWAL, cell.id, t.tick, 0)
            start(cells, count, identity, cell.site, i, t, q)
        if settles:
            cell.stage = COMMITTED
            sites[cell.site].progenitors += 1
        i += 1


@helper
def density(s, sites, p, nx, ny):
    """Return progenitors (and formation) per open site in the window around `s`."""
    found, places = 0.0, 0
    for dy in range(-WINDOW, WINDOW + 1):
        for dx in range(-WINDOW, WINDOW + 1):
            site = sites[neighbour(s, dx, dy, nx, ny)]
            if site.state == FORMATION:
                found += p.osteoblast_neighbour_weight
                places += 1
            elif is_eroded(site.state):
                found += site.progenitors
                places += 1
    return found / max(places, 1)


@helper
def emptiest(s, sites, nx, ny):
    """Return the eroded neighbour of `s` with the fewest progenitors (or `s` itself)."""
    best, fewest = s, sites[s].progenitors
    for dy in range(-1, 2):
        for dx in range(-1, 2):
            n = neighbour(s, dx, dy, nx, ny)
            is_free = is_eroded(sites[n].state) and sites[n].osteoclast == 0
            if is_free and sites[n].progenitors < fewest:
                best, fewest = n, sites[n].progenitors
    return best


@helper
def coupled(site, p):
    """Return the effect of bound coupling factors on progenitors (0 to 1)."""
    return saturation(site.coupling_um + site.clastokine_um, p.coupling_half_um)


@helper
def committed_life(cell, p):
    """Return the mean life (days) of a progenitor on bone; of a grafted cell, weeks."""
    return min(cell.life_days, p.msc_progenitor_life_days)


@helper
def expand(cells, count, i, crowd, fine, coarse, sites, today, p, nx, ny):
    """Let a progenitor on eroded bone divide by coupling factors, SLIT3 and Wnt."""
    cell = cells[i]
    s = cell.site
    slit3 = saturation(sample(coarse, SLIT3, s, nx, ny), p.precursor_slit3_half_ng_ml)
    wnt = today.beta_catenin * beta_catenin(s, fine, coarse, p, nx, ny)
    hazard = p.msc_progenitor_division_per_day * coupled(sites[s], p)
    hazard *= (1.0 + p.msc_slit3_migration * slit3) * 2.0 * wnt / (1.0 + wnt)
    hazard *= 1.0 + p.msc_secretome_division * support(s, coarse, today, nx, ny)
    hazard *= max(0.0, 1.0 - crowd / (1.5 * p.osteoblast_threshold))
    u = hashing.uniform(today.key, hashing.MSC_DIVISION, cell.id, today.tick)
    if u < births(hazard, today.dt):
        home = emptiest(s, sites, nx, ny)
        identity = hashing.cell_id(hashing.MSC_DIVISION, cell.id, today.tick, 0)
        row = start(cells, count, identity, home, i, today, p)
        if row >= 0:
            sites[home].progenitors += 1


@helper
def leave(cell, site):
    """Take a progenitor off its site."""
    if site.progenitors > 0:
        site.progenitors -= 1


@kernel
def live_committed(
    cells, count, blasts, n_blasts, fine, fine_source, coarse, coarse_source, sites, ledger, today,
    p, nx, ny, moves,
):  # fmt: skip
    """Let progenitors on eroded bone spread, divide and, where dense enough, start formation."""
    t, q = today[0], p[0]
    differentiates = chance(q.osteoblast_start_per_day, t.dt)
    i = 0
    while i < count[0]:
        cell = cells[i]
        if cell.stage != COMMITTED or rests(cell):
            i += 1
            continue
        s = cell.site
        site = sites[s]
        cell.age += t.dt
        hazard = chance(1.0 / committed_life(cell, q), t.dt)
        gone = hashing.uniform(t.key, hashing.MSC_LIFE, cell.id, t.tick) < hazard
        if site.state >= HOLE or gone:
            leave(cell, site)
            remove_row(cells, count, i)
            continue
        if not is_eroded(site.state):
            leave(cell, site)
            cell.stage = FREE
            i += 1
            continue
        fine_source[WNT, s] += q.osteoblast_wnt
        secrete(cell, coarse_source, t, q, nx, ny)
        crowd = density(s, sites, q, nx, ny)
        heard = crowd * (1.0 + q.osteoblast_notch * (t.nicd - 1.0))
        ready = site.state == REVERSAL and site.osteoclast == 0 and heard >= q.osteoblast_threshold
        u = hashing.uniform(t.key, hashing.MSC_FATE, cell.id, t.tick, 3)
        if ready and u < differentiates and has_room(blasts, n_blasts):
            leave(cell, site)
            osteoblast.start(blasts, n_blasts, cell.id, s, cell.donor, sites, ledger[0], t, q)
            remove_row(cells, count, i)
            continue
        for _ in range(moves):
            if sites[cell.site].progenitors > 1:
                spread(cell, sites, nx, ny)
        expand(cells, count, i, crowd, fine, coarse, sites, t, q, nx, ny)
        i += 1


@helper
def spread(cell, sites, nx, ny):
    """Move a progenitor from a crowded site to an emptier eroded neighbour."""
    home = emptiest(cell.site, sites, nx, ny)
    if sites[home].progenitors + 1 < sites[cell.site].progenitors:
        leave(cell, sites[cell.site])
        sites[home].progenitors += 1
        cell.site = home
