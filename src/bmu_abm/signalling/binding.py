"""Competitive binding: how much ligand is free among its soluble binders and receptors."""

from __future__ import annotations

from bmu_abm.compiled import helper, kernel


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
        if step <= 1e-2 * free:  # the next error is about its square
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
def compete(values, binders):
    """Replace total concentrations by the free ones, in place."""
    for i in range(values.shape[0]):
        values[i] = free_ligand(float(values[i]), 0.0, 1.0, binders)
