"""Competitive binding: how much ligand is free among its soluble binders and receptors."""

from __future__ import annotations

import numpy as np

from bmu_abm.compiled import helper, kernel

SETTLED = np.float32(1e-2)  # relative step of Newton; the next error is about its square


@helper
def free_ligand(total, own, own_kd, binders):
    """Return the free concentration of a ligand that competes for several binders.

    Solves L (1 + own / (own_kd + L) + sum(B_i / (K_i + L))) = total by Newton's method. The bound
    amount is concave in L, so the iteration rises monotonically from its lower bound.

    Parameters
    ----------
    total : float
        Total ligand (pM).
    own, own_kd : float
        Local soluble binder and its dissociation constant (pM).
    binders : ndarray of float64, shape (n, 2)
        Concentration and dissociation constant of each other binder (pM); none where 0.
    """
    if total <= 0.0:
        return 0.0
    ratio = 1.0 + own / own_kd
    for i in range(binders.shape[0]):
        ratio += binders[i, 0] / binders[i, 1]
    free = total / ratio
    for _ in range(30):
        per = 1.0 / (own_kd + free)
        share = own * per
        bound, slope = share * free, 1.0 + share * own_kd * per
        for i in range(binders.shape[0]):
            per = 1.0 / (binders[i, 1] + free)
            share = binders[i, 0] * per
            bound += share * free
            slope += share * binders[i, 1] * per
        step = (total - free - bound) / slope
        free += step
        if step <= SETTLED * free:
            break
    return free


@helper
def occupancy(free, kd):
    """Return the share of receptors that hold a ligand."""
    return free / (kd + free)


@helper
def hill4(x, half):
    """Return x^4 / (half^4 + x^4), without a call of `pow`."""
    q = x / half
    q *= q
    q *= q
    return q / (1.0 + q)


@helper
def saturation(x, half):
    """Return x / (half + x) for x >= 0."""
    return x / (half + x)


@kernel
def compete(total, own, own_kd, binders, free):
    """Write the free ligand of many places to `free`: what `free_ligand` does, place by place.

    `total`, `own` and `free` are ndarrays of float32, of one shape (n,); one pass over the places
    for each binder, so that processors take several places at a time.
    """
    one, kd = np.float32(1.0), np.float32(own_kd)
    bound, slope = np.empty_like(free), np.empty_like(free)
    ratio = one
    for b in range(binders.shape[0]):
        ratio += np.float32(binders[b, 0] / binders[b, 1])
    for i in range(free.shape[0]):
        free[i] = total[i] / (ratio + own[i] / kd)
    for _ in range(30):
        bind(free, own, kd, binders, bound, slope)
        unsettled = 0
        for i in range(free.shape[0]):
            step = (total[i] - free[i] - bound[i]) / slope[i]
            free[i] += step
            unsettled += step > SETTLED * free[i]
        if unsettled == 0:
            break


@helper
def bind(free, own, own_kd, binders, bound, slope):
    """Write the bound ligand of many places, and by how much ligand rises with its free part."""
    one = np.float32(1.0)
    for i in range(free.shape[0]):
        per = one / (own_kd + free[i])
        share = own[i] * per
        bound[i] = share * free[i]
        slope[i] = one + share * own_kd * per
    for b in range(binders.shape[0]):
        level, kd = np.float32(binders[b, 0]), np.float32(binders[b, 1])
        if level > 0.0:
            for i in range(free.shape[0]):
                per = one / (kd + free[i])
                share = level * per
                bound[i] += share * free[i]
                slope[i] += share * kd * per
