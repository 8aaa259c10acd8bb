"""Canonical Wnt: beta-catenin activity with sclerostin and SFRP1 against it."""

from __future__ import annotations

from bmu_abm.compiled import helper
from bmu_abm.fields import SCLEROSTIN, SFRP1, WNT, blend, corners
from bmu_abm.signalling.binding import free_ligand

REFERENCE_SCLEROSTIN_PM = 30.0
REFERENCE_SFRP1_PM = 4.0


@helper
def activity(wnt, sclerostin, sfrp1, p):
    """Return beta-catenin activity, 1 at the reference of resting bone.

    Wnt competes for LRP5/6 with sclerostin and is caught by SFRP1:
    w / (w + K (1 + S / Ks + F / Kf)).
    """
    half = p.wnt_half
    blocked = half * (1.0 + sclerostin / p.wnt_sclerostin_kd_pm + sfrp1 / p.wnt_sfrp1_kd_pm)
    rest = half * (
        1.0
        + REFERENCE_SCLEROSTIN_PM / p.wnt_sclerostin_kd_pm
        + REFERENCE_SFRP1_PM / p.wnt_sfrp1_kd_pm
    )
    return wnt * (1.0 + rest) / (wnt + blocked)


@helper
def answer(habit, p):
    """Return the factor on beta-catenin of cells that are used to `habit` times its rest.

    It raises its own inhibitors, DKK1 and sclerostin among them, within months.
    """
    return 1.0 / (1.0 + p.wnt_habit_gain * (habit - 1.0))


@helper
def unbound_share(binders):
    """Return the share of the sclerostin of average bone that `binders` leave free."""
    total = REFERENCE_SCLEROSTIN_PM
    return free_ligand(total, 0.0, 1.0, binders) / total


@helper
def freed(s, fine, coarse, all_sclerostin, p, nx, ny):
    """Return how far binding of sclerostin has raised beta-catenin of a cell at site `s`.

    `all_sclerostin` is sclerostin with what is bound of it, on the blocks, in row 0.
    """
    around = corners(s, nx, ny)
    here, sfrp1 = float(fine[WNT, s]), blend(coarse, SFRP1, around)
    before = activity(here, blend(all_sclerostin, 0, around), sfrp1, p)
    return max(0.0, activity(here, blend(coarse, SCLEROSTIN, around), sfrp1, p) - before)


@helper
def beta_catenin(s, fine, coarse, p, nx, ny):
    """Return beta-catenin activity of an osteoblast-lineage cell at site `s`."""
    around = corners(s, nx, ny)
    return activity(
        float(fine[WNT, s]),
        blend(coarse, SCLEROSTIN, around),
        blend(coarse, SFRP1, around),
        p,
    )
