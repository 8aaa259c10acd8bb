"""MicroRNAs: each moves its own targets, in whatever form; sponges; competing RNA."""

import tomllib

import numpy as np
import pytest

import bones
from bmu_abm.cli import main
from bmu_abm.errors import InputError
from bmu_abm.interventions import Plan, families, registry
from bmu_abm.network.declared import EDGES, EVALUATED, LEVELS
from bmu_abm.network.mirna import MICRO_RNAS
from bmu_abm.scenario import Scenario
from bmu_abm.systemic.environment import Environment
from levels import level, levels_after

mechanism = pytest.mark.mechanism


def scenario(*courses, **changes):
    table = {"title": "T", "host": "premenopausal_woman", "years": 4, "intervention": list(courses)}
    return Scenario.from_dict(table | changes)


def given(day, use, **course):
    """Return the environment of a day of one course."""
    environment = Environment({})
    Plan.from_scenario(scenario({"use": use} | course)).apply(day, environment)
    return environment


def settled(*environments, **factors):
    """Return the levels of the network under what is given, held for two months."""
    copies = {}
    for one in environments:
        for node, amount in one.copies.items():
            copies[node] = copies.get(node, 0.0) + amount
        factors |= one.factors
    return dict(zip(LEVELS, levels_after(60, copies=copies, **factors), strict=True))


# -- every microRNA -------------------------------------------------------------------------------


def test_there_are_34_microRNAs_with_three_interventions_each():
    assert len(MICRO_RNAS) == 34 and len(families.names()) == 102
    assert set(families.names()) <= set(registry.names())
    assert MICRO_RNAS["mir_124"].nodes == ("mir124_ob", "mir124_oc")
    assert MICRO_RNAS["mir_103_3p"].name == "miR-103-3p"


def targets(micro_rna):
    """Return the edges of a microRNA that ship on; all of them where every one is contested."""
    own = [edge for edge in EVALUATED if edge.source in micro_rna.nodes]
    return [edge for edge in own if not edge.contested] or own


@mechanism("mirna-general", "mirtx-mimic")
@pytest.mark.parametrize("slug", MICRO_RNAS)
def test_mimic_and_inhibitor_move_each_target_in_opposite_directions(slug):
    edges = targets(MICRO_RNAS[slug])
    on = {edge.path: 1.0 for edge in edges}
    mimic = settled(given(1, f"{slug}_mimic"), **on)
    inhibitor = settled(given(1, f"{slug}_inhibitor"), **on)
    assert edges
    for edge in edges:
        sign = 1.0 if edge.sign == "+" else -1.0
        assert sign * (mimic[edge.target] - 1.0) > 0.01
        assert sign * (inhibitor[edge.target] - 1.0) < -0.01


@mechanism("mir-124-wnt-ob", "mir-124-nfatc1-oc")
def test_mir_124_lowers_what_drives_both_lineages():
    found = settled(given(1, "mir_124_mimic"))
    assert found["beta_catenin"] < 1.0 and found["nfatc1"] < 1.0


@mechanism("mir-155-rankl-oc", "mir-155-tnf-oc", "mir-155-il1-oc")
def test_mir_155_adds_up_over_its_three_targets():
    found = settled(given(1, "mir_155_mimic"))
    assert min(found[name] for name in ("rank_signal", "il1", "tnf_alpha", "nfatc1")) > 1.0


@mechanism("mir-21-pi3k-oc", "mir-21-rankl-feedback")
def test_the_loop_through_mir_21_adds_a_slow_second_rise_of_akt():
    """RANK signals more at once, without its decoy LGR4; PTEN gives way within days."""
    silent = {"edge.rank_signal.mir21": 0.0}
    late = level("akt_oc", 60, **{"node.lgr4": 0.0})
    early = level("akt_oc", 1, **{"node.lgr4": 0.0})
    alone = [level("akt_oc", days, **{"node.lgr4": 0.0} | silent) for days in (1, 60)]
    assert alone[1] > 1.0 and late > alone[1] + 0.005
    assert early - alone[0] < 0.3 * (late - alone[1])


