"""Estradiol, calcium and PTH, and the skeleton as a whole."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import bones
from bmu_abm import parameters
from bmu_abm.systemic import calcium, skeleton, strontium
from bmu_abm.systemic.estrogen import PREMENOPAUSAL_PMOL_PER_L, response

P = parameters.record({})


# -- estradiol ------------------------------------------------------------------------------------


def test_response_is_one_before_the_menopause_and_nothing_without_estradiol():
    assert response(PREMENOPAUSAL_PMOL_PER_L, 150.0, 2.0) == 1.0
    assert response(0.0, 150.0, 2.0) == 0.0 == response(-1.0, 150.0, 2.0)


def test_a_host_feels_the_share_of_its_own_level():
    for share in (1.0, 0.5, 0.12, 0.0):
        man = response(share * 90.0, 220.0, 2.0, 90.0)
        assert man == pytest.approx(response(share * 400.0, 220.0, 2.0), rel=1e-12)
    assert response(90.0, 220.0, 2.0) < 0.3  # a woman would lack it


def test_the_reference_of_a_host_reaches_its_cells():
    rest = {"estradiol_pmol_per_l": 90.0, "estradiol_reference_pmol_per_l": 90.0}
    for host, felt in ((rest, 1.0), ({"estradiol_pmol_per_l": 400.0}, 1.0)):
        assert bones.days(bones.bone(host=host), 1).today["estrogen"][0] == felt
    assert bones.days(bones.bone(host={"estradiol_pmol_per_l": 90.0}), 1).today["estrogen"][0] < 0.3


def test_the_first_loss_is_felt_less_than_the_last():
    levels = [response(e, 150.0, 2.0) for e in (400.0, 300.0, 200.0, 100.0)]
    falls = -np.diff(levels)
    assert (np.diff(falls) > 0).all() and falls[0] < 0.12


@settings(max_examples=50, deadline=None)
@given(e=st.floats(0.0, 2000.0), half=st.floats(10.0, 1000.0), hill=st.floats(1.0, 6.0))
def test_response_rises_with_estradiol(e, half, hill):
    assert response(e, half, hill) <= response(e + 10.0, half, hill)


# -- calcium and PTH ------------------------------------------------------------------------------


def balance(intake=1000.0, vitamin_d=60.0, resorption=1.0, formation=1.0):
    return calcium.balance(intake, vitamin_d, resorption, formation, P[0])


def test_rest_is_the_set_point():
    serum, pth = balance()
    assert serum == pytest.approx(P["calcium_setpoint_mmol_per_l"][0], rel=1e-4)
    assert pth == pytest.approx(1.0, rel=1e-2)


@pytest.mark.parametrize(
    "lack", [{"intake": 600.0}, {"vitamin_d": 15.0}, {"formation": 1.3}, {"resorption": 0.7}]
)
@pytest.mark.mechanism("ca-ionised", "ca-low-resorption")
def test_pth_rises_and_nearly_holds_serum_calcium(lack):
    """PTH up by a twentieth at least; calcium down, but by less than 4 %."""
    rest, (serum, pth) = balance(), balance(**lack)
    assert pth > 1.05 * rest[1]
    assert 0.96 * rest[0] < serum < rest[0]


@pytest.mark.mechanism("ca-intake", "ca-ionised")
def test_serum_calcium_stays_within_5_percent_on_300_mg_a_day():
    assert balance(intake=300.0)[0] > 0.95 * balance()[0]


@pytest.mark.mechanism("ca-intake", "vitd-absorption")
def test_of_less_calcium_a_larger_share_is_absorbed():
    """40 to 50 % of 300 mg, 24 % of 1000 mg; without calcitriol only what passes by itself."""
    share = {mg: calcium.absorbed(mg, 60.0, 1.0, P[0]) * 40.08 / mg for mg in (300.0, 1000.0)}
    assert share[1000.0] == pytest.approx(0.24) and 0.4 < share[300.0] < 0.5
    alone = calcium.absorbed(1000.0, 0.0, 1.0, P[0]) * 40.08 / 1000.0
    assert alone == pytest.approx(float(P["calcium_passive_share"][0]))


def test_bone_that_is_resorbed_lowers_pth():
    assert balance(resorption=1.5)[1] < 0.95


@settings(max_examples=50, deadline=None)
@given(st.floats(100.0, 3000.0), st.floats(10.0, 200.0), st.floats(0.3, 3.0), st.floats(0.3, 3.0))
@pytest.mark.mechanism("ca-store")
def test_gut_bone_and_kidney_balance(intake, vitamin_d, resorption, formation):
    serum, pth = balance(intake, vitamin_d, resorption, formation)
    bone = P["calcium_bone_mmol_per_day"][0] * (resorption - formation)
    calcitonin = calcium.calcitonin_of(serum, 0.0, P[0])
    gained = calcium.absorbed(intake, vitamin_d, pth, P[0], 0.0, calcitonin) + bone
    lost = calcium.excreted(serum, pth, P[0], calcitonin)
    inside = 1.01 < serum < 3.99
    assert not inside or gained == pytest.approx(lost, rel=1e-4, abs=1e-4)


# -- the skeleton ---------------------------------------------------------------------------------


def lived(still, years, estrogen=1.0, antibody=None, load=1.0, intake=1000.0, **parameters_):
    """Return the skeleton at the end of every day."""
    m = bones.changed(still(), **parameters_)
    m.today["estrogen"], m.today["load"] = estrogen, load
    binders = m.body.rankl_binders
    if antibody is not None:
        binders = np.vstack([binders, (antibody, 3.0)])
    days = []
    for _ in range(round(365 * years)):
        skeleton.step(m.skeleton, intake, 60.0, binders, m.today, m.p, m.body.rest)
        m.today["pth_receptor"] = m.skeleton["pth_occupied"]  # as the body would tell
        days.append(m.skeleton[0].copy())
    return np.array(days)


def test_a_healthy_skeleton_stays_as_it_is(still):
    end = lived(still, 5)[-1]
    assert end["cortex"] == pytest.approx(1.0, abs=5e-3)
    assert end["resorption"] == pytest.approx(1.0, abs=0.05)


@pytest.mark.parametrize("share", [0.0, 0.25, 1.0])
def test_the_skeleton_has_room_for_a_share_of_what_osteoblasts_do_beyond_full_osteons(still, share):
    """Twice the vigour shows by the share; half of it in full, and a canal's worth."""
    p = bones.changed(still(), skeleton_anabolic_share=share, skeleton_canal_share=0.05).p[0]
    assert 2.0 * skeleton.room(2.0, p) == pytest.approx(1.05 + 0.95 * share)
    assert [skeleton.room(v, p) for v in (0.5, 1.0, 1.05)] == [1.0, 1.0, 1.0]


