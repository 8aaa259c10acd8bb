"""Classes of drugs: what every member does, and what tells one class from another."""

import numpy as np
import pytest

import bones
import rules
from bmu_abm.interventions import find, names
from bmu_abm.readouts import density
from drugs import LACK, level, lived, state

mechanism = pytest.mark.mechanism


def tagged(name):
    return [use for use in names() if name in find(use).declaration.classes]


@mechanism("antires-class")
@pytest.mark.parametrize("name", tagged("antiresorptive"))
def test_an_antiresorptive_lowers_resorption_without_estrogen(name):
    treated = lived(90, name, host=LACK)
    assert state(treated, "resorption") < 0.98 * state(lived(90, host=LACK), "resorption")


def drive(m):
    """Return what formation of average bone makes of the resorption that it follows."""
    return level(m, "ob_activity") * level(m, "ob_survival") * level(m, "wnt_freed")


@mechanism("anabolic-few")
@pytest.mark.parametrize("name", tagged("anabolic"))
def test_an_anabolic_drug_raises_formation_by_itself(name):
    assert drive(lived(40, name, host=LACK)) > 1.02 * drive(lived(40, host=LACK))


@mechanism("anabolic-few")
def test_anabolic_drugs_are_few():
    assert 2 <= len(tagged("anabolic")) < len(tagged("antiresorptive"))
    assert not [name for name in tagged("estrogen") if name in tagged("anabolic")]


@mechanism("pth-intermittent-vs-dose")
def test_the_same_pth_builds_cortex_by_pulses_and_takes_it_by_infusion():
    infusion = {"use": "pth_infusion", "level": 0.75}
    rest, pulses, all_day = (lived(365, *uses) for uses in ((), ("teriparatide",), (infusion,)))
    cortex = [state(m, "cortex") - state(rest, "cortex") for m in (pulses, all_day)]
    assert cortex[0] > 1e-4 and cortex[1] < -1e-4
    balance = [state(m, "formation") - state(m, "resorption") for m in (pulses, all_day)]
    assert balance[0] > balance[1] + 0.05


@mechanism("pth-window")
def test_bone_that_is_made_anew_is_weaker_until_it_holds_mineral(still):
    """A third of the plate, of the same thickness, as new packets: weak, then as strong."""
    m = still()
    b = m.trabecula
    old = density.state(m)["strength"]
    b.born[:, ::3] = m.day
    strength = []
    for years in (0.1, 0.5, 4.0):
        m.today["day"] = m.day + round(365 * years)
        strength.append(density.state(m)["strength"] / old)
    assert strength[0] < 0.95 and strength[0] < strength[1] < strength[2]


@mechanism("serm-tissue")
def test_a_serm_is_an_agonist_in_bone_and_no_risk_elsewhere():
    serm, hormone = find("raloxifene").declaration, find("conjugated_estrogens").declaration
    for tissue in ("se-et-breast", "se-et-endometrial"):
        own, other = (
            next(s.index for s in d.side_effect if s.id == tissue) for d in (serm, hormone)
        )
        assert own <= 1.0 < other
    assert level(lived(30, "raloxifene", host=LACK), "estrogen") > 0.15


@mechanism("calcitonin-analgesia")
def test_calcitonin_lowers_pain_also_where_bone_is_deaf_to_it():
    deaf = {"node.ctr": 0.0}
    rest, treated = (lived(2, *uses, parameters=deaf) for uses in ((), ("salcatonin",)))
    assert level(treated, "oc_activity") == pytest.approx(level(rest, "oc_activity"), rel=0.01)
    assert level(treated, "pain") < 0.8 * level(rest, "pain")


@mechanism("calcitonin-calcium-safe")
def test_calcium_and_vitamin_d_hold_serum_calcium_under_calcitonin():
    """On a poor diet it falls without both; with them it is as before, to 0.01 mmol/l."""
    poor = {"calcium_intake_mg_per_day": 400.0, "vitamin_d_nmol_per_l": 25.0}
    before, alone = lived(60, host=poor), lived(60, "salcatonin", host=poor)
    fed = lived(60, "salcatonin", "calcium", "vitamin_d", host=poor)
    assert state(alone, "calcium") < state(before, "calcium") - 0.02
    assert state(before, "calcium") - 0.01 < state(fed, "calcium") < 2.6


def resorbed(still, activity):
    """Return matrix that osteoclasts remove in two days, and how many are left."""
    m = bones.changed(still(), osteoclast_matrix_activity=activity, osteoclast_gate_rankl_pm=22.0)
    bones.put(m, "osteoclast", [105, 115, 305, 315], nuclei=8.0)
    m.fields.native("RANKL")[:] = 100.0
    rules.tick(m, rules.osteoclasts, 2)
    return int(m.ledger["removed_nm"][0]), len(m.populations["osteoclast"])


@mechanism("catk-selective")
@pytest.mark.parametrize(("removal", "left"), [(1.0, 1.0), (0.675, 0.5 / 0.675), (0.35, 0.0)])
def test_ends_of_collagen_tell_what_cathepsin_k_cuts_alone(still, removal, left):
    """With half of the enzyme the others still do their 0.35; without it they do it all."""
    m = bones.changed(still(), osteoclast_matrix_activity=removal, osteoclast_gate_rankl_pm=22.0)
    bones.changed(m, osteoclast_other_proteases=0.35, serum_ntx_gain=1.0, serum_ctx_gain=1.0)
    bones.put(m, "osteoclast", [105, 115], nuclei=8.0)
    m.fields.native("RANKL")[:] = 100.0
    rules.osteoclasts(m)
    row = m.sample()
    assert row["resorption_ratio"] > 0.0
    for name in ("ctx_ratio", "ntx_ratio"):
        assert row[name] == pytest.approx(left * row["resorption_ratio"], rel=1e-3)


@mechanism("catk-selective")
def test_without_cathepsin_k_as_many_osteoclasts_remove_less(still):
    full, blocked = resorbed(still, 1.0), resorbed(still, 0.3)
    assert blocked[0] < 0.6 * full[0] and blocked[1] == full[1] > 0


@mechanism("calcium-adjunct", "vitd-adjunct")
@pytest.mark.parametrize("supplements", [("calcium",), ("vitamin_d",), ("calcium", "vitamin_d")])
def test_supplements_alone_do_far_less_than_beside_a_drug(supplements):
    rest, alone, beside = (
        state(lived(120, *uses, host=LACK), "resorption")
        for uses in ((), supplements, ("denosumab", *supplements))
    )
    assert beside < 0.5 * alone and alone > 0.9 * rest


@mechanism("calcium-adjunct", "vitd-adjunct")
def test_supplements_spare_the_serum_under_an_antiresorptive():
    alone, fed = (
        lived(30, "denosumab", *more, host=LACK) for more in ((), ("calcium", "vitamin_d"))
    )
    assert state(fed, "calcium") > state(alone, "calcium")
    assert np.isfinite(state(fed, "pth")) and state(fed, "pth") < state(alone, "pth")
