"""Drugs one by one, each on its own direct effect: on a body whose patch stands still."""

import numpy as np
import pytest

import bones
from bmu_abm.body import Life
from bmu_abm.interventions import find
from bmu_abm.signalling.binding import free_ligand
from drugs import LACK, level, lived, state

mechanism = pytest.mark.mechanism


def driven(use, day, host=None):
    """Return the environment of a day under one intervention."""
    return planned(use, host).environment(day)


def planned(use, host=None):
    """Return the life of a host under one intervention."""
    return Life(bones.scenario(host=host, interventions=[use], years=4))


# -- calcium and vitamin D ------------------------------------------------------------------------


@mechanism("d-calcium-carbonate", "d-calcium-acetate")
@pytest.mark.parametrize("name", ["calcium", "calcium_acetate"])
def test_calcium_lowers_pth_and_resorption_a_little(name):
    rest, treated = lived(90, host=LACK), lived(90, {"use": name, "dose": 800}, host=LACK)
    assert state(treated, "pth") < 0.9 * state(rest, "pth")
    assert 0.9 < state(treated, "resorption") / state(rest, "resorption") < 1.0


# What each form needs: the liver's step, the kidney's step.
NEEDS = {
    "vitamin_d": (True, True),
    "calcifediol": (False, True),
    "alfacalcidol": (True, False),
    "calcitriol": (False, False),
}


@mechanism("d-vitd", "d-25ohd", "d-1alpha-ohd", "d-125ohd", "vitd-activation")
@pytest.mark.parametrize("name", NEEDS)
@pytest.mark.parametrize("organ", ["liver_function", "renal_function"])
def test_a_form_of_vitamin_d_needs_the_steps_that_it_lacks(name, organ):
    needs = dict(zip(("liver_function", "renal_function"), NEEDS[name], strict=True))
    for function in (1.0, 0.0):
        host = {organ: function}
        rest, treated = lived(40, host=host), lived(40, name, host=host)
        if function == 0.0 and needs[organ]:
            assert treated.skeleton.tobytes() == rest.skeleton.tobytes()
        else:
            assert state(treated, "calcitriol") > 1.03 * state(rest, "calcitriol")
            assert state(treated, "pth") < state(rest, "pth")


@mechanism("d-125ohd", "se-vitd-toxic")
@pytest.mark.parametrize(
    ("use", "usual", "high"), [("calcitriol", 0.5, 10.0), ("vitamin_d", 20.0, 2000.0)]
)
def test_much_vitamin_d_makes_hypercalcaemia_and_the_usual_dose_does_not(use, usual, high):
    serum = [state(lived(120, {"use": use, "dose": d}), "calcium") for d in (0.0, usual, high)]
    assert serum[0] < serum[1] < 2.6 < serum[2]


@mechanism("se-ca-hypercalcemia")
def test_calcium_makes_hypercalcaemia_at_overdose_only():
    serum = [state(lived(30, {"use": "calcium", "dose": d}), "calcium") for d in (1000.0, 9000.0)]
    assert serum[0] < 2.6 < serum[1]


# -- estrogens ------------------------------------------------------------------------------------

ESTROGENS = [
    "conjugated_estrogens",
    "estradiol",
    "estradiol_transdermal",
    "estriol",
    "estrone",
    "ethinylestradiol",
    "quinestrol",
    "estradiol_valerate",
    "estrogen_progestogen",
]


@mechanism("d-estrogen", "d-estradiol")
@pytest.mark.parametrize("name", ESTROGENS)
def test_an_estrogen_brings_bone_back_towards_what_it_was(name):
    full, lack, treated = lived(100), lived(100, host=LACK), lived(100, name, host=LACK)
    assert level(lack, "estrogen") < level(treated, "estrogen")
    assert state(full, "resorption") < state(treated, "resorption") < state(lack, "resorption")