def test_more_room_takes_more_calcium_while_osteoblasts_live_longer(still):
    """PTH of a skeleton that builds: what is built is taken from the serum."""
    pth = []
    for share in (0.0, 1.0):
        m = bones.changed(still(), skeleton_anabolic_share=share)
        m.today["ob_survival"] = 2.0
        for _ in range(365):
            skeleton.step(m.skeleton, 1000.0, 60.0, m.body.rankl_binders, m.today, m.p, m.body.rest)
        pth.append(float(m.skeleton["pth"][0]))
    assert pth[0] == pytest.approx(1.0, abs=0.05) and pth[1] > 1.2 * pth[0]


@pytest.mark.mechanism("bone-compartments", "me-cortical-thickness")
def test_estrogen_loss_raises_resorption_then_formation_and_thins_the_cortex(still):
    rest, lack = lived(still, 4), lived(still, 4, estrogen=0.0)
    assert lack["resorption"][365] > 1.2 * rest["resorption"][365]
    assert lack["formation"][60] - 1 < 0.5 * (lack["resorption"][60] - 1)  # it follows later
    assert lack["formation"][-1] > 1.1 * rest["formation"][-1]
    assert lack["formation"][-1] < lack["resorption"][-1]
    assert lack["cortex"][-1] < rest["cortex"][-1] - 0.005


def test_an_antibody_against_rankl_lowers_resorption_first(still):
    treated = lived(still, 1, antibody=200.0, binding_rankl_unreached=0.0)
    assert treated["resorption"][90] < 0.5 < treated["formation"][90] + 0.2
    assert treated["resorption"][-1] < 0.2
    assert treated["pth"][90] > 1.05 and treated["calcium"][90] < 2.4


def test_load_holds_the_cortex(still):
    assert lived(still, 3, load=1.2)[-1]["cortex"] > lived(still, 3, load=1.0)[-1]["cortex"]


@pytest.mark.mechanism("ca-intake")
def test_a_low_intake_raises_pth_and_with_it_resorption(still):
    low, rest = lived(still, 2, intake=600.0)[-1], lived(still, 2)[-1]
    assert low["pth"] > 1.05 * rest["pth"] and low["calcium"] > 0.96 * rest["calcium"]
    assert low["resorption"] > rest["resorption"]


# -- strontium ------------------------------------------------------------------------------------


@pytest.mark.mechanism("sr-trace")
def test_strontium_lies_in_bone_and_rest_is_a_balance():
    p = P[0]
    serum, bone = strontium.at_rest(p)
    assert bone / (bone + serum) > 0.95
    assert strontium.live(bone, 1.0, 1.0, 1.0, 1.0, p) == pytest.approx((serum, bone))


@pytest.mark.mechanism("sr-trace")
def test_strontium_of_food_fills_bone_slowly_and_resorption_frees_it():
    p = P[0]
    serum, bone = strontium.at_rest(p)
    now, filled = strontium.live(bone, 300.0, 1.0, 1.0, 1.0, p)
    assert now > 100.0 * serum and filled > bone
    assert strontium.live(bone, 1.0, 2.0, 1.0, 1.0, p)[0] > serum
    assert strontium.live(bone, 1.0, 1.0, 2.0, 1.0, p)[1] > bone


@pytest.mark.mechanism("sr-trace")
def test_strontium_speaks_to_cells_at_the_levels_of_a_drug_only():
    for diet, speaks in ((2.0, False), (300.0, True)):
        m = bones.days(bones.bone(host={"strontium": diet, "burn_in_years": 0.0}), 2)
        assert (m.today["ob_activity"][0] > 1.05) == speaks
        assert (m.today["oc_activity"][0] < 0.95) == speaks
        assert m.skeleton["strontium_mg"][0] > 100.0


@pytest.mark.mechanism("bone-structure-reserve")
def test_a_low_intake_before_month_0_leaves_less_bone_at_month_0():
    """The burn-in is the warm-up: what the diet has taken by then is what a T-score sees."""
    ends = []
    for intake in (1000.0, 300.0):
        m = bones.bone(host={"calcium_intake_mg_per_day": intake, "burn_in_years": 0.6})
        bones.days(m, 219)
        m.begin_treatment()
        ends.append((float(m.skeleton["cortex"][0]), m.sample()["t_score"]))
    assert ends[1][0] < ends[0][0] - 1e-4 and ends[1][1] < ends[0][1]
