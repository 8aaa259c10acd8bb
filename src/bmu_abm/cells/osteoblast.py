"""Osteoblasts: they fill a cavity by number and vigour, and end as osteocyte, lining or dead."""

from __future__ import annotations

import math

import numpy as np

from bmu_abm import hashing
from bmu_abm.cells import osteocyte
from bmu_abm.cells.population import agent_class
from bmu_abm.cells.rows import has_room, remove_row
from bmu_abm.compiled import helper, kernel
from bmu_abm.fields import MCSF, OPG, RANKL, SLIT3, WNT, coarse_index
from bmu_abm.geometry import back_site, column_of, neighbour, outward
from bmu_abm.mechanics import relative_stress
from bmu_abm.rates import chance, days_felt, happens, kept
from bmu_abm.signalling.secretome import support
from bmu_abm.signalling.wnt import beta_catenin, freed
from bmu_abm.surface import is_eroded, line
from bmu_abm.trabecula import FORMATION, HOLE, QUIESCENT, REVERSAL

FIELDS = [
    ("vigour", "f8"),
    ("laid_um", "f8"),  # matrix laid down since it became an osteoblast
    ("carry_nm", "f8"),  # matrix below a nanometre, kept for the next step
    ("donor", "i8"),
]
Osteoblast = agent_class("Osteoblast", "osteoblast", FIELDS)

CELLS_AROUND = ((1, 0), (-1, 0), (0, 1), (0, -1))


@helper
def start(cells, count, identity, s, donor, sites, ledger, today, p):
    """Begin formation on site `s`: vigour comes from the coupling factors bound there."""
    site = sites[s]
    bound = site.coupling_um + site.clastokine_um
    vigour = p.osteoblast_vigour_base
    vigour += (1.0 - p.osteoblast_vigour_base) * bound / p.osteoblast_vigour_coupling_um
    vigour *= today.ob_vigour
    u = hashing.uniform(today.key, hashing.OSTEOBLAST_VIGOUR, identity, today.tick, 0)
    v = hashing.uniform(today.key, hashing.OSTEOBLAST_VIGOUR, identity, today.tick, 1)
    vigour *= math.exp(p.osteoblast_vigour_sd * hashing.normal(u, v))
    put(cells, count, identity, s, vigour, donor)
    if site.counted == 0:
        site.counted = 1
        ledger.activated_sites += 1
    ledger.started_sites += 1
    ledger.resorption_days += site.touched_day - site.opened_day + 1
    ledger.reversal_days += today.day - site.touched_day
    site.floor_nm = site.height
    site.state = FORMATION
    site.since = today.day
    site.formed_day = today.day
    site.modelled = 0


@helper
def put(cells, count, identity, s, vigour, donor):
    """Add an osteoblast (the caller has checked that there is room)."""
    cell = cells[count[0]]
    cell.id = identity
    cell.site = s
    cell.age = 0.0
    cell.vigour = vigour
    cell.laid_um = 0.0
    cell.carry_nm = 0.0
    cell.donor = donor
    count[0] += 1


@helper
def pace(cell, s, fine, coarse, sites, today, p, nx, ny):
    """Return the matrix that an osteoblast lays down (um/day): vigour, Wnt and curvature."""
    around = 0.0
    for dx, dy in CELLS_AROUND:
        n = sites[neighbour(s, dx, dy, nx, ny)]
        around += (n.height - sites[s].height) if n.state < HOLE else 0.0
    lower = around * outward(s, nx, ny) / 4000.0
    bend = min(2.0, max(0.2, 1.0 + p.osteoblast_curvature_per_um * lower))
    wnt = beta_catenin(s, fine, coarse, p, nx, ny)
    wnt *= today.beta_catenin * today.ob_activity
    return p.osteoblast_rate_um_per_day * cell.vigour * wnt * bend


@helper
def deposit(cell, s, um, sites, born, damage, slice_nm, ledger, today, nx, ny):
    """Raise the surface by `um`; slices whose middle it passes are as young as today."""
    wanted = 1000.0 * um + cell.carry_nm
    nm = np.int64(wanted)
    cell.carry_nm = wanted - nm
    site = sites[s]
    if s < nx * ny:
        nm = min(nm, np.int64(born.shape[1] * slice_nm - site.height))
    else:
        nm = min(nm, np.int64(site.height))
    if nm <= 0:
        return
    c = column_of(s, nx, ny)
    rejuvenate(c, site.height, site.height + nm * outward(s, nx, ny), born, damage, slice_nm, today)
    site.height += nm * outward(s, nx, ny)
    cell.laid_um += nm / 1000.0
    ledger.formed_nm += nm
    ledger.formed_total_nm += nm
    if cell.donor > 0:
        ledger.donor_total_nm += nm


