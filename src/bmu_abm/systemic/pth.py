"""PTH within the day: what an injection or an infusion makes of its receptor.

Bone cells of the osteoblast lineage answer PTH by two ways. Occupied receptors, whether they still
signal or not, raise RANKL and lower OPG: that way saturates long before the receptors are full, so
that the same amount of PTH does more when it is spread over the day. Active receptors make cAMP,
and are desensitised the faster the more of them are occupied (Segel 1986 J Theor Biol 120:151);
cAMP acts steeply. So sustained PTH leaves few active receptors, and pulses meet recovered ones: the
shape of the day decides.

The concentration is taken as constant over each of `STRETCHES` stretches of a day, its exact mean
there; within a stretch the receptor is solved exactly.
"""

from __future__ import annotations

import math

from bmu_abm.compiled import helper

STRETCHES = 72
BURSTS = 1.01  # hours of cAMP above rest, plus 1, from which a day counts as one with bursts
HOURS = 24.0


@helper
def entered(hours, into, out):
    """Return the integral over the first `hours` of one injection; 1 after all of it.

    Bateman 1910: absorption at the rate `into`, elimination at the rate `out` (1/h, unequal).
    """
    fast, slow = -math.expm1(-into * hours), -math.expm1(-out * hours)
    return (into * slow - out * fast) / (into - out)


@helper
def occupancy(concentration, p):
    """Return the share of receptors that hold PTH at a concentration over rest."""
    return concentration / (p.pth_receptor_half + concentration)


@helper
def lasting(concentration, p):
    """Return what receptors that hold PTH do to RANKL, 0 to 1, at a concentration over rest."""
    return concentration / (p.pth_lasting_half + concentration)


@helper
def settled(held, p):
    """Return the share of receptors that are not desensitised at a lasting occupancy."""
    return p.pth_recovery_per_hour / (
        p.pth_recovery_per_hour + p.pth_desensitisation_per_hour * held
    )


@helper
def camp_drive(active, p):
    """Return how much of what cAMP can do is done, 0 to 1, at a share of active receptors."""
    return 1.0 / (1.0 + (p.pth_active_half / max(active, 1e-12)) ** p.pth_steepness)


@helper
def at_rest(p):
    """Return the share of sensitive receptors, and the hours of cAMP a day, at the PTH of rest."""
    held = occupancy(1.0, p)
    sensitive = settled(held, p)
    return sensitive, HOURS * camp_drive(sensitive * held, p)


@helper
def live_a_day(sensitive, all_day, injected, p, transient=0.0):
    """Let receptors live through a day that begins with an injection.

    Parameters
    ----------
    sensitive : float
        Share of receptors that are not desensitised at the start of the day.
    all_day : float
        PTH over rest that is there all day: own PTH, and an infusion.
    injected : float
        PTH of the injection, as its mean over 24 hours, over rest.
    p : record
        Parameters.
    transient : float
        Share of the hold of the injection on receptors that does not last: it lets go as soon as
        cAMP is made, so that such receptors do not count as occupied.

    Returns
    -------
    sensitive : float
        At the end of the day.
    occupied : float
        Mean of what occupied receptors do to RANKL, over that of rest.
    burst : float
        Hours of the day for which cAMP acts, above those of rest, plus 1.
    peak : float
        Largest share of active receptors, as a mean over a stretch.
    """
    span = HOURS / STRETCHES
    lasted, hours, peak, before = 0.0, 0.0, 0.0, 0.0
    for i in range(STRETCHES):
        concentration = all_day
        if injected > 0.0:
            after = entered((i + 1) * span, p.pth_absorption_per_hour, p.pth_elimination_per_hour)
            concentration += injected * HOURS / span * (after - before)
            before = after
        held = occupancy(concentration, p)
        rate = p.pth_recovery_per_hour + p.pth_desensitisation_per_hour * held
        end = settled(held, p)
        gone = -math.expm1(-rate * span)
        active = held * (end + (sensitive - end) * gone / (rate * span))
        sensitive += (end - sensitive) * gone
        answer = lasting(concentration, p)
        if transient > 0.0:
            answer -= transient * answer * (1.0 - all_day / max(concentration, 1e-12))
        lasted += answer
        hours += span * camp_drive(active, p)
        peak = max(peak, active)
    own = at_rest(p)[1]
    occupied = lasted / STRETCHES / lasting(1.0, p)
    return sensitive, occupied, max(0.0, 1.0 + hours - own), peak
