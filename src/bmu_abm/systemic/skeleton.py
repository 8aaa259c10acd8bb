"""The skeleton as a whole: a small deterministic companion of the patch.

It sees the same hormones, drugs and receptor curves, without the noise of one patch: the calcium
flux that the PTH loop needs, and a cortical shell that a DXA reading needs. Nothing systemic is
driven by the realised flux of one patch.
"""

from __future__ import annotations

import numpy as np

from bmu_abm.compiled import helper, kernel
from bmu_abm.rates import chance
from bmu_abm.signalling.binding import free_ligand, saturation
from bmu_abm.signalling.mevalonate import on_average
from bmu_abm.signalling.rank import drug_binds
from bmu_abm.signalling.wnt import answer
from bmu_abm.systemic import pth as receptors
from bmu_abm.systemic import strontium
from bmu_abm.systemic.calcium import (
    REFERENCE_VITAMIN_D,
    active_vitamin_d,
    balance,
    calcitonin_of,
)
from bmu_abm.systemic.cortex import LEAST_CORTEX, tire

STATE = np.dtype(
    [
        ("resorption", "f8"),  # activity, 1 at rest
        ("formation", "f8"),
        ("cortex", "f8"),  # cortical bone over its start
        ("calcium", "f8"),  # mmol/l
        ("pth", "f8"),  # mean of the day, over rest
        ("calcitriol", "f8"),  # over rest
        ("calcitonin", "f8"),  # over rest
        ("calcitonin_receptors", "f8"),  # of osteoclasts, over rest
        # Receptors of PTH: share that is not desensitised (below 0: not yet known), mean share
        # that holds PTH over rest, hours of cAMP above rest + 1, largest share that is active.
        ("pth_sensitive", "f8"),
        ("pth_occupied", "f8"),
        ("pth_burst", "f8"),
        ("pth_peak", "f8"),
        ("strontium", "f8"),  # of serum, over rest
        ("strontium_mg", "f8"),  # in bone (below 0: not yet known)
        ("cortex_age", "f8"),  # mean age of cortical bone, over rest
        ("cortex_damage", "f8"),  # damage per cortical bone, over rest
        ("wnt_habit", "f8"),  # beta-catenin that a drug has freed in the last months, 1 at rest
        ("pth_pulsed", "f8"),  # bursts of cAMP of the last months: their mean hours, plus 1
    ]
)


def at_rest() -> np.ndarray:
    """Return the state of a skeleton at rest, an array of `STATE` of shape (1,)."""
    fresh = (
        1.0,
        1.0,
        1.0,
        2.4,
        1.0,
        1.0,
        1.0,
        1.0,
        -1.0,
        1.0,
        1.0,
        0.0,
        1.0,
        -1.0,
        1.0,
        1.0,
        1.0,
        1.0,
    )
    return np.array([fresh], STATE)


@kernel
def step(state, intake_mg, vitamin_d, binders, today, p, rest):
    """Advance the skeleton by a step.

    Parameters
    ----------
    state : ndarray of `STATE`, shape (1,)
    intake_mg, vitamin_d : float
        Calcium intake (mg/day) and 25-hydroxyvitamin D that the kidney can activate (nmol/l).
    binders : ndarray, shape (n, 2)
        Binders of RANKL beside OPG (pM); the first row is RANK.
    today, p, rest : record arrays, shape (1,)
        The day, its parameters, and the parameters of the host at rest.
    """
    s, q, t = state[0], p[0], today[0]
    lack = 1.0 - t.estrogen
    drive = resorption_drive(q, rest[0], lack, t.pth_receptor, binders, t)
    s.resorption += (drive - s.resorption) * t.dt / max(q.skeleton_resorption_days, t.dt)
    lost = t.load / max(s.cortex, LEAST_CORTEX) - 1.0
    refill = 1.0 - q.skeleton_estrogen_deficit * lack + q.skeleton_strain_gain * lost
    output = t.ob_activity * t.ob_survival * t.wnt_freed * t.ob_vigour
    follow = s.resorption * min(max(refill, 0.0), 2.0) * t.ob_activity * t.ob_survival
    follow *= t.wnt_freed * t.ob_vigour
    follow *= room(output, q)
    freed = t.wnt_freed / answer(s.wnt_habit, q)
    s.wnt_habit += (freed - s.wnt_habit) * min(1.0, t.dt / q.wnt_habit_days)
    s.formation += (follow - s.formation) * t.dt / max(q.skeleton_formation_days, t.dt)
    turnover = q.skeleton_cortical_turnover_per_year * t.dt / 365.0
    s.cortex += turnover * (s.formation - s.resorption)
    tire(s, t.load, t.dt, q)
    s.calcium, s.pth = balance(
        intake_mg, vitamin_d, s.resorption, s.formation, q, t.pth_given + t.pth_injected,
        t.calcitriol_given, t.calcitonin_given,
    )  # fmt: skip
    feel_pth(s, t.pth_injected, t.pth_transient, t.dt, q)
    store_strontium(s, t.strontium_diet, t.dt, q)
    active = active_vitamin_d(vitamin_d, s.pth, t.calcitriol_given)
    s.calcitriol = active / REFERENCE_VITAMIN_D
    s.calcitonin = calcitonin_of(s.calcium, t.calcitonin_given, q)
    lose_calcitonin_receptors(s, t.dt, q)


