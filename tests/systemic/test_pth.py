"""PTH within the day: where an injection is, what receptors make of it, and what bone does."""

import math

import numpy as np
import pytest
from scipy.integrate import solve_ivp

import bones
import rules
from bmu_abm import parameters
from bmu_abm.fields import COARSE
from bmu_abm.systemic import pth, skeleton
from bmu_abm.systemic.pth import BURSTS
from bmu_abm.trabecula import FORMATION, QUIESCENT

mechanism = pytest.mark.mechanism
P = parameters.record({})[0]
SENSITIVE = pth.at_rest(P)[0]
DAILY = 0.75  # of teriparatide 20 ug, as a mean over the day, over rest


def lived(all_day=1.0, injected=0.0, days=5, p=P):
    """Return occupied, burst and peak of the last of some equal days."""
    sensitive = pth.at_rest(p)[0]
    for _ in range(days):
        sensitive, occupied, burst, peak = pth.live_a_day(sensitive, all_day, injected, p)
    return occupied, burst, peak


def test_at_rest_nothing_moves():
    sensitive, occupied, burst, _ = pth.live_a_day(SENSITIVE, 1.0, 0.0, P)
    assert (sensitive, occupied, burst) == pytest.approx((SENSITIVE, 1.0, 1.0), rel=1e-12)


def test_an_injection_is_gone_within_the_day():
    """Bateman's curve: its integral by quadrature, and all of it in the end."""
    into, out = 10.4, 0.66
    hours = np.linspace(0.0, 3.0, 30_001)
    level = into * out / (into - out) * (np.exp(-out * hours) - np.exp(-into * hours))
    assert pth.entered(3.0, into, out) == pytest.approx(np.trapezoid(level, hours), rel=1e-6)
    assert pth.entered(24.0, into, out) == pytest.approx(1.0, abs=1e-6)
    assert pth.entered(0.0, into, out) == 0.0


def test_receptors_follow_their_equation():
    """Sensitive receptors after the day, against an integration with the exact concentration."""
    into, out = float(P["pth_absorption_per_hour"]), float(P["pth_elimination_per_hour"])

    def change(t, sensitive):
        level = into * out / (into - out) * (np.exp(-out * t) - np.exp(-into * t))
        held = pth.occupancy(1.0 + 24.0 * DAILY * level, P)
        lost = float(P["pth_desensitisation_per_hour"]) * held * sensitive
        return float(P["pth_recovery_per_hour"]) * (1.0 - sensitive) - lost

    exact = solve_ivp(change, (0.0, 24.0), [SENSITIVE], rtol=1e-8, atol=1e-10, max_step=0.1)
    assert pth.live_a_day(SENSITIVE, 1.0, DAILY, P)[0] == pytest.approx(exact.y[0, -1], rel=2e-3)


@mechanism("pth-resorption")
def test_the_same_amount_occupies_receptors_longer_when_it_is_spread_over_the_day():
    infused, injected = lived(all_day=1.0 + DAILY)[0], lived(injected=DAILY)[0]
    assert 1.0 < injected < infused < 1.0 + DAILY


def test_only_pulses_meet_receptors_that_have_recovered():
    """At the same amount: an hour of cAMP a day, and a hundredth of it or less."""
    infused, injected = lived(all_day=1.0 + DAILY)[1:], lived(injected=DAILY)[1:]
    assert 0.5 < injected[0] - 1.0 < 3.0
    assert infused[0] - 1.0 < 0.02 * (injected[0] - 1.0)
    assert injected[1] > 3.0 * infused[1]


def test_without_desensitisation_an_infusion_makes_as_much_camp():
    """What tells the two apart is the receptor, and no rule for pulses."""
    p = parameters.record({"pth.desensitisation_per_hour": 0.0})[0]
    p["pth_receptor_half"] = 5.0
    assert lived(all_day=1.0 + DAILY, p=p)[1] > lived(injected=DAILY, p=p)[1]


def treated(days=3, **host):
    return bones.days(bones.bone(host={"burn_in_years": 0.0} | host), days)


@mechanism("pth-resorption")
def test_infusion_raises_rankl_and_pulses_less():
    rest, infused, injected = (
        float(m.skeleton["pth_occupied"][0])
        for m in (treated(), treated(pth_given=DAILY), treated(pth_injected=DAILY))
    )
    assert rest == pytest.approx(1.0, abs=0.1)
    assert rest + 0.05 < infused
    assert injected < rest + 0.1 * (infused - rest)  # own PTH falls, and lasts all day