@mechanism("d-estradiol", "d-estriol", "d-estrone")
def test_weak_estrogens_do_less_at_the_same_dose():
    none, weak, middle, strong = (
        driven({"use": name, "dose": dose}, 30, LACK).drivers["estradiol_pmol_per_l"]
        for name, dose in (("estradiol", 0.0), ("estriol", 2.0), ("estrone", 2.0), ("estradiol", 2))
    )
    assert none < weak < middle < strong


def mean_estradiol(**course):
    """Return the mean of serum estradiol (equivalents, pmol/l) in the fourth week of a course."""
    life = planned(course, LACK)
    levels = [life.environment(day).drivers["estradiol_pmol_per_l"] for day in range(21, 28)]
    return sum(levels) / len(levels)


@mechanism("d-estradiol")
def test_estrone_counts_by_mouth_and_not_through_the_skin():
    """1 mg by mouth: 147 pmol/l of estradiol, and half as much again for estrone."""
    tablet, patch = mean_estradiol(use="estradiol"), mean_estradiol(use="estradiol_transdermal")
    assert tablet == pytest.approx(147.0 * 1.5, rel=0.01) and patch == pytest.approx(183.75)
    assert mean_estradiol(use="conjugated_estrogens") == pytest.approx(tablet, rel=0.05)
    assert risk("estradiol_transdermal", "se-et-vte") < risk("estradiol", "se-et-vte")


def days_above(name):
    """Return for how many days after the last dose estradiol stays above what the body makes."""
    life = planned({"use": name, "stop_month": 6}, LACK)
    levels = [life.environment(day).drivers["estradiol_pmol_per_l"] for day in range(182, 400)]
    return sum(level > 48.0 for level in levels)


@mechanism("d-ethinylestradiol", "d-ethinylether", "d-estradiol-valerate")
def test_long_acting_estrogens_outlast_the_last_dose():
    short = days_above("estradiol")
    assert short < days_above("ethinylestradiol") < days_above("quinestrol")
    assert short + 7 < days_above("estradiol_valerate")


@mechanism("d-progesterone")
def test_a_progestogen_spares_the_endometrium_and_does_nothing_to_bone():
    alone, both, neither = (
        driven({"use": use}, 9, LACK)
        for use in ("estradiol", "estrogen_progestogen", "progesterone")
    )
    assert alone == both and neither == driven({"use": "progesterone", "dose": 0}, 9, LACK)
    assert 1.0 < risk("estradiol") * risk("progesterone") < risk("estradiol")
    assert risk("estrogen_progestogen") < risk("estradiol")


def risk(name, side_effect="se-et-endometrial"):
    """Return the relative risk that a file states."""
    return next(s.index for s in find(name).declaration.side_effect if s.id == side_effect)


@mechanism("d-raloxifene")
def test_raloxifene_fills_empty_receptors_of_bone_and_leaves_serum_estradiol():
    lack, treated = lived(90, host=LACK), lived(90, "raloxifene", host=LACK)
    assert level(treated, "estrogen") > 3.0 * level(lack, "estrogen")
    assert treated.body.drivers["estradiol_pmol_per_l"] == 48.0
    assert state(treated, "resorption") < 0.95 * state(lack, "resorption")


@mechanism("d-raloxifene")
@pytest.mark.parametrize("dose", [60, 400])
def test_raloxifene_adds_nothing_where_estradiol_fills_the_receptors(dose):
    assert level(lived(90, {"use": "raloxifene", "dose": dose}), "estrogen") <= 1.0


# -- calcitonins ----------------------------------------------------------------------------------


@mechanism("d-elcatonin", "d-salcatonin")
@pytest.mark.parametrize("name", ["elcatonin", "salcatonin"])
def test_a_calcitonin_calms_osteoclasts_and_pain(name):
    rest, treated = lived(2, host=LACK), lived(2, name, host=LACK)
    for felt in ("oc_activity", "pain"):
        assert level(treated, felt) < 0.9 * level(rest, felt)


