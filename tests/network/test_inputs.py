"""The body and the network: untreated bone is as it was, drivers reach the cells, hormones loop."""

import numpy as np
import pytest

import bones
from bmu_abm import day, parameters
from bmu_abm.host import shipped_host_table
from bmu_abm.ledger import levels
from bmu_abm.network.declared import LEVELS, NODES
from bmu_abm.systemic import calcium, mineral

mechanism = pytest.mark.mechanism
P = parameters.record({})
# What PTH, calcium and strontium of the day move even in untreated bone.
ENDOCRINE = {
    f"edge.{path}": 0.0
    for path in (
        "calcitriol.rankl_secretion",
        "calcitriol.vdr",
        "calcitriol.bmp2",
        "calcitriol.wnt",
        "calcitriol.falls",
        "pth_receptor.rankl_osteocyte",
        "pth_receptor.sclerostin",
        "pth_burst.sclerostin",
        "pth_burst.ob_survival",
        "calcitonin.ctr",
        "calcitonin.endorphin",
        "calcitonin.prostaglandins",
        "strontium.ob_activity",
        "strontium.oc_activity",
        "strontium.msc_osteogenesis",
    )
} | {"pth.rankl": 0.0, "pth.opg": 0.0, "lining.wake_per_hour": 0.0}
STEROID, RETINOID = {"glucocorticoid": 4.0}, {"retinoic_acid": 10.0}
INPUTS = {name for name, node in NODES.items() if node.input}


def woken(host=None, **more):
    """Return a small bone on its first morning."""
    m = bones.bone(host=host, **more)
    for _ in range(40):  # nodes with delay settle
        day.wake(m)
    return m


def level(m, name):
    return float(m.today[name][0])


# -- rest -----------------------------------------------------------------------------------------


def test_untreated_bone_is_what_it_is_without_the_network(monkeypatch):
    """Byte for byte, but for the slow hand of PTH and calcium, which is taken off here."""
    calm = {**bones.BUSY, **ENDOCRINE}
    heard = bones.days(bones.bone(sites=40, parameters=calm), 60)
    own = [name for name in LEVELS if name not in INPUTS]
    assert {level(heard, name) for name in own} == {1.0}
    monkeypatch.setattr("bmu_abm.body.graph.evaluate", lambda *arguments: None)
    deaf = bones.days(bones.bone(sites=40, parameters=calm), 60)
    for m in (heard, deaf):  # what only records, and reaches no cell
        levels(m.today)[:] = 1.0
    assert bones.digest(heard.snapshot()) == bones.digest(deaf.snapshot())


def test_levels_stay_near_rest_in_untreated_bone():
    m = bones.days(bones.bone(sites=40, parameters=bones.BUSY), 60)
    own = [name for name in LEVELS if name not in INPUTS]
    assert max(abs(level(m, name) - 1.0) for name in own) < 0.05


def test_levels_are_part_of_a_snapshot():
    m = bones.days(bones.bone(host={"glucocorticoid": 4.0}), 3)
    again = type(m).restore(m.snapshot())
    assert (levels(again.today) == levels(m.today)).all()
    assert bones.digest(bones.days(again, 2).snapshot()) == bones.digest(
        bones.days(m, 2).snapshot()
    )


# -- drivers --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("host", "node", "sign"),
    [
        pytest.param(STEROID, "ob_survival", -1, marks=mechanism("dm-glucocorticoid")),
        pytest.param(STEROID, "rankl_marrow", 1, marks=mechanism("dm-glucocorticoid")),
        pytest.param(STEROID, "pparg", 1, marks=mechanism("dm-glucocorticoid")),
        pytest.param(RETINOID, "oc_differentiation", 1, marks=mechanism("dm-retinoic")),
        pytest.param({"ageing": 2.0}, "msc_pool", -1, marks=mechanism("dm-aging")),
        pytest.param({"ageing": 2.0}, "msc_osteogenesis", -1, marks=mechanism("dm-aging")),
        pytest.param({"ageing": 2.0}, "vitamin_d", -1, marks=mechanism("vitd-elderly")),
        pytest.param({"dysbiosis": 3.0}, "tnf_alpha", 1, marks=mechanism("gut-nutrition")),
        pytest.param({"dysbiosis": 3.0}, "vitamin_d", -1, marks=mechanism("gut-hormones")),
        pytest.param({"dysbiosis": 0.5}, "immune_tone", -1, marks=mechanism("gut-intervention")),
        pytest.param({"immune_tone": 2.0}, "gmcsf", 1, marks=mechanism("cell-inflam")),
        pytest.param({"nerve": 0.0}, "ob_activity", -1, marks=mechanism("nerve-regulation")),
        pytest.param({"hypoxia": 2.0}, "vessel", 1, marks=mechanism("hif1a")),
        pytest.param({"reactive_oxygen": 2.0}, "msc_osteogenesis", -1, marks=mechanism("ros-bone")),
        pytest.param({"phosphate": 0.2}, "mineralisation", -1, marks=mechanism("phosphorus")),
        pytest.param({"estradiol_pmol_per_l": 20.0}, "glp1", -1, marks=mechanism("e2-gh-glp1")),
        pytest.param({"estradiol_pmol_per_l": 20.0}, "m3", -1, marks=mechanism("machr-m3")),
        pytest.param({"estradiol_pmol_per_l": 20.0}, "m5", -1, marks=mechanism("machr-m5")),
    ],
)  # fmt: skip
def test_a_driver_reaches_its_cells(host, node, sign):
    assert sign * (level(woken(host), node) - 1.0) > 0.01


