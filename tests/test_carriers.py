"""Carriers: what reaches bone and what the rest of the body, and what they do themselves."""

import json

import pytest

from bmu_abm.errors import InputError
from bmu_abm.interventions import Plan, carriers
from bmu_abm.interventions.carriers import NONE
from bmu_abm.network.declared import LEVELS
from bmu_abm.scenario import Scenario
from bmu_abm.systemic.environment import Environment
from levels import levels_after

mechanism = pytest.mark.mechanism
CARRIERS = [name for name in carriers.names() if name != NONE]


def plan(*courses):
    table = {"title": "T", "host": "premenopausal_woman", "years": 2, "intervention": list(courses)}
    return Plan.from_scenario(Scenario.from_dict(table))


def given(day=8, **course):
    """Return the environment of a day of one course."""
    environment = Environment({})
    plan(course).apply(day, environment)
    return environment


def exposure(**course):
    return plan(course).provenance()[0]["exposure"]


@mechanism("tt-bp-carrier", "tt-barrier")
@pytest.mark.parametrize("name", CARRIERS)
def test_a_carrier_raises_the_share_of_bone(name):
    bare, carried = (exposure(use="odanacatib", dose=10.0, carrier=one) for one in (NONE, name))
    assert bare["bone"] == bare["off_bone"] == 10.0
    assert carried["bone"] / carried["off_bone"] > bare["bone"] / bare["off_bone"]
    assert carried["off_bone"] < bare["off_bone"]


@mechanism("tt-barrier", "mirtx-tissue-specific")
def test_at_equal_effect_on_bone_less_of_a_carried_dose_is_elsewhere():
    """A third of the dose, three times as much of it at bone."""
    bare = {"use": "mir_31_inhibitor", "dose": 3.0}
    carried = {"use": "mir_31_inhibitor", "dose": 1.0, "carrier": "peptide"}
    assert given(**carried).factors == given(**bare).factors
    for key in ("off_bone", "off_target"):
        assert exposure(**carried)[key] < 0.2 * exposure(**bare)[key]
    assert exposure(**carried)["bone"] == exposure(**bare)["bone"]


@pytest.mark.parametrize("name", CARRIERS)
def test_a_carried_dose_acts_as_the_dose_that_reaches_bone(name):
    times = carriers.find(name).defaults()["bone"]
    found = given(use="odanacatib", dose=10.0, carrier=name).factors
    same = given(use="odanacatib", dose=10.0 * times).factors
    path = "osteoclast.matrix_activity"
    assert found[path] == same[path] < 1.0


@pytest.mark.parametrize("name", CARRIERS)
def test_a_dose_of_zero_is_nothing_with_a_carrier_too(name):
    for use in ("odanacatib", "mir_124_mimic", "mir_124_inhibitor"):
        found = given(use=use, dose=0.0, carrier=name)
        assert set(found.factors.values()) <= {1.0} and set(found.copies.values()) <= {0.0}
    assert set(exposure(use="odanacatib", dose=0.0, carrier=name).values()) == {0.0}


@mechanism("tt-peptide")
def test_a_peptide_brings_more_to_osteoblasts_than_to_osteoclasts():
    bare = given(use="mir_124_mimic").copies
    carried = given(use="mir_124_mimic", carrier="peptide").copies
    assert bare["mir124_ob"] == bare["mir124_oc"]
    assert carried["mir124_ob"] > 2.0 * carried["mir124_oc"]
    assert carried["mir124_ob"] > bare["mir124_ob"] > carried["mir124_oc"] > 0.0


@mechanism("tt-iron-oxide", "d-iron-oxide-bp")
def test_iron_oxide_scavenges_oxygen_and_frees_osteoblasts():
    """Twice as many particles scavenge more, and bone forms more for it."""
    found = [given(use="odanacatib", dose=d, carrier="iron_oxide").factors for d in (50.0, 100.0)]
    ros = [one["node.ros"] for one in found]
    assert 0.5 < ros[1] < ros[0] < 1.0
    levels = dict(zip(LEVELS, levels_after(1, **{"node.ros": ros[0]}), strict=True))
    assert levels["ob_activity"] > 1.0 and levels["msc_osteogenesis"] > 1.0
    assert found[0]["osteoclast.matrix_activity"] < 1.0


@mechanism("tt-exosome-sishn3")
@pytest.mark.parametrize(
    ("name", "way"),
    [("slit3", 1), ("runx2_osterix", 1), ("ob_vigour", 1), ("rankl_osteoblast", -1)],
)
def test_exosomes_against_shn3_free_osteoblasts(name, way):
    """More SLIT3, Runx2 and vigour, less RANKL; the more, the more of them come to bone."""
    bare, carried = (
        given(use="exosome_sishn3", carrier=one).factors for one in (NONE, "engineered_exosome")
    )
    level = [levels_after(1, **factors)[LEVELS.index(name)] for factors in ({}, bare, carried)]
    assert level[0] == 1.0 and 0.5 < level[2] < 2.0
    assert 0.0 < way * (level[1] - 1.0) < way * (level[2] - 1.0)


def test_a_carrier_is_kept_in_table_and_provenance():
    course = {"use": "odanacatib", "start_month": 0.0, "carrier": "peptide", "dose": 25.0}
    the_plan = plan(course)
    assert the_plan.arms[0].course.table() == course
    record = the_plan.provenance()[0]
    assert record["carrier"] == "peptide" and record["parameters"]["dose"]["value"] == 25.0
    json.dumps(record, allow_nan=False)


@pytest.mark.parametrize(
    ("course", "mend"),
    [
        ({"use": "odanacatib", "carrier": "peptid"}, "did you mean 'peptide'"),
        ({"use": "menopause", "carrier": "peptide"}, "menopause has no dose to carry"),
        ({"use": "odanacatib", "carrier": 3}, "must be a text"),
    ],
)
def test_a_wrong_carrier_is_told(course, mend):
    with pytest.raises(InputError, match=mend):
        plan(course)