@helper
def room(vigour, p):
    """Return the share of a `vigour` of osteoblasts (over rest) for which the skeleton has room.

    What they lack is lacking everywhere. An osteon can close its canal, and grow no further: what
    is beyond that shows only where surface is free.
    """
    most = 1.0 + p.skeleton_canal_share
    return 1.0 if vigour <= most else (most + p.skeleton_anabolic_share * (vigour - most)) / vigour


@helper
def lose_calcitonin_receptors(state, dt, p):
    """Let osteoclasts lose receptors under much calcitonin, and make new ones.

    What the own thyroid makes, up to `calcitonin.tolerated` times the level of rest, takes none.
    """
    loss = p.calcitonin_receptor_loss_per_day * max(0.0, state.calcitonin - p.calcitonin_tolerated)
    renewal = p.calcitonin_receptor_renewal_per_day
    end = renewal / (renewal + loss)
    gone = chance(renewal + loss, dt)
    state.calcitonin_receptors += (end - state.calcitonin_receptors) * gone


@helper
def store_strontium(state, diet, dt, p):
    """Let bone take up and release strontium."""
    serum, bone = strontium.at_rest(p)
    if state.strontium_mg < 0.0:
        state.strontium_mg = bone
    now, state.strontium_mg = strontium.live(
        state.strontium_mg, diet, state.resorption, state.formation, dt, p
    )
    state.strontium = now / serum


@helper
def feel_pth(state, injected, transient, dt, p):
    """Let the receptors of PTH live through the day; a shorter step feels its share of the change.

    Parameters
    ----------
    state : record
        PTH is the mean of the day, with all that is given.
    injected : float
        What an injection gives of it.
    transient : float
        Share of its hold on receptors that does not last.
    """
    if state.pth_sensitive < 0.0:
        state.pth_sensitive = receptors.at_rest(p)[0]
    all_day = max(0.0, state.pth - injected)
    end, occupied, burst, peak = receptors.live_a_day(
        state.pth_sensitive, all_day, injected, p, transient
    )
    state.pth_sensitive += dt * (end - state.pth_sensitive)
    state.pth_burst, state.pth_peak = burst, peak
    remember_bursts(state, burst, transient, dt, p)
    state.pth_occupied = with_bursts(occupied, state.pth_pulsed, p)


@helper
def with_bursts(occupied, pulsed, p):
    """Return what lasts of PTH: of receptors that hold it, and of months of bursts."""
    return occupied + p.pth_pulse_lasting * (pulsed - 1.0)


@helper
def remember_bursts(state, burst, transient, dt, p):
    """Let bursts of cAMP, day after day, leave what lasts: cells that make RANKL.

    A day without an injection leaves none.
    """
    hours = (burst - 1.0) * (1.0 - transient) if burst > receptors.BURSTS else 0.0
    state.pth_pulsed += (1.0 + hours - state.pth_pulsed) * min(1.0, dt / p.pth_pulse_days)


@helper
def pth_factor(gain, occupied):
    """Return the factor that receptors which hold PTH (over rest) put on a secretion."""
    return max(0.1, 1.0 + gain * (occupied - 1.0))


@helper
def free_systemic(p, lack, occupied, binders, of_marrow=1.0, of_osteocyte=1.0, of_opg=1.0):
    """Return free RANKL (pM) of average resting bone, with factors on what is secreted."""
    rankl = p.marrow_rankl_pm * of_marrow * pth_factor(p.pth_rankl, occupied)
    rankl += p.osteocyte_rankl_pm * of_osteocyte
    opg = p.marrow_opg_pm * pth_factor(-p.pth_opg, occupied) + 0.6 * p.osteocyte_opg_pm
    rankl *= 1.0 + p.estrogen_rankl * lack
    opg *= (1.0 - p.estrogen_opg * lack) * of_opg
    return free_ligand(rankl, opg, p.binding_rankl_opg_kd_pm, binders)


@helper
def resorption_drive(p, rest, lack, occupied, binders, today):
    """Return the resorption that the skeleton tends to: free RANKL, and what cells make of it."""
    reference = free_systemic(rest, 0.0, 1.0, binders[:1])
    life = (1.0 + p.osteoclast_estrogen_life * lack) * today.oc_survival
    life *= today.nfatc1 * today.oc_differentiation * today.precursor_entry
    matrix = p.osteoclast_matrix_activity / max(1e-9, rest.osteoclast_matrix_activity)
    work = today.oc_activity * today.catk * matrix * on_average(today.bisphosphonate_fmol, p)
    free = free_systemic(
        p, lack, occupied, binders, today.rankl_marrow, today.rankl_osteocyte, today.opg
    )
    if drug_binds(binders):
        own = free_systemic(
            p, lack, occupied, binders[:1], today.rankl_marrow, today.rankl_osteocyte, today.opg
        )
        unreached = p.binding_rankl_unreached * (own - free)
        felt = free + p.binding_rankl_unreached_life * unreached
        life *= kept_alive(felt, p) / kept_alive(own, p)
        free += unreached
    return min(5.0, free / reference * life * work)


@helper
def kept_alive(free, p):
    """Return how long osteoclasts of average bone live at a free RANKL (pM), as in a patch."""
    return max(0.05, 1.35 * saturation(free, p.osteoclast_survival_rankl_pm))