@helper
def rejuvenate(c, old, new, born, damage, slice_nm, today):
    """Date the slices of column `c` whose middle lies between two heights."""
    low, high = min(old, new), max(old, new)
    half = slice_nm // 2
    first = (low + half) // slice_nm
    last = (high + half) // slice_nm
    for k in range(first, last):
        born[c, k] = today.day
        damage[c, k] = 0.0


@helper
def burial_chance(um, p):
    """Return the probability that new matrix of thickness `um` buries an osteocyte in a site."""
    return p.osteocyte_density_per_mm3 * um * 1e-7


@helper
def maybe_bury(cell, um, ocytes, n_ocytes, sites, ledger, today, p, nx, ny):
    """Bury a sister of the cell as osteocyte, with the wanted density in new bone.

    The osteoblast that is buried is replaced at the surface by its neighbours, so the site keeps
    an osteoblast of the same vigour.
    """
    u = hashing.uniform(today.key, hashing.OSTEOCYTE_BURIAL, cell.id, today.tick)
    if u >= burial_chance(um, p):
        return
    s = cell.site
    c = column_of(s, nx, ny)
    thickness = abs(sites[s].height - sites[back_site(c, nx, ny)].height) / 1000.0
    if s != c:
        thickness = (sites[c].height - sites[s].height) / 1000.0
    strain = relative_stress(thickness, today, p)
    z = sites[s].height - outward(s, nx, ny) * 500
    identity = hashing.cell_id(hashing.OSTEOCYTE_BURIAL, s, today.tick, 0)
    if osteocyte.bury(ocytes, n_ocytes, identity, s, z, strain, cell.donor):
        ledger.buried_osteoblasts += 1


@helper
def finish(cell, sites, ledger, today, p, nx, ny):
    """End formation on the site of a tired osteoblast: it lines the bone or dies."""
    s = cell.site
    site = sites[s]
    u = hashing.uniform(today.key, hashing.OSTEOBLAST_FATE, cell.id, today.tick)
    if u < p.osteoblast_lining_share:
        ledger.lining_cells += 1
    else:
        ledger.dead_osteoblasts += 1
    if site.modelled == 0:
        wall = (site.height - site.floor_nm) * outward(s, nx, ny) / 1000.0
        depth = (site.opened_nm - site.floor_nm) * outward(s, nx, ny) / 1000.0
        ledger.completed_sites += 1
        ledger.wall_um += wall
        ledger.wall_um2 += wall * wall
        ledger.depth_um += depth
        ledger.depth_um2 += depth * depth
        ledger.balance_um += wall - depth
        ledger.formation_days += today.day - site.since + p.mineral_lag_days
    line(site, today)


@helper
def speak(s, fine_source, coarse_source, today, p, nx, ny):
    """Add what an osteoblast secretes to the fields above its site."""
    fine_source[WNT, s] += p.osteoblast_wnt
    block = coarse_index(s, nx, ny)
    coarse_source[RANKL, block] += 0.25 * p.osteoblast_rankl_pm * today.rankl_osteoblast
    coarse_source[OPG, block] += 0.25 * p.osteoblast_opg_pm * today.opg
    coarse_source[SLIT3, block] += 0.25 * p.osteoblast_slit3_ng_ml * today.slit3
    if today.gmcsf > 1.0:  # that of rest is part of what the marrow has
        coarse_source[MCSF, block] += 0.25 * p.osteoblast_gmcsf_pm * (today.gmcsf - 1.0)


@kernel
def live(
    cells, count, ocytes, n_ocytes, fine, fine_source, coarse, coarse_source, sites, born, damage,
    slice_nm, ledger, today, p, nx, ny,
):  # fmt: skip
    """Let every osteoblast lay down matrix, tire, be buried, or end."""
    t, q = today[0], p[0]
    book = ledger[0]
    life = q.osteoblast_vigour_days * (1.0 - q.osteoblast_estrogen_life * (1.0 - t.estrogen))
    life = max(0.01, life * t.ob_survival)
    alone = (kept(1.0 / life, t.dt), days_felt(1.0 / life, t.dt))
    i = 0
    while i < count[0]:
        cell = cells[i]
        s = cell.site
        site = sites[s]
        if site.state != FORMATION:
            remove_row(cells, count, i)
            continue
        left, days = alone
        supported = support(s, coarse, t, nx, ny)
        if supported > 0.0:
            longer = life * (1.0 + q.osteoblast_secretome_life * supported)
            left, days = kept(1.0 / longer, t.dt), days_felt(1.0 / longer, t.dt)
        um = pace(cell, s, fine, coarse, sites, t, q, nx, ny) * days
        deposit(cell, s, um, sites, born, damage, slice_nm, book, t, nx, ny)
        site.formed_day = t.day
        maybe_bury(cell, um, ocytes, n_ocytes, sites, book, t, q, nx, ny)
        speak(s, fine_source, coarse_source, t, q, nx, ny)
        cell.age += t.dt
        cell.vigour *= left
        if cell.age >= q.mineral_lag_days:
            book.mineralising_days += t.dt
        if cell.vigour < q.osteoblast_vigour_end:
            finish(cell, sites, book, t, q, nx, ny)
            remove_row(cells, count, i)
        else:
            i += 1


