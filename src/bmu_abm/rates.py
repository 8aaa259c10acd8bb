"""Rates over a step of any length: what a constant rate does, exactly.

A first-order law stepped by `1 - rate * dt` makes the bone depend on the length of the step.
"""

from __future__ import annotations

import math

from bmu_abm.compiled import helper


@helper
def chance(rate, dt):
    """Return the probability that an event of `rate` (1/day) happens within `dt` days."""
    return -math.expm1(-rate * dt)


@helper
def happens(u, rate, dt):
    """Tell whether an event of `rate` (1/day) happens within `dt` days, by the uniform draw `u`.

    The chance is below `rate * dt`, so that most draws need no exponential.
    """
    return u < rate * dt and u < chance(rate, dt)


@helper
def kept(rate, dt):
    """Return the share that is left after `dt` days of a loss at `rate` (1/day)."""
    return math.exp(-rate * dt)


@helper
def days_felt(rate, dt):
    """Return the integral over `dt` days of what is lost at `rate` (1/day) and begins at 1."""
    return -math.expm1(-rate * dt) / rate if rate > 0.0 else dt


@helper
def births(rate, dt):
    """Return the probability of one daughter within `dt` days for which numbers grow at `rate`.

    Exponential growth needs `exp(rate * dt) - 1` daughters; a step holds one at most.
    """
    return min(1.0, math.expm1(rate * dt))
