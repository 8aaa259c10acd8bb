"""RANKL, OPG and RANK: free ligand and what it does to the osteoclast lineage."""

from __future__ import annotations

from bmu_abm.compiled import helper
from bmu_abm.fields import OPG, RANKL, blend, corners
from bmu_abm.signalling.binding import free_ligand, hill4


@helper
def free_rankl(s, coarse, binders, p, nx, ny):
    """Return the free RANKL (pM) at site `s`, among OPG, RANK and drugs (`binders`)."""
    return rankl_among(coarse, corners(s, nx, ny), binders, p)


@helper
def rankl_among(coarse, around, binders, p):
    """Return the free RANKL (pM) between four blocks (see `corners`)."""
    rankl, opg = blend(coarse, RANKL, around), blend(coarse, OPG, around)
    return free_ligand(rankl, opg, p.binding_rankl_opg_kd_pm, binders)


@helper
def nfatc1_drive(free, colony, p):
    """Return the induction of NFATc1 (0 to 1): RANK signalling AND colony factor (0 to 1)."""
    return hill4(free, p.precursor_rankl_half_pm) * colony
