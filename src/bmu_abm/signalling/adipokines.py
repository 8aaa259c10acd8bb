"""What fat cells say to their neighbours: adipokines, 1 in the marrow of resting bone."""

from __future__ import annotations

from bmu_abm.compiled import helper
from bmu_abm.signalling.binding import saturation


@helper
def ripens(level, p):
    """Return the factor of adipokines on the induction of NFATc1; 1 in resting marrow."""
    half = p.adipocyte_adipokine_half
    rise = saturation(level, half) * (half + 1.0)
    return 1.0 + p.adipocyte_adipokine_ripening * (rise - 1.0)


@helper
def bone_left_open(level, p):
    """Return the factor of adipokines on the drive of stem cells to bone; 1 in resting marrow."""
    half = p.adipocyte_adipokine_half
    left = (half + 1.0) / (half + level)
    return 1.0 + p.adipocyte_adipokine_osteogenesis * (left - 1.0)