def test_the_level_of_the_day_reaches_the_cells():
    dose = {"use": "mir_31_mimic", "half_life_days": 36500.0, "doses": 1}
    m = bones.bone(interventions=[dose], host={"burn_in_years": 0.0})
    m.step()
    assert m.today["mir31"][0] == pytest.approx(4.0, rel=1e-3)
    assert m.today["runx2_osterix"][0] < 1.0
    untouched = [name for name in LEVELS if name.startswith("mir") and name != "mir31"]
    assert {float(m.today[name][0]) for name in untouched} == {1.0}


# -- sponges and competing RNA --------------------------------------------------------------------


@mechanism("cerna-sponge", "mirtx-sponge")
def test_a_sponge_titrates_to_nothing_and_then_changes_nothing():
    doses = (0.0, 0.25, 0.5, 0.75, 1.0, 2.0, 4.0)
    found = [settled(given(1, "mir_31_sponge", dose=dose)) for dose in doses]
    levels = [one["mir31"] for one in found]
    assert levels[0] == 1.0 and levels == sorted(levels, reverse=True)
    assert 0.0 < levels[3] < levels[2] < levels[1] < 1.0 and levels[-2] == 0.0
    assert found[-1] == found[-2] and found[-1]["runx2_osterix"] > 1.0


@mechanism("cerna-sponge", "mirtx-sponge")
def test_a_sponge_holds_a_mimic_back():
    mimic, sponge = given(1, "mir_31_mimic", dose=1), given(1, "mir_31_sponge", dose=3)
    assert 0.5 < settled(mimic, sponge)["mir31"] < settled(mimic)["mir31"]


def reached_from(node):
    """Return a node and all levels that hang on it."""
    found, todo = set(), [node]
    while todo:
        one = todo.pop()
        if one not in found:
            found.add(one)
            todo += [edge.target for edge in EDGES if edge.source == one]
    return found


@mechanism("cerna-network")
@pytest.mark.parametrize(
    ("use", "node", "held"), [("tug1", "tug1", "mir21"), ("circ_28313", "circ28313", "mir195a")]
)
def test_competing_rna_moves_only_what_hangs_on_its_microRNA(use, node, held):
    found = settled(given(1, use))
    moved = {name for name, one in found.items() if one != 1.0}
    assert {node, held} < moved <= {node} | reached_from(held)
    assert found[held] < 1.0


@mechanism("cerna-tur1-mir21")
def test_tug1_raises_pten_as_a_sponge_and_lowers_it_as_the_review_says():
    sponge = settled(given(1, "tug1"))["pten"]
    said = {"edge.tug1.mir21": 0.0, "edge.tug1.pten": 1.0}
    review = settled(given(1, "tug1"), **said)["pten"]
    assert settled(given(1, "mir_21_mimic"))["pten"] < 1.0 < sponge
    assert review < 1.0


@mechanism("cerna-circ28313", "mir-195a-csf1")
def test_circ_28313_gives_back_the_csf1_that_mir_195a_takes():
    mimic, circular = given(1, "mir_195a_mimic"), given(1, "circ_28313")
    taken = settled(mimic)["m_csf"]
    assert taken < settled(mimic, circular)["m_csf"] < 1.0 < settled(circular)["m_csf"]
    said = {"edge.circ28313.mir195a": 0.0, "edge.circ28313.m_csf": 1.0}
    assert settled(circular, **said)["m_csf"] < 1.0


# -- forms ----------------------------------------------------------------------------------------


def left(day, form, use="mir_31_inhibitor", **course):
    """Return the share of miR-31 that still acts, in a course of a month."""
    factors = given(day, use, form=form, stop_month=1, **course).factors
    return factors["node.mir31"]


@mechanism("mirtx-amo", "mirtx-lna", "mirtx-antagomir", "mirtx-small-molecule")
@pytest.mark.parametrize("form", ["amo", "lna_amo", "antagomir", "small_molecule", "exosome"])
def test_an_inhibitor_lowers_the_level_and_wears_off(form):
    assert left(28, form) < 0.75
    after = [left(day, form) for day in range(30, 400, 10)]
    assert after == sorted(after) and after[-1] > 0.99


