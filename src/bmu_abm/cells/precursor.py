"""Osteoclast precursors: they leave the capillaries, follow RANKL and matrix factors, and fuse."""

from __future__ import annotations

import math

import numpy as np

from bmu_abm import hashing
from bmu_abm.cells.osteoclast import FISSIONED, found, join
from bmu_abm.cells.population import agent_class
from bmu_abm.cells.rows import has_room, remove_row
from bmu_abm.compiled import helper
from bmu_abm.fields import SLIT3, blend, corners, sample
from bmu_abm.geometry import separation, strode
from bmu_abm.rates import chance, days_felt, happens, kept
from bmu_abm.signalling.binding import saturation
from bmu_abm.signalling.rank import ATTRACTION, COLONY, INDUCTION, WITHHELD
from bmu_abm.trabecula import HOLE

FIELDS = [
    ("nfatc1", "f8"),  # ripe to fuse above 1
    ("pull", "f8"),  # attraction of its place
    ("induction", "f8"),  # of NFATc1 there, 0 to 1
    ("colony", "f8"),  # signal of colony factors there, 0 to 1
    ("osteomorph", "i4"),  # 1: shed by an osteoclast; 2: by its fission
    ("donor", "i4"),
]
OsteoclastPrecursor = agent_class("OsteoclastPrecursor", "osteoclast_precursor", FIELDS)

RIPE = 1.0
FUSED = -1.0  # NFATc1 of a cell that is now part of an osteoclast


@helper
def start(cells, count, identity, s, osteomorph):
    """Add a precursor at site `s`, if there is room."""
    if not has_room(cells, count):
        return
    cell = cells[count[0]]
    cell.id = identity
    cell.site = s
    cell.age = 0.0
    cell.nfatc1 = 0.0
    cell.pull, cell.induction, cell.colony = 0.0, 0.0, 0.0
    cell.osteomorph = osteomorph
    cell.donor = 0
    count[0] += 1


@helper
def enter(cells, count, sites, vessels, today, m, span, p, nx, ny):
    """Let precursors leave the capillaries for `span` days, each entry point by its own draws."""
    t, q = today[0], p[0]
    rate = q.precursor_births_per_vessel_day * span * t.immune_tone
    rate *= 1.0 + q.precursor_estrogen_births * (1.0 - t.estrogen)
    rate *= t.precursor_entry
    for v in range(vessels.shape[0]):
        s = vessels[v]
        left = rate
        sequence = 64 * m
        while left > 0.0:
            u = hashing.uniform(t.key, hashing.PRECURSOR_BIRTH, s, t.tick, sequence)
            if u < min(1.0, left) and sites[s].state < HOLE:
                identity = hashing.cell_id(hashing.PRECURSOR_BIRTH, s, t.tick, sequence)
                start(cells, count, identity, s, 0)
            left -= 1.0
            sequence += 1


@helper
def attraction(s, around, sensed, sites, today, p):
    """Return how much a precursor is drawn to site `s` between the blocks `around`."""
    score = today.chemokine * blend(sensed, ATTRACTION, around)
    if today.day - sites[s].formed_day < p.mineral_lag_days:
        score -= 2.0
    return score


@helper
def come_to(cell, s, score, around, sensed):
    """Let a precursor be at site `s`, and sense what is there."""
    cell.site, cell.pull = s, score
    cell.induction = blend(sensed, INDUCTION, around)
    cell.colony = blend(sensed, COLONY, around)


@helper
def wander(cell, m, sensed, sites, today, p, nx, ny):
    """Move a precursor: it weighs its place against one other (move `m` of the step)."""
    if m == 0 or cell.age == 0.0:  # signals, or the cell, are new
        around = corners(cell.site, nx, ny)
        score = attraction(cell.site, around, sensed, sites, today, p)
        come_to(cell, cell.site, score, around, sensed)
    stride = p.precursor_step_sites
    dx, dy = hashing.displacement(today.key, hashing.PRECURSOR_STEP, cell.id, today.tick, 2 * m)
    there = strode(cell.site, dx * stride, dy * stride, nx, ny)
    if sites[there].state >= HOLE:
        return
    around = corners(there, nx, ny)
    score = attraction(there, around, sensed, sites, today, p)
    w = hashing.uniform(today.key, hashing.PRECURSOR_STEP, cell.id, today.tick, 2 * m + 1)
    noise = p.precursor_noise * math.log(w / (1.0 - w))
    if score - cell.pull + noise > 0.0:
        come_to(cell, there, score, around, sensed)


@helper
def without_rank(today, p):
    """Return the induction of NFATc1 that TNF-alpha above rest gives beside RANK (0 to 1)."""
    excess = max(0.0, today.tnfr1 - 1.0)
    return p.precursor_tnf_induction * saturation(excess, 1.0)


@helper
def pool_has_room(count, today, p):
    """Tell whether precursors that find no RANKL live on: the marrow is not full of `count`."""
    if p.precursor_spared_life <= 1.0:
        return False
    return count < p.precursor_pool_per_mm2 * today.surface_mm2


@helper
def life_of(osteomorph, lack, p):
    """Return the mean life (days) of a precursor that lacks a share of its RANK signalling."""
    if osteomorph == FISSIONED:
        return p.precursor_fission_life_days
    if osteomorph:
        return p.precursor_osteomorph_life_days
    return p.precursor_life_days * (1.0 + (p.precursor_spared_life - 1.0) * lack)


