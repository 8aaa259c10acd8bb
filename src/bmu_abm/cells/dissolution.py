"""Bone under an osteoclast: cavities open and deepen, columns perforate, matrix frees factors."""

from __future__ import annotations

import numpy as np

from bmu_abm.bisphosphonate import release
from bmu_abm.cells.footprint import reach_of
from bmu_abm.compiled import helper
from bmu_abm.fields import SLIT3, TGFB, coarse_index, sample
from bmu_abm.geometry import column_of, neighbour, outward, partner
from bmu_abm.signalling.mevalonate import voice_left, work_left
from bmu_abm.signalling.rank import GATE
from bmu_abm.signalling.secretome import support
from bmu_abm.trabecula import HOLE, HOLE_COLUMN, QUIESCENT, RESORPTION

SITE_UM2 = 100.0


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
def shut(s, sensed, sites, p, nx, ny):
    """Tell whether site `s` is lined bone with too little RANKL to open it."""
    if sites[s].state != QUIESCENT:
        return False
    return sample(sensed, GATE, s, nx, ny) < p.osteoclast_gate_rankl_pm


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
def cut_share(removal, p):
    """Return the share of matrix whose collagen cathepsin K cuts, over that of rest.

    `removal` is the speed of matrix removal over rest; what is left of it without the enzyme is
    the work of other proteases, whose fragments are others (Garnero 2003).
    """
    others = p.osteoclast_other_proteases
    if removal <= others or others >= 1.0:
        return 0.0 if removal < 1.0 else 1.0
    return (removal - others) / (1.0 - others) / removal


@helper
def dissolve(s, span, loud, sites, kinds, active, n_active, ledger, today, p, nx, ny):
    """Dissolve the bone under one covered site by `span` days' work; returns um removed.

    `loud` is what the osteoclast secretes of its own factors a day of work, over the usual.
    """
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
    site.clastokine_um += share * potential * loud
    removal = p.osteoclast_matrix_activity * today.catk
    wanted = np.int64(1000.0 * potential * removal + 0.5)
    other = partner(s, nx, ny)
    available = np.int64(abs(site.height - sites[other].height))
    removed = min(wanted, available)
    site.height -= removed * outward(s, nx, ny)
    site.coupling_um += (1.0 - share) * removed / 1000.0
    ledger.removed_nm += removed
    ledger.cut_nm += removed * cut_share(removal, p)
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
    loud = voice_left(cell.bisphosphonate, p) / work_left(cell.bisphosphonate, p)
    for dy in range(-r, r + 1):
        for dx in range(-r, r + 1):
            s = neighbour(cell.site, dx, dy, nx, ny)
            site = sites[s]
            if site.osteoclast != row + 1 or is_osteoid(site, today, p):
                continue
            if shut(s, sensed, sites, p, nx, ny):
                continue
            worked, before = pace * span * today.oc_activity, site.height
            removed = dissolve(
                s, worked, loud, sites, kinds, active, n_active, ledger, today, p, nx, ny
            )
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
