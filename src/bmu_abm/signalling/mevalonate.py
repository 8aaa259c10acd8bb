"""Bisphosphonate inside an osteoclast, and what it stops there.

Those with nitrogen inhibit farnesyl pyrophosphate synthase, an enzyme of the mevalonate pathway:
small GTPases lose their anchor, the ruffled border its order, and in the end nuclei die. The older
ones become analogues of ATP and need far more molecules for it. Both are told by one potency per
molecule, over that of alendronate, and what they do saturates.
"""

from __future__ import annotations

import math

from bmu_abm.compiled import helper
from bmu_abm.rates import kept
from bmu_abm.signalling.binding import saturation


@helper
def inhibition(fmol, p):
    """Return how far `fmol` in a nucleus's share of the cell stop the pathway: 0 none, 1 all."""
    return saturation(fmol, p.bisphosphonate_half_fmol)


@helper
def work_left(fmol, p):
    """Return the share of its speed at which an osteoclast still resorbs; 1 without a drug."""
    return 1.0 - p.bisphosphonate_activity_loss * inhibition(fmol, p)


@helper
def voice_left(fmol, p):
    """Return what an osteoclast still secretes of its own factors, over the usual; 1 without."""
    return 1.0 - p.bisphosphonate_signal_loss * inhibition(fmol, p)


@helper
def hastened_death(fmol, p):
    """Return the factor on the loss of nuclei; 1 without a drug."""
    return 1.0 + p.bisphosphonate_death_gain * inhibition(fmol, p)


@helper
def on_average(fmol, p):
    """Return the factor on the resorption of a skeleton whose osteoclasts take up `fmol`.

    They work at full speed until they meet it and when they have got rid of it. 1 without a drug.
    """
    under = work_left(fmol, p) / hastened_death(fmol, p)
    return 1.0 - p.bisphosphonate_skeleton_share * (1.0 - under)


@helper
def left_after(fmol, days, p):
    """Return what is left in the cell after some days."""
    if fmol <= 0.0:
        return fmol
    return fmol * kept(math.log(2.0) / p.bisphosphonate_cell_half_life_days, days)