def receptors(days, dose, stop_month=None, **parameters):
    use = {"use": "salcatonin", "dose": dose}
    if stop_month is not None:
        use["stop_month"] = stop_month
    return lived(days, use, parameters=parameters)


@mechanism("d-salcatonin", "calcitonin-receptor")
def test_osteoclasts_lose_receptors_under_much_calcitonin_and_make_new_ones():
    early, late = receptors(3, 100.0), receptors(200, 100.0)
    assert state(early, "calcitonin_receptors") > 0.9 > state(late, "calcitonin_receptors")
    assert level(early, "oc_activity") < level(late, "oc_activity") - 0.05
    rested = receptors(400, 100.0, stop_month=6)
    assert state(rested, "calcitonin_receptors") > 0.95
    kept = receptors(200, 100.0, **{"calcitonin.receptor_loss_per_day": 0.0})
    assert level(kept, "oc_activity") < level(late, "oc_activity") - 0.05


def test_the_own_calcitonin_takes_no_receptors():
    """Not one bit, also where an infusion of PTH raises serum calcium."""
    assert state(lived(60, "pth_infusion"), "calcitonin") > 1.2
    for uses in ((), ("pth_infusion",)):
        assert state(lived(60, *uses), "calcitonin_receptors") == 1.0


# -- PTH ------------------------------------------------------------------------------------------


@mechanism("d-teriparatide")
def test_teriparatide_acts_within_the_day_as_injected_pth():
    rest, treated = lived(90, host=LACK), lived(90, "teriparatide", host=LACK)
    assert treated.body.drivers["pth_injected"] == pytest.approx(0.75)
    assert state(treated, "pth_burst") > 1.5 and level(treated, "ob_survival") > 1.1
    assert state(treated, "formation") > 1.05 * state(rest, "formation")


@mechanism("d-abaloparatide")
def test_abaloparatide_holds_fewer_receptors_for_the_same_camp():
    rest, other, own = (lived(3, *use) for use in ((), ("teriparatide",), ("abaloparatide",)))
    hours = [state(m, "pth_burst") - 1.0 for m in (other, own)]
    assert 0.7 * hours[0] < hours[1] < hours[0]
    held = [state(m, "pth_occupied") - state(rest, "pth_occupied") for m in (other, own)]
    assert held[1] < 0.5 * held[0]
    alike = lived(3, {"use": "abaloparatide", "transient": 0.0})
    assert state(alike, "pth_occupied") > state(own, "pth_occupied")
    assert state(alike, "pth_burst") == pytest.approx(state(own, "pth_burst"), rel=1e-3)


# -- binders and blockers -------------------------------------------------------------------------


def free_rankl(*uses):
    m = lived(14, *uses, host=LACK)
    return free_ligand(30.0, 100.0, 100.0, m.body.rankl_binders), state(m, "resorption")


@mechanism("d-denosumab", "d-rank-fc")
@pytest.mark.parametrize("name", ["denosumab", "rank_fc"])
def test_an_antibody_and_a_decoy_take_rankl_away(name):
    rest, bound = free_rankl(), free_rankl(name)
    assert bound[0] < 0.5 * rest[0] and bound[1] < rest[1] - 0.1


@mechanism("d-odanacatib")
def test_odanacatib_slows_matrix_removal_alone():
    rest, treated = lived(60, host=LACK), lived(60, "odanacatib", host=LACK)
    assert treated.p["osteoclast_matrix_activity"][0] < 0.6
    assert state(treated, "resorption") < 0.8 * state(rest, "resorption")
    for kept in ("nfatc1", "oc_differentiation", "oc_survival", "precursor_entry"):
        assert level(treated, kept) == pytest.approx(level(rest, kept), rel=0.01)


@mechanism("d-malt1-inhibitor", "malt1-inhibitor")
def test_a_malt1_inhibitor_lowers_nfatc1():
    rest, treated = lived(60, host=LACK), lived(60, "malt1_inhibitor", host=LACK)
    assert level(treated, "malt1") == pytest.approx(0.1)
    assert level(treated, "nfatc1") < 0.7 * level(rest, "nfatc1")
    assert state(treated, "resorption") < 0.9 * state(rest, "resorption")


