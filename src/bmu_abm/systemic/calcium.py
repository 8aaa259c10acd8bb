"""Serum calcium and PTH: intake, gut, kidney and skeleton in balance, day by day."""

from __future__ import annotations

from bmu_abm.compiled import helper

MG_PER_MMOL = 40.08
REFERENCE_INTAKE_MG = 1000.0
REFERENCE_VITAMIN_D = 60.0


@helper
def pth_of(calcium, p):
    """Return PTH over rest at a serum calcium: an inverse sigmoid, 1 at the set point.

    The gland at rest secretes a small part of what it can (Brown 1983).
    """
    most = p.calcium_pth_most
    calcium_over_rest = calcium / p.calcium_setpoint_mmol_per_l
    return most / (1.0 + (most - 1.0) * calcium_over_rest**p.calcium_pth_slope)


@helper
def active_vitamin_d(vitamin_d, pth, given=0.0):
    """Return what calcitriol does (nmol/l of vitamin D at a PTH of rest): PTH activates vitamin D.

    `given` is calcitriol from outside, over rest; it needs neither liver nor kidney.
    """
    return vitamin_d * pth**0.5 + given * REFERENCE_VITAMIN_D


@helper
def calcitonin_of(calcium, given, p):
    """Return calcitonin over rest: C cells answer calcium above its set point."""
    excess = max(0.0, calcium / p.calcium_setpoint_mmol_per_l - 1.0)
    return 1.0 + p.calcitonin_slope * excess + given


@helper
def passing(active, p):
    """Return the share of intake that passes between the cells of the gut.

    Calcitriol far above rest opens this way too, which no carrier limits; up to
    `calcium.opens_from` times the level of rest it does nothing.
    """
    beyond = max(0.0, active / REFERENCE_VITAMIN_D - p.calcium_opens_from)
    share = p.calcium_passive_share * (1.0 + p.calcium_opens_gain * beyond)
    return max(p.calcium_passive_share, min(p.calcium_passive_most, share))


@helper
def absorbed(intake_mg, vitamin_d, pth, p, calcitriol_given=0.0, calcitonin=1.0):
    """Return calcium absorbed (mmol/day).

    A small share passes by itself (see `passing`). The rest is carried, which saturates with
    intake, so that less food is used better (Ireland 1973 J Clin Invest); calcitriol opens that
    way, calcitonin shuts it.
    """
    half = p.calcium_vitamin_d_half_nmol_per_l
    active = active_vitamin_d(vitamin_d, pth, calcitriol_given)
    open_gut = active / (half + active) * (half + REFERENCE_VITAMIN_D) / REFERENCE_VITAMIN_D
    open_gut /= max(0.1, 1.0 + p.calcitonin_gut * (calcitonin - 1.0))
    half_mg = p.calcium_carried_half_mg
    carried = max(0.0, p.calcium_intake_absorbed - p.calcium_passive_share)
    carried *= (REFERENCE_INTAKE_MG + half_mg) / (intake_mg + half_mg) * open_gut
    return intake_mg / MG_PER_MMOL * (passing(active, p) + carried)


@helper
def excreted(calcium, pth, p, calcitonin=1.0):
    """Return calcium lost by the kidney (mmol/day): more with calcitonin, less with PTH.

    It cannot lose more than a share of what it filters (`calcium.renal_most_mmol_per_day` at the
    set point): what the gut and bone give beyond that stays in the serum.
    """
    rest = REFERENCE_INTAKE_MG / MG_PER_MMOL * p.calcium_intake_absorbed
    rest *= max(0.1, 1.0 + p.calcitonin_kidney * (calcitonin - 1.0))
    filtered = calcium / p.calcium_setpoint_mmol_per_l
    return min(rest * filtered**6 * pth**-0.7, p.calcium_renal_most_mmol_per_day * filtered)


@helper
def balance(
    intake_mg, vitamin_d, resorption, formation, p, pth_given=0.0, calcitriol_given=0.0,
    calcitonin_given=0.0,
):  # fmt: skip
    """Return serum calcium (mmol/l) and PTH (over rest) at which gut, bone and kidney balance.

    Parameters
    ----------
    intake_mg, vitamin_d : float
        Calcium intake (mg/day) and 25-hydroxyvitamin D (nmol/l).
    resorption, formation : float
        Activity of the whole skeleton, 1 at rest.
    p : record
        Parameters.
    pth_given, calcitriol_given, calcitonin_given : float
        From outside, over rest.
    """
    bone = p.calcium_bone_mmol_per_day * (resorption - formation)
    low, high = 1.0, 4.0
    for _ in range(30):
        middle = 0.5 * (low + high)
        pth = pth_of(middle, p) + pth_given
        calcitonin = calcitonin_of(middle, calcitonin_given, p)
        gained = absorbed(intake_mg, vitamin_d, pth, p, calcitriol_given, calcitonin) + bone
        net = gained - excreted(middle, pth, p, calcitonin)
        if net > 0.0:
            low = middle
        else:
            high = middle
    calcium = 0.5 * (low + high)
    return calcium, pth_of(calcium, p) + pth_given
