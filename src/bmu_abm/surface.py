"""Eroded surface: resorption ends, reversal begins, some cavities are lined or arrested."""

from __future__ import annotations

from bmu_abm.compiled import helper, kernel
from bmu_abm.fields import CXCL12, MCSF, coarse_index
from bmu_abm.geometry import neighbour, outward
from bmu_abm.rates import kept
from bmu_abm.trabecula import ARRESTED, DEFECT, HOLE, QUIESCENT, RESORPTION, REVERSAL

BESIDE = ((1, 0), (-1, 0), (0, 1), (0, -1))


@kernel
def age(active, n_active, sites, coarse_source, ledger, today, p, nx, ny):
    """Age every eroded site of the list `active`, which is compacted on the way.

    Eroded surface secretes CXCL12 and M-CSF; bound coupling factors fade; a site that osteoclasts
    have left enters reversal; a shallow scratch is lined again; a reversal that finds no
    progenitors is arrested, and lined after a long time.
    """
    t, q = today[0], p[0]
    fade = kept(1.0 / q.coupling_memory_days, t.dt)
    left = 0
    for j in range(n_active[0]):
        s = active[j]
        site = sites[s]
        if not is_eroded(site.state):
            continue
        site.coupling_um *= fade
        site.clastokine_um *= fade
        block = coarse_index(s, nx, ny)
        coarse_source[CXCL12, block] += 0.25 * q.eroded_cxcl12_pm
        coarse_source[MCSF, block] += 0.25 * q.eroded_mcsf_pm
        advance(site, s, ledger[0], t, q, nx, ny)
        if site.state != QUIESCENT:
            active[left] = s
            left += 1
    n_active[0] = left


@helper
def is_eroded(state):
    """Tell whether a state is eroded surface."""
    return state in (RESORPTION, REVERSAL, ARRESTED)


@helper
def advance(site, s, ledger, today, p, nx, ny):
    """Move one eroded site on to reversal, lining or arrest."""
    if site.osteoclast > 0:
        return
    if site.state == RESORPTION:
        if today.day - site.touched_day >= p.coupling_contact_gap_days:
            site.state = REVERSAL
            site.since = today.day
        return
    waited = today.day - site.since
    if site.state == REVERSAL:
        depth = (site.opened_nm - site.height) * outward(s, nx, ny) / 1000.0
        if depth < p.coupling_reline_depth_um and waited >= p.coupling_reline_days:
            give_up(site, ledger, today)
            ledger.relined_sites += 1
        elif waited >= p.coupling_arrest_days:
            site.state = ARRESTED
            site.since = today.day
            ledger.arrested_sites += 1
    elif waited >= p.coupling_arrest_relining_days:
        give_up(site, ledger, today)


@helper
def give_up(site, ledger, today):
    """Line an eroded site that nobody filled."""
    ledger.unfilled_days += today.day - site.opened_day
    line(site, today)


@helper
def line(site, today):
    """Cover a site with lining cells."""
    site.state = QUIESCENT
    site.since = today.day
    site.coupling_um = 0.0
    site.clastokine_um = 0.0


@helper
def defect_beside(s, sites, nx, ny):
    """Return a site of a defect beside bone at `s`; -1 where there is none."""
    if sites[s].state >= HOLE:
        return -1
    for dx, dy in BESIDE:
        n = neighbour(s, dx, dy, nx, ny)
        if sites[n].state == DEFECT:
            return n
    return -1
