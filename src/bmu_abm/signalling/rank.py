"""RANKL, OPG and RANK: free ligand and what it does to the osteoclast lineage.

Ligand and binders are in balance at every block of the coarse fields; between blocks, cells sense
what is interpolated.
"""

from __future__ import annotations

import numpy as np

from bmu_abm.compiled import helper, kernel
from bmu_abm.fields import ADIPOKINE, MCSF, OPG, RANKL, TGFB
from bmu_abm.signalling.adipokines import ripens
from bmu_abm.signalling.binding import compete, hill4, saturation

# What cells of the osteoclast lineage sense: rows of an array on the blocks of the coarse fields.
SENSED = (
    "free RANKL (pM)",
    "attraction",
    "induction of NFATc1",
    "colony factor",
    "RANKL at the gate of lined bone (pM)",
    "share of RANK signalling that a drug withholds",
)
FREE_RANKL, ATTRACTION, INDUCTION, COLONY, GATE, WITHHELD = range(6)

# Blocks that are worked on at once: their fields stay in the processor's cache.
AT_ONCE = 4096


@kernel
def sense(coarse, binders, sensed, p):
    """Write what the osteoclast lineage senses of the fields.

    Parameters
    ----------
    coarse : ndarray of float32, shape (n_coarse, n_blocks)
    binders : ndarray of float64, shape (n, 2)
        Binders of RANKL beside OPG: RANK and drugs.
    sensed : ndarray of float32, shape (6, n_blocks)
    """
    q = p[0]
    half, colony_half = np.float32(q.precursor_rankl_half_pm), np.float32(q.precursor_mcsf_half_pm)
    tgfb_half, taxis = np.float32(q.coupling_tgfb_half_pm), np.float32(q.precursor_chemotaxis)
    drugged = drug_binds(binders)
    heard = WITHHELD if drugged else FREE_RANKL
    for begin in range(0, sensed.shape[1], AT_ONCE):
        end = min(begin + AT_ONCE, sensed.shape[1])
        free = sensed[FREE_RANKL, begin:end]
        rankl, opg = coarse[RANKL, begin:end], coarse[OPG, begin:end]
        compete(rankl, opg, q.binding_rankl_opg_kd_pm, binders, free)
        if drugged:
            # What cells would find of RANKL without the drug, and what of it they are presented.
            own = sensed[GATE, begin:end]
            compete(rankl, opg, q.binding_rankl_opg_kd_pm, binders[:1], own)
            sensed[heard, begin:end] = free + np.float32(q.binding_rankl_unreached) * (own - free)
        for i in range(begin, end):
            rank = hill4(sensed[heard, i], half)
            colony = saturation(coarse[MCSF, i], colony_half)
            sensed[ATTRACTION, i] = taxis * (rank + saturation(coarse[TGFB, i], tgfb_half))
            sensed[INDUCTION, i] = nfatc1_drive(rank, colony) * np.float32(
                ripens(coarse[ADIPOKINE, i], q)
            )
            sensed[COLONY, i] = colony
        if drugged:
            shut = np.float32(1.0 - q.osteoclast_gate_blocking)
            kept = np.float32(q.binding_rankl_unreached_life)
            for i in range(begin, end):
                found, own_here = sensed[heard, i], sensed[GATE, i]
                sensed[FREE_RANKL, i] += kept * (found - sensed[FREE_RANKL, i])
                sensed[WITHHELD, i] = withheld(found, own_here, half)
                sensed[GATE, i] = found + shut * (own_here - found)
        else:
            sensed[GATE, begin:end] = free
            sensed[WITHHELD, begin:end] = np.float32(0.0)


@helper
def drug_binds(binders):
    """Tell whether anything but RANK and OPG, a drug or a decoy, binds RANKL."""
    return (binders[1:, 0] > 0.0).any()


@helper
def withheld(found, own, half):
    """Return the share of RANK signalling that is lost where `own` free RANKL is but `found`."""
    signal = hill4(own, half)
    if signal <= np.float32(0.0):
        return np.float32(0.0)
    return max(np.float32(0.0), np.float32(1.0) - hill4(found, half) / signal)


@helper
def nfatc1_drive(rank, colony):
    """Return the induction of NFATc1: RANK signalling AND colony factor (each 0 to 1)."""
    return rank * colony
