"""Capillaries of type H, which carry osteoprogenitors: they grow where there is SLIT3.

The sinusoids by which precursors enter are another kind, `Trabecula.vessels`, and stay as they
are.
"""

from __future__ import annotations

from bmu_abm.compiled import helper, kernel
from bmu_abm.rates import chance
from bmu_abm.signalling.binding import saturation


@helper
def drive(slit3, p):
    """Return the density that capillaries of type H tend to, 1 at the SLIT3 of resting bone."""
    gain, half = p.vessel_slit3_gain, p.precursor_slit3_half_ng_ml
    rest = 1.0 + gain * saturation(p.vessel_slit3_rest_ng_ml, half)
    return (1.0 + gain * saturation(slit3, half)) / rest


@kernel
def grow(type_h, slit3, days, today, p):
    """Let capillaries follow SLIT3 for `days` days.

    Parameters
    ----------
    type_h : ndarray of float32, shape (n_blocks,)
        Density relative to rest, on blocks of 2 x 2 sites.
    slit3 : ndarray of float32, same shape
        SLIT3 (ng/ml).
    today : record array, shape (1,)
        Level of what else makes capillaries grow.
    """
    q, level = p[0], today[0].vessel
    step = chance(1.0 / q.vessel_growth_days, days)
    for i in range(type_h.shape[0]):
        here = float(type_h[i])
        type_h[i] = here + step * (level * drive(float(slit3[i]), q) - here)
