"""Osteoclasts: precursors found and join them; they move, dissolve bone, and lose their nuclei."""

from __future__ import annotations

import math

import numpy as np

from bmu_abm import hashing
from bmu_abm.cells.dissolution import depth_um, is_osteoid, resorb, shut
from bmu_abm.cells.footprint import cover, crowding, reach_of, uncover
from bmu_abm.cells.population import agent_class
from bmu_abm.cells.rows import has_room, remove_row
from bmu_abm.compiled import helper
from bmu_abm.fields import TGFB, sample
from bmu_abm.geometry import neighbour
from bmu_abm.rates import chance
from bmu_abm.signalling.binding import saturation
from bmu_abm.signalling.mevalonate import hastened_death, left_after
from bmu_abm.signalling.rank import FREE_RANKL, WITHHELD
from bmu_abm.trabecula import HOLE

FIELDS = [
    ("nuclei", "f8"),
    ("heading", "f8"),  # radians
    ("removed_um3", "f8"),  # bone removed in its life
    ("bisphosphonate", "f8"),  # in it, alendronate's worth per nucleus (fmol)
    ("donor", "i8"),
]
Osteoclast = agent_class("Osteoclast", "osteoclast", FIELDS)

FEWEST_NUCLEI = 2.0
# Of what an osteomorph comes: the usual loss of nuclei, or fission for lack of RANK signalling.
SHED, FISSIONED = 1, 2


@helper
def found(clasts, count, identity, s, nuclei, sites, today, p, nx, ny):
    """Add an osteoclast of `nuclei` nuclei at site `s`."""
    row = count[0]
    cell = clasts[row]
    cell.id = identity
    cell.site = s
    cell.age = 0.0
    cell.nuclei = nuclei
    u = hashing.uniform(today.key, hashing.OSTEOCLAST_STEP, identity, today.tick, 255)
    cell.heading = 2.0 * math.pi * u
    cell.removed_um3 = 0.0
    cell.bisphosphonate = 0.0
    cell.donor = 0
    count[0] = row + 1
    cover(sites, s, reach_of(nuclei, p), row, nx, ny)


@helper
def join(s, clasts, sites, p, nx, ny):
    """Let a precursor at `s` join the nearest osteoclast in reach that has room."""
    reach = int(p.precursor_join_reach_sites)
    best, row = reach * reach + 1, -1
    for dy in range(-reach, reach + 1):
        for dx in range(-reach, reach + 1):
            far = dx * dx + dy * dy
            if far >= best:
                continue
            owner = sites[neighbour(s, dx, dy, nx, ny)].osteoclast
            if owner > 0 and clasts[owner - 1].nuclei < p.osteoclast_max_nuclei:
                best, row = far, owner - 1
    if row < 0:
        return False
    cell = clasts[row]
    cell.bisphosphonate *= cell.nuclei / (cell.nuclei + 1.0)
    cell.nuclei += 1.0
    return True


@helper
def appeal(s, angle, cell, row, sensed, sites, p, nx, ny):
    """Return how much an osteoclast wants to go to `s`, in direction `angle`."""
    free = sample(sensed, FREE_RANKL, s, nx, ny)
    score = p.osteoclast_steer_rankl * free / 10.0
    if shut(s, sensed, sites, p, nx, ny):
        score -= 3.0
    score -= p.osteoclast_steer_depth_per_um * depth_um(sites[s], s, nx, ny)
    score += p.osteoclast_persistence * math.cos(angle - cell.heading)
    if crowding(sites, s, row, nx, ny):
        score -= 1.5
    return score


@helper
def move(cell, row, m, sensed, sites, today, p, nx, ny):
    """Move an osteoclast by a site, to the best of its eight neighbours or nowhere."""
    best, target, heading = -1e30, cell.site, cell.heading
    for d in range(8):
        angle = d * math.pi / 4.0
        dx = int(np.rint(1.4 * math.cos(angle)))
        dy = int(np.rint(1.4 * math.sin(angle)))
        s = neighbour(cell.site, dx, dy, nx, ny)
        if sites[s].state >= HOLE or is_osteoid(sites[s], today, p):
            continue
        score = appeal(s, angle, cell, row, sensed, sites, p, nx, ny)
        u = hashing.uniform(today.key, hashing.OSTEOCLAST_STEP, cell.id, today.tick, 8 * m + d)
        score += p.osteoclast_noise * hashing.gumbel(u)
        if score > best:
            best, target, heading = score, s, angle
    cell.site = target
    cell.heading = heading


