"""Microdamage: slices grow old under stress; damaged bone cracks and calls for its removal.

Each column is visited once in `PERIOD` days (a different share of the columns every day).
"""

from __future__ import annotations

import math

import numpy as np

from bmu_abm import hashing
from bmu_abm.cells.rows import note
from bmu_abm.compiled import helper, kernel
from bmu_abm.geometry import back_site
from bmu_abm.mechanics import relative_stress
from bmu_abm.trabecula import INTACT_COLUMN

PERIOD = 60
REFERENCE_DAMAGE = 20.0
OUTER_UM = 60.0


@kernel
def accumulate(
    sites, born, damage, kinds, slice_nm, calls, n_calls, n_cracks, today, p, nx, ny, steps_per_day
):
    """Age the slices of the columns whose turn it is; append new events to `calls`.

    Microcracks come first (`n_cracks` of them are counted), then calls at random sites.
    """
    t, q = today[0], p[0]
    slots = PERIOD * steps_per_day
    for c in range(t.tick % slots, nx * ny, slots):
        if kinds[c] != INTACT_COLUMN:
            continue
        back = back_site(c, nx, ny)
        top, bottom = sites[c].height, sites[back].height
        stress = relative_stress((top - bottom) / 1000.0, t, q)
        rate = q.damage_rate_per_year * math.exp(q.damage_stress_exponent * math.log(stress))
        grow_old(c, top, bottom, born, damage, slice_nm, rate * PERIOD / 365.0, t, q)
        outer = max(1, int(OUTER_UM * 1000.0) // slice_nm)
        k0, k1 = bottom // slice_nm, (top - 1) // slice_nm
        for s in (c, back):
            mean = outer_mean(c, k0, k1, outer, s == c, damage)
            hazard = q.damage_crack_per_mm2_year * mean / REFERENCE_DAMAGE
            hazard *= 1e-4 * PERIOD / 365.0
            if hashing.uniform(t.key, hashing.CRACK, s, t.tick) < hazard:
                note(calls, n_calls, s)
    n_cracks[0] = n_calls[0]
    for c in range(t.tick % slots, nx * ny, slots):
        hazard = q.damage_random_per_mm2_year * 1e-4 * PERIOD / 365.0
        for s in (c, back_site(c, nx, ny)):
            if hashing.uniform(t.key, hashing.RANDOM_REMODELLING, s, t.tick) < hazard:
                note(calls, n_calls, s)


@helper
def grow_old(c, top, bottom, born, damage, slice_nm, gain, today, p):
    """Add the damage of one visit to the slices of a column; old bone is more brittle."""
    slices, laid = damage[c], born[c]
    fresh, day = np.float32(gain), np.int32(today.day)
    per_day = np.float32(gain / (365.0 * p.damage_age_years))
    for k in range(bottom // slice_nm, (top - 1) // slice_nm + 1):
        slices[k] += fresh + per_day * np.float32(max(np.int32(0), day - laid[k]))


@helper
def outer_mean(c, k0, k1, outer, front, damage):
    """Return the mean damage of the outer slices below one surface of a column."""
    if front:
        k0 = max(k0, k1 - outer + 1)
    else:
        k1 = min(k1, k0 + outer - 1)
    total = 0.0
    for k in range(k0, k1 + 1):
        total += damage[c, k]
    return total / (k1 - k0 + 1)
