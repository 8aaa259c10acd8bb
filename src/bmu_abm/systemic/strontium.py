"""Strontium: it goes where calcium goes; nearly all of what the body has lies in bone."""

from __future__ import annotations

from bmu_abm.compiled import helper


@helper
def at_rest(p):
    """Return strontium of the serum pool and of bone (mg) under the usual diet, in balance."""
    serum = p.strontium_intake_mg * p.strontium_absorbed / p.strontium_renal_per_day
    return serum, p.strontium_uptake_per_day * serum / p.strontium_release_per_day


@helper
def live(bone_mg, diet, resorption, formation, dt, p):
    """Return strontium of the serum pool and of bone (mg) after a step of `dt` days.

    Serum is in balance within a day: food and resorbed bone give, kidney and new bone take.

    Parameters
    ----------
    bone_mg : float
        Strontium of the skeleton.
    diet : float
        Strontium in food over the usual.
    resorption, formation : float
        Activity of the whole skeleton, 1 at rest.
    """
    freed = p.strontium_release_per_day * resorption * bone_mg
    eaten = p.strontium_intake_mg * p.strontium_absorbed * diet
    taken = p.strontium_uptake_per_day * formation
    serum = (eaten + freed) / (p.strontium_renal_per_day + taken)
    return serum, bone_mg + dt * (taken * serum - freed)