@mechanism("estrogen-receptors")
def test_without_estrogen_receptors_estradiol_says_nothing():
    dead = {"node.estrogen_receptor": 0.0}
    felt = [
        level(woken({"estradiol_pmol_per_l": e}, parameters=dead), "estrogen")
        for e in (20.0, 400.0)
    ]
    assert felt == [0.0, 0.0]
    assert level(woken({"estradiol_pmol_per_l": 20.0}), "estrogen") < 0.1


@mechanism("tnfr1")
def test_without_tnf_receptors_only_the_way_through_osteoblasts_is_left():
    m = woken({"immune_tone": 3.0}, parameters={"node.tnfr1": 0.0})
    assert level(m, "gmcsf") > 1.1 and level(m, "tnfr1") == 0.0


@mechanism("malt1-inhibitor")
def test_an_inhibitor_of_malt1_lowers_nfatc1_more_than_nf_kappa_b():
    m = woken(parameters={"node.malt1": 0.1})
    assert level(m, "nfatc1") < 0.9 * level(m, "nfkb") < 0.9


@mechanism("rank-mapk", "mapk-tf")
def test_each_kinase_gives_a_part():
    parts = [level(woken(parameters={f"node.{k}": 0.0}), "mapk") for k in ("erk", "jnk", "p38")]
    assert all(0.5 < part < 0.9 for part in parts)
    none = {f"node.{kinase}": 0.0 for kinase in ("erk", "jnk", "p38")}
    assert level(woken(parameters=none), "mapk") < 0.15


@mechanism("rg-rankl-bmd", "rg-snp-mechanism")
def test_a_risk_allele_raises_rankl_of_all_cells():
    m = woken(parameters={"node.risk_allele": 1.5})
    for name in ("rankl_osteocyte", "rankl_osteoblast", "rankl_marrow"):
        assert level(m, name) > 1.1


@mechanism("s1p-lyase", "slc-target")
def test_what_has_no_sign_can_be_switched_on():
    for node, target in (("s1p_lyase", "chemokine"), ("slc", "msc_osteogenesis")):
        factor = {f"node.{node}": 0.0}
        source = "s1p" if node == "s1p_lyase" else node
        assert level(woken(parameters=factor), target) == 1.0
        assert level(woken(parameters=factor | {f"edge.{source}.{target}": 1.0}), target) != 1.0


@mechanism("phosphorus", "ob-mineralise", "bone-matrix")
def test_osteoid_waits_for_mineral():
    p = P.copy()
    mineral.pace(p, 1.0)
    assert (p == P).all()
    mineral.pace(p, 0.5)
    assert p["mineral_lag_days"] == pytest.approx(2.0 * P["mineral_lag_days"])
    assert p["mineral_primary_share"] == pytest.approx(0.5 * P["mineral_primary_share"])
    none = woken({"phosphate": 0.0})
    assert none.p["mineral_primary_share"][0] == 0.0


# -- men ------------------------------------------------------------------------------------------


def man(**changed):
    return woken(shipped_host_table("young_man") | changed)


@mechanism("testosterone-aromatase", "aromatase-inhibitor", "dm-aromatase")
def test_the_estradiol_of_men_is_made_of_testosterone():
    rest = man()
    assert rest.body.drivers["estradiol_pmol_per_l"] == 90.0 and level(rest, "estrogen") == 1.0
    blocked = man(aromatase=0.0)
    assert blocked.body.drivers["estradiol_pmol_per_l"] == pytest.approx(0.15 * 90.0)
    assert level(blocked, "estrogen") < 0.2 and level(blocked, "testosterone") == 1.0
    assert level(woken({"aromatase": 0.0}), "estrogen") == 1.0


