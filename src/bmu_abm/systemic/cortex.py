"""The cortical shell as it tires: how old its bone is, and how much damage waits in it.

Both are means per volume over rest. Load tires bone, and old bone, which holds more mineral and
cracks more easily, tires sooner; only remodelling takes damage away, and it takes damaged bone
first. So damage grows for as long as remodelling is held down, and goes when it is let go.
"""

from __future__ import annotations

from bmu_abm.compiled import helper

LEAST_CORTEX = 0.1


@helper
def tire(state, load, dt, p):
    """Let cortical bone age and collect damage for a step, by the remodelling of the day.

    With k the turnover at rest, r and f what resorption and formation are over rest, c the cortex
    and q how readily damaged bone is removed, age a and damage d follow the books of their sums
    over the shell: c da/dt = k (c - f a), and c dd/dt = k (q (c g - r d) - (f - r) d), where the
    growth of damage g is 1 at rest (see `fatigue`).

    Parameters
    ----------
    state : record
        Of the companion skeleton: `cortex_age` and `cortex_damage` are changed.
    load : float
        Over the customary one.
    """
    turnover = p.skeleton_cortical_turnover_per_year * dt / 365.0
    cortex, targeting = max(state.cortex, LEAST_CORTEX), p.skeleton_crack_targeting
    age, damage = state.cortex_age, state.cortex_damage
    growth = fatigue(load / cortex, age, p)
    gained = growth - state.resorption * damage / cortex
    thinned = (state.formation - state.resorption) * damage / cortex
    state.cortex_age += turnover * (1.0 - state.formation * age / cortex)
    state.cortex_damage = max(0.0, damage + turnover * (targeting * gained - thinned))


@helper
def fatigue(stress, age, p):
    """Return how fast damage grows, over rest: by stress and age as in a trabecula.

    Bone of `damage.age_years` tires twice as fast as new bone; that of the shell is at rest one
    over its turnover old.
    """
    years = p.damage_age_years * p.skeleton_cortical_turnover_per_year
    return stress**p.damage_stress_exponent * (years + age) / (years + 1.0)
