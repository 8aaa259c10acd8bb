"""Hazard of a fracture, from the strength of the plate and the rate of falls."""

from __future__ import annotations


def hazard_ratio(strength_ratio: float, falls: float, exponent: float) -> float:
    """Return the hazard of a fracture over that of month 0 with the usual falls.

    It grows with falls, and with lost strength by a power. It never acts on the bone.

    Parameters
    ----------
    strength_ratio : float
        Strength over that of month 0.
    falls : float
        Rate of falls over the usual one.
    exponent : float
        Power of the loss of strength.
    """
    return float(falls * max(strength_ratio, 1e-3) ** -exponent)
