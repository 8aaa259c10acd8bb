"""Genotypes: variants act on their node, and a regression over subjects finds what was planted."""

import numpy as np
import pytest

import bones
from bmu_abm import genotype, parameters
from bmu_abm.errors import InputError
from bmu_abm.host import shipped_host_table
from bmu_abm.interventions import Plan
from bmu_abm.network.declared import EVALUATED, LEVELS
from bmu_abm.scenario import Scenario
from bmu_abm.systemic import skeleton
from bmu_abm.systemic.environment import Environment
from levels import levels_after

mechanism = pytest.mark.mechanism


@mechanism("rg-gwas", "rg-snp-mechanism")
def test_each_risk_allele_scales_its_node():
    for name, variant in genotype.VARIANTS.items():
        path = f"node.{variant.node}"
        assert genotype.factors({name: 2}) == {path: pytest.approx(variant.per_allele**2)}
        m = bones.bone(host={"genotype": {name: 1}})
        row = parameters.FACTOR_ROW[path]
        assert m.body.rest_factors[row] == pytest.approx(variant.per_allele)


def test_two_variants_of_one_node_multiply():
    both = genotype.factors({"rankl": 1, "opg": 1})
    assert set(both) == {"node.risk_allele", "node.opg"}


@pytest.mark.parametrize("wrong", [{"nobody": 1}, {"rankl": 3}, {"rankl": -1}])
def test_a_wrong_genotype_is_told(wrong):
    with pytest.raises(InputError, match="genotype"):
        bones.scenario(host={"genotype": wrong})


@mechanism("rg-gwas")
def test_subjects_are_drawn_by_the_frequencies():
    """400 subjects: 800 alleles, four standard errors."""
    drawn = [genotype.draw(subject) for subject in range(400)]
    assert drawn[0] == genotype.draw(0) and drawn[0] != genotype.draw(0, seed=2)
    for name, variant in genotype.VARIANTS.items():
        share = np.mean([d[name] for d in drawn]) / 2.0
        error = np.sqrt(variant.frequency * (1.0 - variant.frequency) / 800)
        assert share == pytest.approx(variant.frequency, abs=4 * error)


def cortex_of(still, alleles):
    """Return the cortex of a subject after two years, from the levels that its genotype sets."""
    m = still()
    levels = levels_after(days=1, **genotype.factors(alleles))
    for name, level in zip(LEVELS, levels, strict=True):
        m.today[name] = level
    m.today["estrogen"] = m.today["estrogen_receptor"]
    for _ in range(73):  # steps of ten days
        m.today["dt"] = 10.0
        skeleton.step(m.skeleton, 1000.0, 60.0, m.body.rankl_binders, m.today, m.p, m.body.rest)
    return float(m.skeleton["cortex"][0])


@mechanism("rg-gwas", "rg-rankl-bmd")
def test_a_regression_over_subjects_finds_the_planted_sign(still):
    """Of what reaches the skeleton as a whole: RANKL, OPG and the estrogen receptor."""
    drawn = [genotype.draw(subject) for subject in range(60)]
    bone = np.array([cortex_of(still, alleles) for alleles in drawn])
    names = ("rankl", "opg", "esr1")
    counts = np.array([[1.0, *(d[name] for name in names)] for d in drawn])
    slopes = np.linalg.lstsq(counts, bone, rcond=None)[0][1:]
    assert (slopes < 0.0).all(), dict(zip(names, slopes, strict=True))


def free_rankl(interventions, day_of_run):
    """Return free RANKL of average bone of a subject under a plan, on a day of it."""
    scenario = bones.scenario(interventions=interventions, years=3)
    today = Environment({name: 0.0 for name in ("estradiol_pmol_per_l",)})
    Plan.from_scenario(scenario).apply(day_of_run, today)
    names = list(LEVELS)
    levels = levels_after(days=1, **today.factors)
    p = parameters.record({})[0]
    binders = np.array([(float(p["binding_rank_pm"]), float(p["binding_rankl_rank_kd_pm"]))])
    binders = np.array([*binders, *today.binders.get("RANKL", [])])
    return skeleton.free_systemic(
        p, 0.0, 1.0, binders, levels[names.index("rankl_marrow")],
        levels[names.index("rankl_osteocyte")], levels[names.index("opg")],
    )  # fmt: skip


@mechanism("rg-to-denosumab")
def test_from_the_allele_to_the_antibody():
    """Free RANKL two months after the first dose: risk > common alleles > risk and denosumab."""
    assert Scenario.load("risk_then_denosumab").intervention[1].use == "denosumab"
    risk = {"use": "rankl_risk_alleles", "start_month": 0}
    antibody = {"use": "denosumab", "start_month": 12}
    common, carrier, treated = (free_rankl(arms, 425) for arms in ([], [risk], [risk, antibody]))
    assert carrier > 1.02 * common > common > treated


@mechanism("rg-population")
def test_women_lose_bone_at_the_menopause_and_men_of_that_age_do_not():
    """Response of bone cells to estradiol, which is all that sets the two apart here."""
    menopause = {"use": "menopause", "start_month": 0}
    felt = {}
    for name, host in (("woman", None), ("man", shipped_host_table("young_man"))):
        arms = [menopause] if name == "woman" else []
        m = bones.bone(host=(host or {}) | {"burn_in_years": 0.0}, interventions=arms, years=5)
        m.day = 4 * 365
        m.p = m.body.wake(m)
        felt[name] = float(m.today["estrogen"][0])
    assert felt["woman"] < 0.3 and felt["man"] == 1.0


def test_edges_that_were_fitted_say_to_what():
    fitted = [edge for edge in EVALUATED if edge.kind == "fitted"]
    assert len(fitted) >= 10 and all(edge.note for edge in fitted)
    assert parameters.REGISTRY["edge.vdr.nfatc1"].kind == "fitted"