@mechanism("testosterone-direct", "testosterone-aromatase")
def test_without_testosterone_osteoblasts_of_men_do_less():
    m = woken(shipped_host_table("young_man"))
    m.body.drivers["testosterone_nmol_per_l"] = 0.0
    m.body._signal(m, 1.0, m.p)
    assert level(m, "ob_activity") < 0.9


# -- calcium --------------------------------------------------------------------------------------


def balance(**given):
    arguments = {"intake_mg": 1000.0, "vitamin_d": 60.0, "resorption": 1.0, "formation": 1.0}
    return calcium.balance(*(arguments | given).values(), P[0])


@mechanism("ct-gut", "ct-kidney")
def test_calcitonin_shuts_the_gut_and_opens_the_kidney():
    rest = calcium.absorbed(1000.0, 60.0, 1.0, P[0])
    assert calcium.absorbed(1000.0, 60.0, 1.0, P[0], 0.0, 10.0) < 0.98 * rest
    assert calcium.excreted(2.4, 1.0, P[0], 10.0) > 1.05 * calcium.excreted(2.4, 1.0, P[0])


@mechanism("ct-source")
def test_c_cells_answer_a_load_of_calcium():
    setpoint = float(P["calcium_setpoint_mmol_per_l"][0])
    assert calcium.calcitonin_of(0.95 * setpoint, 0.0, P[0]) == 1.0
    assert calcium.calcitonin_of(1.05 * setpoint, 0.0, P[0]) > 1.2


@mechanism("ct-kidney", "ca-ionised")
def test_calcitonin_from_outside_lowers_calcium_and_raises_pth():
    rest, given = (
        calcium.balance(1000.0, 60.0, 1.0, 1.0, P[0], 0.0, 0.0, dose) for dose in (0.0, 5.0)
    )
    assert given[0] < rest[0] and given[1] > rest[1]


@mechanism("ct-gut", "ct-kidney")
@pytest.mark.parametrize("shut", ["gut", "kidney", "both"])
def test_calcitonin_from_outside_lowers_calcium_by_the_gut_and_by_the_kidney(shut):
    """By either alone; with both ways shut, not at all."""
    ways = ("gut", "kidney") if shut == "both" else (shut,)
    p = parameters.record({f"calcitonin.{way}": 0.0 for way in ways})[0]
    rest, given = (
        calcium.balance(1000.0, 60.0, 1.0, 1.0, p, 0.0, 0.0, dose)[0] for dose in (0.0, 5.0)
    )
    assert given == rest if shut == "both" else given < rest - 1e-3


@mechanism("vitd-activation")
def test_calcitriol_needs_no_kidney_and_vitamin_d_does():
    rest = calcium.absorbed(1000.0, 60.0, 1.0, P[0])
    assert calcium.absorbed(1000.0, 0.0, 1.0, P[0]) < 0.25 * rest
    assert calcium.absorbed(1000.0, 0.0, 1.0, P[0], 1.0) == pytest.approx(rest)
    failing = woken({"renal_function": 0.05})
    assert failing.body.vitamin_d_nmol_per_l == pytest.approx(0.05 * 60.0)
    assert woken({"liver_function": 0.5}).body.vitamin_d_nmol_per_l == pytest.approx(30.0)


@mechanism("pth-vitd", "vitd-absorption")
def test_pth_and_vitamin_d_open_the_gut():
    rest = calcium.absorbed(1000.0, 60.0, 1.0, P[0])
    assert calcium.absorbed(1000.0, 60.0, 2.0, P[0]) > 1.05 * rest
    assert calcium.absorbed(1000.0, 20.0, 1.0, P[0]) < 0.9 * rest
    assert calcium.active_vitamin_d(60.0, 2.0) > calcium.active_vitamin_d(60.0, 1.0)


@mechanism("vitd-antiresorptive", "ca-low-resorption", "ca-intake")
def test_lack_raises_pth_and_repletion_lowers_it():
    assert balance(intake_mg=500.0)[1] > balance()[1]
    assert balance(vitamin_d=20.0)[1] > balance()[1] > balance(vitamin_d=100.0)[1]


@mechanism("ca-store")
def test_bone_that_is_resorbed_reaches_the_serum():
    assert balance(resorption=1.5)[0] > balance()[0] > balance(formation=1.5)[0]


