"""Grafts: cells given from outside, on their way from the vein to the marrow."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bmu_abm import hashing
from bmu_abm.compiled import helper, kernel
from bmu_abm.fields import CXCL12, sample
from bmu_abm.rates import days_felt, kept
from bmu_abm.trabecula import HOLE

# A dose on its way, by cells of the whole host.
DEPOT = np.dtype(
    [("cells", "f8"), ("cxcr4", "f8"), ("life_days", "f8"), ("tag", "i8"), ("local", "i8")]
)


@kernel
def arrive(cells, count, vessels, sites, coarse, depots, share, today, p, nx, ny):
    """Let grafted cells enter the marrow of the patch, and wait, and be lost.

    From a vein they leave capillaries by the local CXCL12 and their CXCR4; given into the marrow
    or onto the bone they are there at once.

    Parameters
    ----------
    depots : ndarray of `DEPOT`
        Doses on their way.
    share : float
        Marrow of the patch over that of the host.
    """
    t, q = today[0], p[0]
    clearance = q.graft_lung_clearance_per_day
    left, days = kept(clearance, t.dt), days_felt(clearance, t.dt)
    for k in range(depots.shape[0]):
        d = depots[k]
        if d.cells <= 0.0:
            continue
        each = d.cells * share / max(1, vessels.shape[0])
        for v in range(vessels.shape[0]):
            rate = each
            if d.local == 0:
                cxcl12 = sample(coarse, CXCL12, vessels[v], nx, ny)
                pull = 2.0 * cxcl12 / (cxcl12 + q.graft_cxcl12_half_pm)
                rate *= q.graft_homing_per_day * days * d.cxcr4 * pull
            leave_capillary(cells, count, vessels[v], sites, d, rate, t)
        if d.local:
            d.cells = 0.0
        else:
            d.cells *= left


def most_arrivals(
    depots: NDArray[np.void], share: float, n_vessels: int, homing_per_day: float
) -> int:
    """Return how many cells can arrive in one step at most."""
    faster = np.maximum(1.0, 2.0 * homing_per_day * depots["cxcr4"])
    each = np.ceil(depots["cells"] * share / max(1, n_vessels) * faster)
    return int(each.sum()) * n_vessels


@helper
def leave_capillary(cells, count, s, sites, depot, rate, today):
    """Add donor cells at a capillary: `rate` of them on average, drawn one by one."""
    sequence = 0
    while rate > 0.0 and count[0] < cells.shape[0]:
        who = 1024 * depot.tag + sequence
        u = hashing.uniform(today.key, hashing.GRAFT_EXIT, s, today.tick, who)
        if u < rate and sites[s].state < HOLE:
            identity = hashing.cell_id(hashing.GRAFT_EXIT, s, today.tick, who)
            settle(cells[count[0]], identity, s, depot)
            count[0] += 1
        rate -= 1.0
        sequence += 1


@helper
def settle(cell, identity, s, depot):
    """Turn a row into a donor cell that has just left a capillary."""
    cell.id = identity
    cell.site = s
    cell.age = 0.0
    cell.runx2 = 0.7
    cell.pparg = 0.2
    cell.drive = 1.0
    cell.cxcr4 = depot.cxcr4
    cell.life_days = depot.life_days
    cell.stage = 0
    cell.donor = 1