@kernel
def wake_lining(
    cells, count, sites, fine, coarse, all_sclerostin, ledger, today, p, nx, ny
):  # fmt: skip
    """Let lining cells become osteoblasts: beside osteoblasts under cAMP of PTH, or by Wnt.

    Parameters
    ----------
    all_sclerostin : ndarray of float32, shape (1, n_blocks)
        Sclerostin with what a drug has bound of it; empty where none does.
    """
    wake_beside(cells, count, sites, ledger[0], today[0], p[0], nx, ny)
    if all_sclerostin.shape[0] > 0:
        wake_freed(
            cells, count, sites, fine, coarse, all_sclerostin, ledger[0], today[0], p[0], nx, ny
        )


@helper
def wake_beside(cells, count, sites, ledger, today, p, nx, ny):
    """Let osteoblasts wake the lining cells beside them while cAMP of PTH acts.

    Each looks at one neighbour a step. A woken cell works with a share of the vigour of the one
    that woke it, so that a packet spreads as far as its cells are vigorous.
    """
    wakes = chance(p.lining_wake_per_hour * max(0.0, today.pth_burst - 1.0), today.dt)
    before = count[0]
    for i in range(before):
        cell = cells[i]
        u = hashing.uniform(today.key, hashing.LINING, cell.id, today.tick)
        vigour = p.lining_vigour * cell.vigour
        if u >= wakes or vigour < p.osteoblast_vigour_end or not has_room(cells, count):
            continue
        side = int(8.0 * u / wakes)
        side += 1 if side >= 4 else 0
        s = neighbour(cell.site, side % 3 - 1, side // 3 - 1, nx, ny)
        if sites[s].state == QUIESCENT and sites[s].osteoclast == 0:
            identity = hashing.cell_id(hashing.LINING, cell.id, today.tick, 0)
            rise(cells, count, identity, s, vigour, sites, ledger, today)


@helper
def wake_freed(
    cells, count, sites, fine, coarse, all_sclerostin, ledger, today, p, nx, ny
):  # fmt: skip
    """Let young lining cells wake where a drug that binds sclerostin has raised beta-catenin.

    Each can do so once: it is young again only after bone has been remodelled there, so that the
    pool runs out under the drug.
    """
    for s in range(2 * nx * ny):
        if not is_ready(sites[s], today, p) or not has_room(cells, count):
            continue
        rate = p.lining_wnt_per_day * today.beta_catenin
        rate *= freed(s, fine, coarse, all_sclerostin, p, nx, ny)
        u = hashing.uniform(today.key, hashing.LINING, s, today.tick, 1)
        if happens(u, rate, today.dt):
            identity = hashing.cell_id(hashing.LINING, s, today.tick, 1)
            rise(cells, count, identity, s, p.lining_vigour, sites, ledger, today)


@helper
def is_ready(site, today, p):
    """Tell whether a lining cell can be woken by Wnt: young, and not woken before."""
    if site.state != QUIESCENT or site.osteoclast > 0 or site.modelled == 1:
        return False
    return today.day - site.formed_day <= p.lining_ready_days


@helper
def rise(cells, count, identity, s, vigour, sites, ledger, today):
    """Turn the lining cell on quiescent bone at site `s` into an osteoblast."""
    site = sites[s]
    put(cells, count, identity, s, vigour, 0)
    ledger.modelled_sites += 1
    site.opened_nm = site.height
    site.floor_nm = site.height
    site.state = FORMATION
    site.since = today.day
    site.formed_day = today.day
    site.modelled = 1


@kernel
def fill_gaps(cells, count, active, n_active, sites, ledger, today, p, nx, ny):
    """Let osteoblasts spread over reversal sites that forming bone surrounds."""
    t, q = today[0], p[0]
    spreads = chance(q.osteoblast_start_per_day, t.dt)
    for j in range(n_active[0]):
        s = active[j]
        site = sites[s]
        if site.state != REVERSAL or site.osteoclast > 0 or not has_room(cells, count):
            continue
        forming, open_sites = 0, 0
        for dy in range(-1, 2):
            for dx in range(-1, 2):
                state = sites[neighbour(s, dx, dy, nx, ny)].state
                forming += state == FORMATION
                open_sites += is_eroded(state) or state == FORMATION
        u = hashing.uniform(t.key, hashing.REVERSAL, s, t.tick)
        if u < spreads and forming >= 5 and forming * 4 >= open_sites * 3 - 3:
            identity = hashing.cell_id(hashing.REVERSAL, s, t.tick, 0)
            start(cells, count, identity, s, 0, sites, ledger[0], t, q)
