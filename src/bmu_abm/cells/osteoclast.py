"""Osteoclasts: they cover the bone with a footprint, move, dissolve it, and lose their nuclei."""

from __future__ import annotations

import math

import numpy as np

from bmu_abm import hashing
from bmu_abm.bisphosphonate import release
from bmu_abm.cells.population import agent_class
from bmu_abm.cells.rows import has_room, remove_row
from bmu_abm.compiled import helper
from bmu_abm.fields import SLIT3, TGFB, coarse_index, sample
from bmu_abm.geometry import column_of, neighbour, outward, partner
from bmu_abm.rates import chance
from bmu_abm.signalling.binding import saturation
from bmu_abm.signalling.mevalonate import hastened_death, left_after, work_left
from bmu_abm.signalling.rank import FREE_RANKL, GATE, WITHHELD
from bmu_abm.signalling.secretome import support
from bmu_abm.trabecula import HOLE, HOLE_COLUMN, QUIESCENT, RESORPTION

FIELDS = [
    ("nuclei", "f8"),
    ("heading", "f8"),  # radians
    ("removed_um3", "f8"),  # bone removed in its life
    ("bisphosphonate", "f8"),  # in it, alendronate's worth per nucleus (fmol)
    ("donor", "i8"),
]
Osteoclast = agent_class("Osteoclast", "osteoclast", FIELDS)

FEWEST_NUCLEI = 2.0
SITE_UM2 = 100.0
# Of what an osteomorph comes: the usual loss of nuclei, or fission for lack of RANK signalling.
SHED, FISSIONED = 1, 2


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
def is_osteoid(site, today, p):
    """Tell whether a site is covered by osteoid that has not begun to mineralise."""
    return today.day - site.formed_day < p.mineral_lag_days


@helper
def depth_um(site, s, nx, ny):
    """Return how deep the surface lies below the one before the present cavity."""
    if site.state == QUIESCENT:
        return 0.0
    return (site.opened_nm - site.height) * outward(s, nx, ny) / 1000.0


@helper
def crowding(sites, s, row, nx, ny):
    """Tell whether another osteoclast covers site `s`."""
    owner = sites[s].osteoclast
    return owner > 0 and owner != row + 1


@helper
def shut(s, sensed, sites, p, nx, ny):
    """Tell whether site `s` is lined bone with too little RANKL to open it."""
    if sites[s].state != QUIESCENT:
        return False
    return sample(sensed, GATE, s, nx, ny) < p.osteoclast_gate_rankl_pm


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
def on_rim(s, sites, nx, ny):
    """Tell whether a site touches a hole."""
    for dx, dy in ((1, 0), (-1, 0), (0, 1), (0, -1)):
        if sites[neighbour(s, dx, dy, nx, ny)].state >= HOLE:
            return True
    return False


@helper
def open_cavity(site, s, active, n_active, today):
    """Turn surface into a cavity under resorption."""
    if site.state == QUIESCENT:
        site.opened_nm = site.height
        site.opened_day = today.day
        site.counted = 0
        site.coupling_um = 0.0
        site.clastokine_um = 0.0
        active[n_active[0]] = s
        n_active[0] += 1
    site.state = RESORPTION
    site.since = today.day


@helper
def perforate(s, sites, kinds, ledger, nx, ny, day):
    """Turn a column whose surfaces have met into a hole, for ever."""
    c = column_of(s, nx, ny)
    kinds[c] = HOLE_COLUMN
    for end in (c, partner(c, nx, ny)):
        if sites[end].state == QUIESCENT:
            sites[end].opened_nm = sites[end].height
        sites[end].state = HOLE
        sites[end].since = day
        sites[end].osteoclast = 0
        sites[end].progenitors = 0
        sites[end].coupling_um = 0.0
        sites[end].clastokine_um = 0.0
    ledger.perforated_columns += 1


@helper
def dissolve(s, span, sites, kinds, active, n_active, ledger, today, p, nx, ny):
    """Dissolve the bone under one covered site by `span` days' work; returns um removed."""
    site = sites[s]
    if site.state != RESORPTION:
        open_cavity(site, s, active, n_active, today)
    depth = depth_um(site, s, nx, ny) / p.osteoclast_depth_scale_um
    depth = depth * depth * depth
    potential = p.osteoclast_erosion_um_per_day * span / (1.0 + depth * depth)
    if ledger.perforated_columns > 0 and on_rim(s, sites, nx, ny):
        potential *= 1.0 + p.osteoclast_rim_gain
    site.touched_day = today.day
    share = p.osteoclast_clastokine_share
    site.clastokine_um += share * potential
    removal = p.osteoclast_matrix_activity * today.catk
    wanted = np.int64(1000.0 * potential * removal + 0.5)
    other = partner(s, nx, ny)
    available = np.int64(abs(site.height - sites[other].height))
    removed = min(wanted, available)
    site.height -= removed * outward(s, nx, ny)
    site.coupling_um += (1.0 - share) * removed / 1000.0
    ledger.removed_nm += removed
    ledger.removed_total_nm += removed
    if removed == available:
        perforate(s, sites, kinds, ledger, nx, ny, today.day)
    elif site.counted == 0 and depth_um(site, s, nx, ny) >= p.coupling_reline_depth_um:
        site.counted = 1
        ledger.activated_sites += 1
    return removed / 1000.0


@helper
def resorb(
    cell, row, span, sensed, coarse, coarse_source, sites, kinds, active, n_active, coat, drugs,
    slice_nm, ledger, today, p, nx, ny,
):  # fmt: skip
    """Dissolve the bone under the footprint for `span` days; free TGF-beta, secrete SLIT3.

    Lined bone is opened only where free RANKL is above the gate.
    """
    radius = reach_of(cell.nuclei, p)
    r = int(radius)
    pace = 1.0 - p.osteoclast_secretome_brake * support(cell.site, coarse, today, nx, ny)
    pace *= work_left(cell.bisphosphonate, p)
    for dy in range(-r, r + 1):
        for dx in range(-r, r + 1):
            s = neighbour(cell.site, dx, dy, nx, ny)
            site = sites[s]
            if site.osteoclast != row + 1 or is_osteoid(site, today, p):
                continue
            if shut(s, sensed, sites, p, nx, ny):
                continue
            worked, before = pace * span * today.oc_activity, site.height
            removed = dissolve(s, worked, sites, kinds, active, n_active, ledger, today, p, nx, ny)
            if drugs.shape[0] > 0 and site.height != before:
                taken = release(s, before, sites, coat, drugs, slice_nm, p, nx, ny)
                cell.bisphosphonate += taken / cell.nuclei
            block = coarse_index(s, nx, ny)
            freed = p.osteoclast_tgfb_pm_per_um_day * removed / today.dt
            coarse_source[TGFB, block] += 0.25 * freed
            share = span / today.dt
            coarse_source[SLIT3, block] += 0.25 * p.osteoclast_slit3_ng_ml * share
            cell.removed_um3 += removed * SITE_UM2
            ledger.osteoclast_site_days += span


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