@mechanism("mirtx-lna", "mirtx-antagomir")
def test_locked_nucleic_acids_last_longer():
    for day in (36, 45, 60):
        assert left(day, "lna_amo") < left(day, "antagomir") < left(day, "amo")


@mechanism("mirtx-lentivirus")
@pytest.mark.parametrize("kind", families.KINDS)
def test_a_vector_that_integrates_acts_on_after_the_stop(kind):
    def change(day):
        found = given(day, f"mir_31_{kind}", form="lentivirus", stop_month=1)
        return settled(found)["mir31"] - 1.0

    assert abs(change(20)) > 0.3
    assert change(700) == pytest.approx(change(20), rel=0.05)


@mechanism("mirtx-exosome")
def test_exosomes_act_in_the_cells_that_take_them_up():
    found = given(1, "mir_124_mimic", form="exosome", osteoclast_uptake=0.0).copies
    assert found["mir124_ob"] > 0.0 and found["mir124_oc"] == 0.0
    everywhere = given(1, "mir_124_mimic").copies
    assert everywhere["mir124_ob"] == everywhere["mir124_oc"] > found["mir124_ob"]


@mechanism("mirtx-30a-3p-inhibitor", "mir-30a-3p-ovx")
def test_the_rat_gets_more_runx2_from_the_inhibitor_of_mir_30a_3p():
    shipped = Scenario.load("mir_30a_3p_inhibitor_ovx_rat")
    days = [Environment(dict.fromkeys(("estradiol_pmol_per_l",), 40.0)) for _ in range(2)]
    for day, environment in zip((20, 90), days, strict=True):
        Plan.from_scenario(shipped).apply(day, environment)
    before, after = (settled(one)["runx2_osterix"] for one in days)
    assert before == 1.0 < after


def test_a_course_of_its_own_numbers_goes_before_its_form():
    course = scenario({"use": "mir_31_inhibitor", "form": "lna_amo", "half_max": 0.3})
    values = course.intervention[0].values()
    assert (values["half_life_days"], values["half_max"], values["dose"]) == (14.0, 0.3, 1.0)
    again = Scenario.from_dict(course.to_dict())
    assert again.to_dict() == course.to_dict()
    assert again.intervention[0].form == "lna_amo"


# -- names ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("course", "mend"),
    [
        ({"use": "mir_21_mimik"}, "did you mean 'mir_21_mimic'"),
        ({"use": "mir_21_inhibitor", "form": "lna"}, "did you mean 'lna_amo'"),
        ({"use": "denosumab", "form": "amo"}, "is no form of denosumab"),
    ],
)
def test_a_wrong_name_gets_the_nearest(course, mend):
    with pytest.raises(InputError, match=mend):
        scenario(course)


def test_a_form_with_a_number_that_does_not_exist_is_refused():
    table = tomllib.loads(families.text("mir_31_mimic"))
    table["forms"]["lentivirus"]["values"]["half_life"] = 3.0
    with pytest.raises(InputError, match=r"forms\.lentivirus\.values\.half_life"):
        registry.declare(table, "mimic.toml")


def test_bmu_scenarios_gathers_them_and_prints_each(capsys):
    assert main(["scenarios"]) == 0
    out = capsys.readouterr().out
    assert "mir_449b_5p" in out and "mir_449b_5p_mimic" not in out
    assert main(["scenarios", "mir_124_sponge"]) == 0
    table = tomllib.loads(capsys.readouterr().out)
    assert [one["node"] for one in table["effect"]] == ["mir124_ob", "mir124_oc"]
    assert main(["scenarios", "mir_124_spong"]) == 2
    assert "did you mean 'mir_124_sponge'" in capsys.readouterr().err


def test_copies_are_for_levels_that_exist():
    environment = Environment({})
    with pytest.raises(KeyError):
        environment.titrate("mir999", 1.0)
    with pytest.raises(InputError, match="unknown level of the network"):
        text = families.text("mir_31_mimic").replace('"mir31"', '"mir311"')
        registry.declare(tomllib.loads(text), "mimic.toml")
    assert np.all(levels_after(5, copies={"mir31": 0.0}) == 1.0)