@mechanism("pth-resorption", "sys-crosstalk")
def test_pth_from_outside_raises_rankl_and_lowers_opg():
    found = []
    for dose in (0.0, 2.0):
        m = bones.days(bones.bone(host={"pth_given": dose}), 2)
        m.fields.reset_sources(
            *m.body._marrow_sources(m.p[0], m.today[0], float(m.today["pth_receptor"][0]))
        )
        found.append([float(m.fields.native_source(name).mean()) for name in ("RANKL", "OPG")])
    assert m.skeleton["pth"][0] > 2.0 and level(m, "sclerostin") < 0.98
    assert found[1][0] > 1.1 * found[0][0] and found[1][1] < 0.95 * found[0][1]


@mechanism("opioid-endorphin", "prostaglandins")
def test_calcitonin_lowers_pain_by_two_ways():
    both = bones.days(bones.bone(host={"calcitonin_given": 5.0}), 2)
    one = bones.days(
        bones.bone(host={"calcitonin_given": 5.0}, parameters={"edge.calcitonin.endorphin": 0.0}), 2
    )
    assert level(both, "pain") < level(one, "pain") < 0.95


@mechanism("calcitonin-receptor")
def test_without_its_receptor_calcitonin_does_not_calm_osteoclasts():
    calm = bones.days(bones.bone(host={"calcitonin_given": 5.0}), 2)
    assert level(calm, "oc_activity") < 0.85
    dead = {"node.ctr": 0.0}
    none, dose = (
        bones.days(bones.bone(host={"calcitonin_given": given}, parameters=dead), 2)
        for given in (0.0, 5.0)
    )
    assert level(none, "oc_activity") == level(dose, "oc_activity")


@mechanism("vdr", "vitd-oc")
def test_without_its_receptor_calcitriol_leaves_nfatc1_alone():
    high = bones.days(bones.bone(host={"calcitriol_given": 2.0}), 2)
    assert level(high, "nfatc1") > 1.002 and level(high, "rankl_secretion") > 1.005
    dead = {"node.vdr": 0.0}
    given = [
        level(bones.days(bones.bone(host={"calcitriol_given": g}, parameters=dead), 2), "nfatc1")
        for g in (0.0, 2.0)
    ]
    assert given[0] == given[1]


@mechanism("vitd-muscle")
def test_vitamin_d_prevents_falls():
    low, high = (bones.days(bones.bone(host={"vitamin_d_nmol_per_l": d}), 2) for d in (15.0, 80.0))
    assert level(low, "falls") > 1.02 and level(high, "falls") < level(low, "falls")


@mechanism("dm-samp8")
def test_a_strain_that_ages_early_has_fewer_stem_cells_than_ovariectomy_alone():
    from bmu_abm.scenario import Scenario

    felt = []
    for name in ("samp8_mouse", "ovx_mouse"):
        settings = {"patch.sites": "20", "host.burn_in_years": "0"}
        m = bones.days(bones.BoneModel(Scenario.load(name).with_settings(settings)), 2)
        felt.append((level(m, "msc_pool"), level(m, "ros"), level(m, "msc_osteogenesis")))
    assert felt[0][0] < 0.9 * felt[1][0] and felt[0][1] > felt[1][1] and felt[0][2] < felt[1][2]


def test_intervention_scales_a_node(tmp_path):
    """A level and a gain are parameters like any other."""
    from bmu_abm.systemic.environment import Environment

    environment = Environment({})
    environment.scale("node.nfkb", 0.5)
    environment.scale("edge.traf6.ikk", 0.0)
    assert environment.factors == {"node.nfkb": 0.5, "edge.traf6.ikk": 0.0}
    assert np.isfinite(list(environment.factors.values())).all()


@mechanism("dm-risk-env", "dm-ovx")
@pytest.mark.parametrize(
    "risk",
    [
        {"estradiol_pmol_per_l": 20.0},
        {"load": 0.5},
        {"vitamin_d_nmol_per_l": 15.0},
        {"calcium_intake_mg_per_day": 300.0},
        {"glucocorticoid": 4.0},
        {"pth_given": 2.0},
    ],
    ids=lambda risk: next(iter(risk)),
)
def test_each_risk_thins_the_cortex(risk):
    rest, lived = (bones.days(bones.bone(host=host), 200) for host in (None, risk))
    assert lived.skeleton["cortex"][0] < rest.skeleton["cortex"][0] - 1e-5