@helper
def live(cells, count, sensed, sites, today, m, span, p, nx, ny):
    """Let every precursor age by `span` days, make move `m` of the step, and raise or lose NFATc1.

    NFATc1 needs RANK occupancy AND a colony factor; without M-CSF precursors also die early. What
    comes of fission ripens faster.
    """
    t, q = today[0], p[0]
    decay = q.precursor_nfatc1_decay_per_day
    left, gain = kept(decay, span), q.precursor_nfatc1_gain_per_day * days_felt(decay, span)
    gain *= t.nfatc1 * t.oc_differentiation
    alone = without_rank(t, q)
    room = pool_has_room(count[0], t, q)
    i = 0
    while i < count[0]:
        cell = cells[i]
        if sites[cell.site].state >= HOLE:
            remove_row(cells, count, i)
            continue
        wander(cell, m, sensed, sites, t, q, nx, ny)
        lack = sample(sensed, WITHHELD, cell.site, nx, ny) if room else 0.0
        life = life_of(cell.osteomorph, lack, q)
        u = hashing.uniform(t.key, hashing.PRECURSOR_LIFE, cell.id, t.tick, m)
        if happens(u, 1.0 / (life * (0.2 + 0.8 * cell.colony)), span):
            remove_row(cells, count, i)
            continue
        pace = q.precursor_refusion if cell.osteomorph == FISSIONED else 1.0
        cell.nfatc1 = cell.nfatc1 * left + pace * gain * (cell.induction + alone * cell.colony)
        cell.age += span
        i += 1


@helper
def fuse(cells, count, clasts, n_clasts, sites, coarse, ledger, today, m, span, p, nx, ny):
    """Fuse ripe precursors after move `m`: with an osteoclast in reach, else with each other.

    SLIT3 brakes fusion.
    """
    t, q = today[0], p[0]
    ripe = ripe_rows(cells, count)
    for k in range(ripe.shape[0]):
        i = ripe[k]
        cell = cells[i]
        if cell.nfatc1 < RIPE:  # fused in this step
            continue
        slit3 = saturation(sample(coarse, SLIT3, cell.site, nx, ny), q.precursor_slit3_half_ng_ml)
        rate = q.precursor_fusion_per_day * (1.0 - q.precursor_slit3_brake * slit3)
        if hashing.uniform(t.key, hashing.FUSION, cell.id, t.tick, m) >= chance(rate, span):
            continue
        if join(cell.site, clasts, sites, q, nx, ny):
            cell.nfatc1 = FUSED
        elif ripe_around(cells, ripe, cell.site, q, nx, ny) >= q.precursor_fusion_number:
            unite(cells, ripe, i, clasts, n_clasts, sites, t, q, nx, ny)
    if ripe.shape[0]:
        ledger[0].fused_precursors += remove_fused(cells, count)


@helper
def ripe_rows(cells, count):
    """Return the rows of the ripe precursors."""
    number = 0
    for i in range(count[0]):
        if cells[i].nfatc1 >= RIPE:
            number += 1
    rows = np.empty(number, np.int64)
    number = 0
    for i in range(count[0]):
        if cells[i].nfatc1 >= RIPE:
            rows[number] = i
            number += 1
    return rows


@helper
def remove_fused(cells, count):
    """Remove the precursors that have become part of an osteoclast; returns how many."""
    i, before = 0, count[0]
    while i < count[0]:
        if cells[i].nfatc1 == FUSED:
            remove_row(cells, count, i)
        else:
            i += 1
    return before - count[0]


@helper
def ripe_around(cells, ripe, s, p, nx, ny):
    """Count the precursors among the rows `ripe` that are still ripe within reach of site `s`."""
    reach = p.precursor_fusion_reach_sites
    number = 0
    for k in range(ripe.shape[0]):
        cell = cells[ripe[k]]
        if cell.nfatc1 >= RIPE and near(s, cell.site, reach, nx, ny):
            number += 1
    return number


@helper
def near(a, b, reach, nx, ny):
    """Tell whether two sites lie on one face within `reach` sites of each other."""
    if (a < nx * ny) != (b < nx * ny):
        return False
    dx, dy = separation(a, b, nx, ny)
    return dx * dx + dy * dy <= reach * reach


@helper
def unite(cells, ripe, i, clasts, n_clasts, sites, today, p, nx, ny):
    """Make an osteoclast of precursor `i`, whose id it takes, and the ripe ones around it."""
    founder = cells[i]
    s = founder.site
    if sites[s].osteoclast > 0 or not has_room(clasts, n_clasts):
        founder.nfatc1 = 0.9 * RIPE
        return
    founder.nfatc1 = FUSED
    nuclei = 1
    for k in range(ripe.shape[0]):
        cell = cells[ripe[k]]
        if nuclei >= p.osteoclast_max_nuclei:
            break
        if cell.nfatc1 >= RIPE and near(s, cell.site, p.precursor_fusion_reach_sites, nx, ny):
            cell.nfatc1 = FUSED
            nuclei += 1
    found(clasts, n_clasts, founder.id, s, nuclei, sites, today, p, nx, ny)
