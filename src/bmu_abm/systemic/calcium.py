"""Serum calcium and PTH: intake, gut, kidney and skeleton in balance, day by day."""

from __future__ import annotations

from bmu_abm.compiled import helper

MG_PER_MMOL = 40.08
REFERENCE_INTAKE_MG = 1000.0
REFERENCE_VITAMIN_D = 60.0


@helper
def pth_of(calcium, p):
    """Return PTH over rest at a serum calcium: an inverse sigmoid, 1 at the set point."""
    return 2.0 / (1.0 + (calcium / p.calcium_setpoint_mmol_per_l) ** p.calcium_pth_slope)


@helper
def absorbed(intake_mg, vitamin_d, pth, p):
    """Return calcium absorbed (mmol/day): PTH activates vitamin D, which opens the gut."""
    half = p.calcium_vitamin_d_half_nmol_per_l
    active = vitamin_d * pth**0.5
    open_gut = active / (half + active) * (half + REFERENCE_VITAMIN_D) / REFERENCE_VITAMIN_D
    return intake_mg / MG_PER_MMOL * p.calcium_intake_absorbed * open_gut


@helper
def excreted(calcium, pth, p):
    """Return calcium lost by the kidney (mmol/day): more with calcium, less with PTH."""
    rest = REFERENCE_INTAKE_MG / MG_PER_MMOL * p.calcium_intake_absorbed
    return rest * (calcium / p.calcium_setpoint_mmol_per_l) ** 6 * pth**-0.7


@helper
def balance(intake_mg, vitamin_d, resorption, formation, p):
    """Return serum calcium (mmol/l) and PTH (over rest) at which gut, bone and kidney balance.

    Parameters
    ----------
    intake_mg, vitamin_d : float
        Calcium intake (mg/day) and 25-hydroxyvitamin D (nmol/l).
    resorption, formation : float
        Activity of the whole skeleton, 1 at rest.
    p : record
        Parameters.
    """
    bone = p.calcium_bone_mmol_per_day * (resorption - formation)
    low, high = 1.0, 4.0
    for _ in range(30):
        middle = 0.5 * (low + high)
        pth = pth_of(middle, p)
        net = absorbed(intake_mg, vitamin_d, pth, p) + bone - excreted(middle, pth, p)
        if net > 0.0:
            low = middle
        else:
            high = middle
    calcium = 0.5 * (low + high)
    return calcium, pth_of(calcium, p)