def test_pulses_keep_osteoblasts_alive_and_lower_sclerostin_and_infusion_hardly():
    arms = ({}, {"pth_given": DAILY}, {"pth_injected": DAILY})
    rest, infused, injected = (treated(**arm) for arm in arms)
    survival = [float(m.today["ob_survival"][0]) for m in (rest, infused, injected)]
    assert survival[2] > 1.1 and abs(survival[1] - survival[0]) < 0.01
    scl = [float(m.today["sclerostin"][0]) for m in (rest, infused, injected)]
    assert scl[2] < scl[1] < scl[0] and scl[2] < 0.95


def test_serum_feels_the_mean_of_the_day():
    arms = (treated(), treated(pth_given=1.0), treated(pth_injected=1.0))
    rest, *same = (float(m.skeleton["calcium"][0]) for m in arms)
    assert same[0] == pytest.approx(same[1], rel=0.01)  # bone of three days tells them apart
    assert min(same) > 1.05 * rest


@mechanism("pth-resorption")
def test_without_the_receptor_pth_leaves_the_rankl_of_the_marrow_alone():
    said = {}
    for level in (0.0, 1.0):
        m = bones.bone(
            host={"burn_in_years": 0.0, "pth_given": 2.0},
            parameters={"node.pth_receptor": level, "edge.calcitriol.rankl_secretion": 0.0},
        )
        bones.days(m, 3)
        said[level] = float(m.body._marrow_sources(
            m.p[0], m.today[0], float(m.today["pth_receptor"][0])
        )[1][COARSE.index("RANKL")])  # fmt: skip
        assert (m.today["pth_receptor"][0] == 0.0) == (level == 0.0)
        assert m.skeleton["pth_occupied"][0] > 1.5
    assert said[0.0] < 0.8 * said[1.0]


@mechanism("beyond-pulse-rankl-late")
def test_bursts_leave_lasting_rankl_within_months_and_a_day_without_one_nothing():
    state = treated().skeleton[0]
    state["pth_pulsed"] = 1.0
    course = []
    for day in range(365):
        given = day < 180
        skeleton.remember_bursts(state, 2.2 if given else 1.005, 0.0, 1.0, P)
        course.append(float(state["pth_pulsed"]))
    late = 1.2 * (1.0 - math.exp(-30.0 / P["pth_pulse_days"]))
    assert course[29] == pytest.approx(1.0 + late, rel=0.02)
    assert course[179] == pytest.approx(2.2, rel=0.02) and 1.0 < course[-1] < 1.05
    assert skeleton.with_bursts(1.0, 2.0, P) == pytest.approx(1.0 + P["pth_pulse_lasting"])
    state["pth_pulsed"] = 1.0
    skeleton.remember_bursts(state, 1.005, 0.0, 1.0, P)
    skeleton.remember_bursts(state, 3.0, 1.0, 1.0, P)  # a hold that does not last leaves none
    assert state["pth_pulsed"] == 1.0


# -- lining cells ---------------------------------------------------------------------------------


def awake(still, burst, vigour=1.0, state=QUIESCENT):
    """Return the osteoblasts after a step beside fifty that stand apart."""
    m = bones.changed(still(), lining_wake_per_hour=1e9, lining_vigour=0.5)
    m.today["pth_burst"] = burst
    m.trabecula.sites["state"] = state
    sites = 4 * np.arange(50)
    m.trabecula.sites["state"][sites] = FORMATION
    bones.put(m, "osteoblast", sites, vigour=vigour)
    m.populations["osteoblast"].reserve(100)
    rules.lining_wakes(m)
    return m


def test_osteoblasts_wake_the_lining_cells_beside_them_under_bursts(still):
    m = awake(still, burst=2.0)
    cells = m.populations["osteoblast"].live
    woken = cells[50:]
    assert len(woken) > 30 and (woken["vigour"] == 0.5).all()
    sites = m.trabecula.sites[woken["site"]]
    assert (sites["modelled"] == 1).all() and (sites["state"] == FORMATION).all()
    assert int(m.ledger["modelled_sites"][0]) == len(woken)
    bones.assert_cells_have_their_place(m)
    assert len(awake(still, burst=1.0).populations["osteoblast"]) == 50
    tired = awake(still, burst=2.0, vigour=0.05)  # half of it would end at once
    assert len(tired.populations["osteoblast"]) == 50
    assert len(awake(still, burst=2.0, state=1).populations["osteoblast"]) == 50


def test_a_bone_under_pulses_is_sound_and_spreads_its_formation(busy):
    m = busy()
    m.body._life.drivers["pth_injected"] = 2.0
    for _ in range(10):
        m.step()
    assert int(m.ledger["modelled_sites"][0]) > 0
    bones.assert_sound(m)
    assert m.today["pth_burst"][0] > BURSTS