@helper
def nucleus_loss(cell, free, coarse, today, p, nx, ny):
    """Return the hazard with which an osteoclast loses one nucleus (1/day)."""
    kept = 1.35 * saturation(free, p.osteoclast_survival_rankl_pm) * today.oc_survival
    kept = min(1.6, max(0.05, kept))
    tgfb = saturation(sample(coarse, TGFB, cell.site, nx, ny), 10.0 * p.coupling_tgfb_half_pm)
    rate = p.osteoclast_nucleus_loss_per_day / kept
    rate *= 1.0 + p.osteoclast_tgfb_death * tgfb
    rate *= hastened_death(cell.bisphosphonate, p)
    return rate / (1.0 + p.osteoclast_estrogen_life * (1.0 - today.estrogen))


@helper
def live(
    cells, count, morphs, n_morphs, sensed, coarse, coarse_source, sites, kinds, active, n_active,
    coat, drugs, slice_nm, ledger, today, m, span, p, nx, ny,
):  # fmt: skip
    """Let every osteoclast make move `m` of the step, resorb for `span` days, and lose nuclei.

    Without nuclei it dies; some nuclei live on as osteomorphs.
    """
    t, q = today[0], p[0]
    i = 0
    while i < count[0]:
        cell = cells[i]
        uncover(sites, cell.site, reach_of(cell.nuclei, q), i, nx, ny)
        move(cell, i, m, sensed, sites, t, q, nx, ny)
        cover(sites, cell.site, reach_of(cell.nuclei, q), i, nx, ny)
        resorb(
            cell, i, span, sensed, coarse, coarse_source, sites, kinds, active, n_active, coat,
            drugs, slice_nm, ledger[0], t, q, nx, ny,
        )  # fmt: skip
        cell.age += span
        ledger[0].osteoclast_nuclei_days += cell.nuclei * span
        shed(cell, m, span, morphs, n_morphs, sensed, coarse, t, q, nx, ny)
        cell.bisphosphonate = left_after(cell.bisphosphonate, span, q)
        if cell.nuclei < FEWEST_NUCLEI or sites[cell.site].state >= HOLE:
            die(cells, count, i, sites, q, nx, ny)
        else:
            i += 1


@helper
def shed(cell, m, span, morphs, n_morphs, sensed, coarse, today, p, nx, ny):
    """Let an osteoclast lose nuclei; a share of them lives on as osteomorphs.

    Where a drug withholds RANK signalling that share may be larger: the cell fissions.
    """
    free = sample(sensed, FREE_RANKL, cell.site, nx, ny)
    hazard = chance(nucleus_loss(cell, free, coarse, today, p, nx, ny), span)
    lack = sample(sensed, WITHHELD, cell.site, nx, ny)
    kept = p.osteoclast_recycling * (1.0 + (p.osteoclast_fission - 1.0) * lack)
    for k in range(int(cell.nuclei)):
        draw = 64 * m + k
        u = hashing.uniform(today.key, hashing.OSTEOCLAST_NUCLEUS, cell.id, today.tick, draw)
        if u >= hazard:
            continue
        cell.nuclei -= 1.0
        if u < kept * hazard and has_room(morphs, n_morphs):
            morph = morphs[n_morphs[0]]
            morph.id = hashing.cell_id(hashing.OSTEOMORPH, cell.site, today.tick, draw)
            morph.site = cell.site
            morph.age = 0.0
            morph.nfatc1 = 0.0
            morph.pull, morph.induction, morph.colony = 0.0, 0.0, 0.0
            morph.osteomorph = SHED if u < p.osteoclast_recycling * hazard else FISSIONED
            morph.donor = 0
            n_morphs[0] += 1


@helper
def die(cells, count, i, sites, p, nx, ny):
    """Remove an osteoclast and its footprint; the last row takes its place."""
    uncover(sites, cells[i].site, reach_of(p.osteoclast_max_nuclei, p), i, nx, ny)
    last = count[0] - 1
    if last != i:
        r = int(reach_of(p.osteoclast_max_nuclei, p)) + 2
        for dy in range(-r, r + 1):
            for dx in range(-r, r + 1):
                n = neighbour(cells[last].site, dx, dy, nx, ny)
                if sites[n].osteoclast == last + 1:
                    sites[n].osteoclast = i + 1
    remove_row(cells, count, i)
