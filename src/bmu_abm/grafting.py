"""Grafts: cells given from outside, on their way through lung and blood to the marrow.

Most of an intravenous dose is caught in the capillaries of the lung, where cells die within days
and few get free again; cells that are given into the heart pass it by. Cells in the blood leave it
within minutes: in the marrow by CXCL12 and their CXCR4, or anywhere else. Cells that are given in
place stay there or leak away, and a scaffold frees them slowly. What the whole host holds is
counted here without chance; the few cells that reach the patch are drawn one by one.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from bmu_abm import hashing
from bmu_abm.compiled import helper, kernel
from bmu_abm.fields import CXCL12, sample
from bmu_abm.rates import days_felt, kept
from bmu_abm.routes import IN_PLACE
from bmu_abm.surface import defect_beside, is_eroded
from bmu_abm.trabecula import HOLE

# What a file may say of grafted cells and of what holds them, and what holds where it is silent.
TRAITS: dict[str, float] = {
    "potency": 1.0,  # drive to bone, relative to stem cells of adult marrow
    "adipo_bias": 1.0,  # drive to fat, likewise
    "age": 1.0,  # burden of age of the donor, 1 a young adult
    "cxcr4": 1.0,  # relative to unmodified cells
    "life_days": 21.0,
    "secretome": 1.0,  # what they secrete, relative to unmodified cells
    "rank_fc": 0.0,  # 1: they secrete RANK-Fc at the reference rate
    "foreign": 0.0,  # 0: of the host's own kind; 1: of another species
    "retention": 1.0,  # share of cells given in place that do not leak away
    "release_days": 0.0,  # mean time for which a scaffold holds them; 0: none does
}
_OF_A_CELL = (
    "potency",
    "adipo_bias",
    "age",
    "cxcr4",
    "life_days",
    "secretome",
    "rank_fc",
    "foreign",
)

# A dose on its way, by cells of the whole host.
DEPOT = np.dtype(
    [
        ("dose", "f8"),
        ("lung", "f8"),
        ("held", "f8"),  # in a scaffold
        ("blood", "f8"),  # free at the start of a step, or given on the spot
        ("marrow", "f8"),  # homed, in the whole host
        *((name, "f8") for name in _OF_A_CELL),
        ("release_per_day", "f8"),
        ("tag", "i8"),
        ("local", "i8"),  # 1: given in place
        ("on_bone", "i8"),  # 1: put on bone that calls for cells
    ]
)
GONE = 1e-4  # share of a dose below which it is forgotten


def given(count: float, route: str, traits: dict[str, float], trapped: float, tag: int) -> tuple:
    """Return the row of a dose of `count` cells on its first day.

    Parameters
    ----------
    route : str
        `intravenous`; `intracardiac`, which passes the lung by; in place, `intramarrow` or
        `bone_surface`.
    trapped : float
        Share of an intravenous dose that the lung catches on its first pass.
    tag : int
        Tells the doses of a run apart.
    """
    full = {**TRAITS, **traits}
    local, on_bone = int(route in IN_PLACE), int(route == "bone_surface")
    lung = trapped * count if route == "intravenous" else 0.0
    stay = full["retention"] * count if local else count - lung
    release = 1.0 / full["release_days"] if local and full["release_days"] > 0.0 else 0.0
    held, free = (stay, 0.0) if release > 0.0 else (0.0, stay)
    own = tuple(full[name] for name in _OF_A_CELL)
    return (count, lung, held, free, 0.0, *own, release, tag, local, on_bone)


@kernel
def arrive(cells, count, vessels, sites, coarse, depots, share, today, p, nx, ny):
    """Let grafted cells circulate for a step, enter the marrow of the patch, and be lost.

    From the blood they leave capillaries by the local CXCL12 and their CXCR4; given in place they
    are there at once, or as the scaffold frees them.

    Parameters
    ----------
    depots : ndarray of `DEPOT`
        Doses on their way.
    share : float
        Marrow of the patch over that of the host.
    """
    t, q = today[0], p[0]
    for k in range(depots.shape[0]):
        d = depots[k]
        on_the_way = circulate(d, t, q)
        if d.on_bone == 1:
            land(cells, count, on_the_way * share, sites, d, t, q, nx, ny)
            continue
        each = on_the_way * share / max(1, vessels.shape[0])
        for v in range(vessels.shape[0]):
            homes = 1.0
            if d.local == 0:
                homes = homing(sample(coarse, CXCL12, vessels[v], nx, ny), d.cxcr4, q)
            leave_capillary(cells, count, vessels[v], sites, d, each * homes, t, q)


@helper
def circulate(depot, today, p):
    """Advance lung, scaffold, blood and marrow of the host by a step; returns the free cells."""
    lost = p.graft_lung_clearance_per_day + rejection(depot, today, p)
    freed = p.graft_lung_release_per_day
    released = depot.lung * freed * days_felt(lost + freed, today.dt)
    on_the_way = depot.blood + released
    depot.lung *= kept(lost + freed, today.dt)
    if depot.held > 0.0:
        on_the_way += leave_scaffold(depot, today, p)
    depot.blood = 0.0
    depot.marrow *= kept(1.0 / life(depot, today, p), today.dt)
    homes = 1.0 if depot.local else homing(p.marrow_cxcl12_pm, depot.cxcr4, p)
    depot.marrow += on_the_way * homes
    return on_the_way


@helper
def leave_scaffold(depot, today, p):
    """Return the cells that a scaffold frees in a step; the others die in it as elsewhere."""
    freed, lost = depot.release_per_day, 1.0 / life(depot, today, p)
    free = depot.held * freed * days_felt(lost + freed, today.dt)
    depot.held *= kept(lost + freed, today.dt)
    return free


@helper
def rejection(depot, today, p):
    """Return the rate (1/day) at which the host rejects cells, by its immunity."""
    return p.graft_rejection_per_day * depot.foreign * today.rejection


@helper
def life(depot, today, p):
    """Return the mean life (days) of grafted cells, natural death and rejection together."""
    own = depot.life_days * withered(depot, p.graft_age_life)
    return 1.0 / (1.0 / own + rejection(depot, today, p))


@helper
def withered(depot, loss):
    """Return what the donor's age leaves of a cell's power, at `loss` per unit; 1 in the young."""
    return math.exp(loss * (1.0 - depot.age))


@helper
def homing(cxcl12, cxcr4, p):
    """Return the share of circulating cells that leave the blood in marrow and not elsewhere."""
    pull = p.graft_homing * cxcr4 * 2.0 * cxcl12 / (cxcl12 + p.graft_cxcl12_half_pm)
    return pull / (1.0 + pull)


def most_arrivals(depots: NDArray[np.void], share: float, n_vessels: int) -> int:
    """Return how many cells can arrive in one step at most."""
    waiting = depots["blood"] + depots["lung"] + depots["held"]
    each = np.ceil(waiting * share / max(1, n_vessels))
    return int(each.sum()) * n_vessels


def remaining(depots: NDArray[np.void]) -> NDArray[np.void]:
    """Return the doses of which cells still live in the host."""
    left = depots["lung"] + depots["held"] + depots["blood"] + depots["marrow"]
    return depots[left > GONE * depots["dose"]]


@kernel
def reach_by_blood(depots, body_mass_kg, today, p):
    """Let what grafted cells secrete elsewhere in the host reach the patch by blood.

    The secretome of cells in the lung is there as long as they are; RANK-Fc of all of them stays
    in serum for days.
    """
    t, q = today[0], p[0]
    secretome, rank_fc = 0.0, 0.0
    for k in range(depots.shape[0]):
        d = depots[k]
        secretome += d.lung * d.secretome
        rank_fc += (d.lung + d.held + d.marrow) * d.rank_fc
    per = 1e-6 / body_mass_kg
    t.secretome = q.graft_lung_secretome * secretome * per
    rate = math.log(2.0) / q.graft_rank_fc_half_life_days
    made = q.graft_rank_fc_pm_per_day * rank_fc * per
    t.rank_fc_pm = t.rank_fc_pm * kept(rate, t.dt) + made * days_felt(rate, t.dt)


@helper
def leave_capillary(cells, count, s, sites, depot, rate, today, p):
    """Add donor cells at a capillary: `rate` of them on average, drawn one by one."""
    sequence = 0
    while rate > 0.0 and count[0] < cells.shape[0]:
        who = 1024 * depot.tag + sequence
        u = hashing.uniform(today.key, hashing.GRAFT_EXIT, s, today.tick, who)
        if u < rate and sites[s].state < HOLE:
            identity = hashing.cell_id(hashing.GRAFT_EXIT, s, today.tick, who)
            settle(cells, count, identity, s, depot, today, p)
        rate -= 1.0
        sequence += 1


@helper
def land(cells, count, rate, sites, depot, today, p, nx, ny):
    """Put `rate` donor cells (the last by chance) on bone that calls for them."""
    places = calling(sites, today.defect_columns > 0, nx, ny)
    who = sites.shape[0] + depot.tag  # no site has this number
    sequence = 0
    while rate > 0.0 and count[0] < cells.shape[0]:
        u = hashing.uniform(today.key, hashing.GRAFT_EXIT, who, today.tick, 2 * sequence)
        v = hashing.uniform(today.key, hashing.GRAFT_EXIT, who, today.tick, 2 * sequence + 1)
        if u < rate and places.shape[0] > 0:
            s = places[int(v * places.shape[0])]
            identity = hashing.cell_id(hashing.GRAFT_EXIT, who, today.tick, sequence)
            settle(cells, count, identity, s, depot, today, p)
        rate -= 1.0
        sequence += 1


@helper
def calling(sites, wounded, nx, ny):
    """Return the sites at the rim of a defect; without one eroded bone, or else all bone."""
    found = np.empty(sites.shape[0], np.int64)
    n = 0
    for s in range(sites.shape[0]):
        calls = is_eroded(sites[s].state)
        if wounded:
            calls = defect_beside(s, sites, nx, ny) >= 0
        if calls:
            found[n] = s
            n += 1
    if n > 0:
        return found[:n]
    for s in range(sites.shape[0]):
        if sites[s].state < HOLE:
            found[n] = s
            n += 1
    return found[:n]


@helper
def settle(cells, count, identity, s, depot, today, p):
    """Add a donor cell that has just arrived at site `s`."""
    cell = cells[count[0]]
    cell.id = identity
    cell.site = s
    cell.age = 0.0
    cell.runx2 = 0.7
    cell.pparg = 0.2
    cell.bone_bias = depot.potency * withered(depot, p.graft_age_bone) - 1.0
    cell.fat_bias = depot.adipo_bias / withered(depot, p.graft_age_fat) - 1.0
    cell.drive = 1.0 + cell.bone_bias
    cell.cxcr4 = depot.cxcr4
    cell.life_days = life(depot, today, p)
    cell.secretome = depot.secretome
    cell.stage = 0
    cell.donor = 1
    count[0] += 1