# -- others ---------------------------------------------------------------------------------------


@mechanism("d-slit3-recombinant")
def test_recombinant_slit3_comes_from_the_vessels():
    sources = driven({"use": "recombinant_slit3", "dose": 50}, 3).sources
    assert sources == [("SLIT3", 50.0, "vessels")]


@mechanism("d-menatetrenone")
def test_menatetrenone_raises_formation_a_little():
    rest, treated = lived(60), lived(60, "menatetrenone")
    assert 1.02 < level(treated, "ob_activity") / level(rest, "ob_activity") < 1.1
    poor = {"phosphate": 0.3}
    slow, faster = lived(2, host=poor), lived(2, "menatetrenone", host=poor)
    assert level(faster, "mineralisation") > 1.1 * level(slow, "mineralisation")


@mechanism("d-strontium-ranelate", "strontium-dual")
def test_strontium_raises_formation_and_lowers_resorption_at_once():
    rest, treated = lived(60, host=LACK), lived(60, "strontium_ranelate", host=LACK)
    for name, up in (("ob_activity", True), ("msc_osteogenesis", True), ("oc_activity", False)):
        assert (level(treated, name) > 1.05 * level(rest, name)) == up
        assert (level(treated, name) < 0.95 * level(rest, name)) != up
    assert level(treated, "opg") > 1.1 * level(rest, "opg")
    assert level(treated, "rankl_secretion") < 0.95 * level(rest, "rankl_secretion")
    assert state(treated, "resorption") < 0.95 * state(rest, "resorption")


@mechanism("d-strontium-ranelate")
def test_a_dxa_reading_is_too_high_by_the_strontium_that_bone_has_taken_up():
    """About half of the gain of three years is not bone: Blake and Fogelman 2005 (recalled)."""
    m = lived(3 * 365, "strontium_ranelate", host=LACK)
    row = m.sample()
    spine, hip = (
        row[f"bmd_{s}_dxa_pct"] - row[f"bmd_{s}_pct"] for s in ("lumbar_spine", "total_hip")
    )
    assert 4.0 < spine < 9.0 and spine == pytest.approx(hip)


def test_without_strontium_two_readings_agree():
    row = lived(40, host=LACK).sample()
    assert row["bmd_lumbar_spine_dxa_pct"] == pytest.approx(row["bmd_lumbar_spine_pct"], abs=0.05)


@pytest.mark.parametrize("path", ["receptors", "gut", "kidney"])
def test_what_drugs_add_to_the_body_is_nothing_at_rest(path):
    """Far-off values of the new parameters leave an untreated body as it is, bit by bit."""
    changed = {
        "receptors": {"calcitonin.receptor_loss_per_day": 5.0, "estrogen.serm_efficacy": 0.1},
        "gut": {"calcium.opens_gain": 90.0, "calcium.passive_most": 1.0},
        "kidney": {"calcium.renal_most_mmol_per_day": 90.0, "skeleton.anabolic_share": 1.0},
    }[path]
    for host in (None, LACK, {"pth_given": 2.0}):
        rest, other = lived(60, host=host), lived(60, host=host, parameters=changed)
        assert np.array_equal(rest.skeleton, other.skeleton)


@mechanism("dm-glucocorticoid")
def test_a_glucocorticoid_shuts_the_gut_and_pth_answers():
    rest, treated = lived(30), lived(30, "glucocorticoid")
    eaten = [m.body.drivers["calcium_intake_mg_per_day"] for m in (rest, treated)]
    assert eaten[1] == pytest.approx(0.7 * eaten[0])  # 10 mg, half of what much of it does
    deaf = lived(30, {"use": "glucocorticoid", "gut_share": 1.0})
    assert state(treated, "pth") > 1.05 * state(deaf, "pth")
