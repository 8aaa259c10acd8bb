"""Bisphosphonate in bone: bound by mineral, buried with it, freed by who resorbs that mineral.

Each slice of each column holds what it has bound of each drug (`Trabecula.bisphosphonate`, fmol).
A dose falls on the slices that lie open. Osteoid that covers them buries it, for no rule touches
a slice that no surface passes. An osteoclast that dissolves a slice frees its drug: some binds
to the bone below at once, the rest is taken up by that very osteoclast. The books of a drug close
to the last molecule: given = bound + freed + lost.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from bmu_abm.compiled import helper, kernel
from bmu_abm.geometry import SITE_UM, column_of, partner
from bmu_abm.rates import kept
from bmu_abm.trabecula import FORMATION, HOLE, QUIESCENT

if TYPE_CHECKING:
    from bmu_abm.model import BoneModel
    from bmu_abm.systemic.environment import Deposit

# A drug, known by what it does, and its books in the patch.
DRUG = np.dtype(
    [
        ("affinity", "f8"),  # for mineral, over alendronate
        ("potency", "f8"),  # against an osteoclast, per molecule, over alendronate
        ("given_fmol", "f8"),  # bound on dose days
        ("freed_fmol", "f8"),  # taken up by osteoclasts
        ("lost_fmol", "f8"),  # back into the blood, or cut out with its bone
        ("skeleton_fmol_per_mm2", "f8"),  # on the surface of the skeleton as a whole
    ]
)
FMOL_PER_NMOL = 1e6
SITE_MM2 = (SITE_UM / 1000.0) ** 2
MOST_REBOUND = 0.95


def take(model: BoneModel, doses: Sequence[Deposit]) -> None:
    """Let the patch bind its share of the doses of a day: that of its surface."""
    for dose in doses:
        if dose.nmol <= 0.0:
            continue
        skeleton_mm2 = float(model.p["bisphosphonate_skeleton_mm2_per_kg"][0])
        skeleton_mm2 *= model.body.body_mass_kg
        density = FMOL_PER_NMOL * dose.nmol / skeleton_mm2
        b, row = model.trabecula, _layer(model, dose)
        model.drugs["skeleton_fmol_per_mm2"][row] += density
        take_up(
            b.sites, b.bisphosphonate, model.drugs, row, density * SITE_MM2, b.slice_nm, model.p,
            b.nx, b.ny,
        )  # fmt: skip


def _layer(model: BoneModel, dose: Deposit) -> int:
    """Return the row of a drug; its first dose brings the arrays."""
    drugs, b = model.drugs, model.trabecula
    same = (drugs["affinity"] == dose.affinity) & (drugs["potency"] == dose.potency)
    if same.any():
        return int(np.flatnonzero(same)[0])
    fresh = np.zeros(1, DRUG)
    fresh["affinity"], fresh["potency"] = dose.affinity, dose.potency
    model.drugs = np.concatenate([drugs, fresh])
    slices = np.zeros((1, b.n_columns, b.n_slices), np.float32)
    b.bisphosphonate = np.concatenate([b.bisphosphonate, slices])
    return len(drugs)


def forget(model: BoneModel) -> None:
    """Take every drug out of a bone, as if none had been given."""
    model.drugs = model.drugs[:0]
    model.trabecula.bisphosphonate = model.trabecula.bisphosphonate[:0]


def cut_out(model: BoneModel, columns: NDArray[np.bool_]) -> None:
    """Lose what columns hold that are taken out of the bone."""
    bound = model.trabecula.bisphosphonate
    model.drugs["lost_fmol"] += bound[:, columns].sum(axis=(1, 2), dtype=float)
    bound[:, columns] = 0.0


@kernel
def take_up(sites, coat, drugs, row, fmol, slice_nm, p, nx, ny):
    """Bind a dose of the drug in `row`: `fmol` a site on average, by how open mineral lies."""
    drug, q = drugs[row], p[0]
    total, surface = 0.0, 0
    for s in range(2 * nx * ny):
        if sites[s].state < HOLE:
            total += exposure(sites[s].state, drug.affinity, q)
            surface += 1
    for s in range(2 * nx * ny):
        if sites[s].state < HOLE:
            share = fmol * surface * exposure(sites[s].state, drug.affinity, q) / total
            c, k = column_of(s, nx, ny), open_slice(s, sites, slice_nm, nx, ny)
            drug.given_fmol += bind(coat, row, c, k, share)


@helper
def exposure(state, affinity, p):
    """Return what a site takes up over quiescent surface.

    A drug that mineral binds tightly stays on what it meets first, the bare mineral under
    osteoclasts and the front of mineralisation; one that it holds loosely spreads.
    """
    if state == QUIESCENT:
        return 1.0
    if state == FORMATION:
        return 1.0 + affinity * (p.bisphosphonate_forming_preference - 1.0)
    return 1.0 + affinity * (p.bisphosphonate_eroded_preference - 1.0)


@helper
def open_slice(s, sites, slice_nm, nx, ny):
    """Return the slice that lies open at site `s`."""
    inside = 1 if s < nx * ny else 0
    return (np.int64(sites[s].height) - inside) // slice_nm


@helper
def bind(coat, row, c, k, fmol):
    """Add drug to a slice; returns what it binds, to the last digit."""
    before = np.float64(coat[row, c, k])
    coat[row, c, k] = np.float32(before + fmol)
    return np.float64(coat[row, c, k]) - before


@helper
def draw(coat, row, c, k, share):
    """Take a share of the drug out of a slice; returns what was taken, to the last digit."""
    before = np.float64(coat[row, c, k])
    if before == 0.0:
        return 0.0
    coat[row, c, k] = np.float32(before * (1.0 - share))
    return before - np.float64(coat[row, c, k])


@helper
def rebinding(affinity, p):
    """Return the share of freed drug that binds to the bone below at once."""
    return min(MOST_REBOUND, p.bisphosphonate_rebinding * affinity)


@helper
def desorption(affinity, p):
    """Return the rate (1/day) at which drug leaves a surface for the blood."""
    slower = affinity**p.bisphosphonate_affinity_exponent
    return math.log(2.0) / (p.bisphosphonate_surface_half_life_days * slower)


@helper
def release(s, before, sites, coat, drugs, slice_nm, p, nx, ny):
    """Free the drugs of the bone between height `before` and the surface of today at site `s`.

    Returns what the osteoclast there takes up of them, in fmol of alendronate's worth.
    """
    now, other = np.int64(sites[s].height), np.int64(sites[partner(s, nx, ny)].height)
    low, high = min(before, now), max(before, now)
    bottom, top = min(before, other), max(before, other)
    c = column_of(s, nx, ny)
    taken = 0.0
    for row in range(drugs.shape[0]):
        drug = drugs[row]
        freed = 0.0
        for k in range(low // slice_nm, (high - 1) // slice_nm + 1):
            floor, roof = k * slice_nm, (k + 1) * slice_nm
            part = min(high, roof) - max(low, floor)
            whole = min(top, roof) - max(bottom, floor)
            freed += draw(coat, row, c, k, part / whole)
        if freed > 0.0 and sites[s].state < HOLE:
            k = open_slice(s, sites, slice_nm, nx, ny)
            freed -= bind(coat, row, c, k, freed * rebinding(drug.affinity, p))
        drug.freed_fmol += freed
        taken += drug.potency * freed
    return taken


@kernel
def desorb(sites, coat, drugs, slice_nm, days, p, nx, ny):
    """Let the blood carry off drug from open mineral for some days; osteoid shuts it in."""
    q = p[0]
    for row in range(drugs.shape[0]):
        drug = drugs[row]
        share = 1.0 - kept(desorption(drug.affinity, q), days)
        for s in range(2 * nx * ny):
            if sites[s].state < HOLE and sites[s].state != FORMATION:
                c, k = column_of(s, nx, ny), open_slice(s, sites, slice_nm, nx, ny)
                drug.lost_fmol += draw(coat, row, c, k, share)


@kernel
def meet_skeleton(drugs, skeleton, today, p):
    """Tell what the osteoclasts of the skeleton as a whole take up, without noise of the patch.

    Its surface loses drug to the blood, and as it is renewed. An osteoclast meets what lies on
    the surface that its nuclei cover.
    """
    t, q = today[0], p[0]
    renewal = q.bisphosphonate_renewal_per_year / 365.0 * skeleton[0].resorption
    met = 0.0
    for row in range(drugs.shape[0]):
        drug = drugs[row]
        rate = desorption(drug.affinity, q) + renewal
        drug.skeleton_fmol_per_mm2 *= kept(rate, t.dt)
        there = drug.skeleton_fmol_per_mm2 * (1.0 - rebinding(drug.affinity, q))
        met += drug.potency * there
    t.bisphosphonate_fmol = met * SITE_MM2 * q.osteoclast_sites_per_nucleus
