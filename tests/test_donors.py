"""Donors, routes and scaffolds of a graft: what ships, what a course says of them, what it may."""

import json

import pytest

from bmu_abm import grafting
from bmu_abm.errors import InputError
from bmu_abm.interventions import Plan, find, presets
from bmu_abm.scenario import Scenario
from declared import Recorder

SHIPPED = [(kind, name) for kind in presets.KINDS for name in presets.names(kind)]


def scenario(host="ovx_mouse", **course) -> Scenario:
    graft = {"use": "stem_cells", **course}
    return Scenario.from_dict({"title": "T", "host": host, "years": 0.25, "intervention": [graft]})


def given(**course):
    """Return route and traits with which a course gives cells on its first day."""
    environment = Recorder()
    Plan.from_scenario(scenario(**course)).apply(0, environment)
    ((_, _, _, route, traits),) = environment.calls
    return route, traits


# -- what ships -----------------------------------------------------------------------------------


@pytest.mark.mechanism("sc-cell-sources")
@pytest.mark.parametrize(("kind", "name"), SHIPPED)
def test_a_shipped_preset_gives_numbers_that_the_graft_declares(kind, name):
    declared = find("stem_cells").declaration.parameters
    for key, one in presets.find(kind, name).values.items():
        assert key in grafting.TRAITS
        assert declared[key].low <= one.value <= declared[key].high


@pytest.mark.mechanism("sc-cell-sources")
@pytest.mark.parametrize("name", presets.names("donor"))
def test_a_donor_sets_potency_homing_and_immunity_of_its_cells(name):
    numbers = presets.find("donor", name).numbers()
    assert {"potency", "adipo_bias", "age", "cxcr4", "life_days", "secretome", "foreign"} <= set(
        numbers
    )
    _, traits = given(donor=name)
    assert traits == grafting.TRAITS | numbers


def test_adult_marrow_is_what_cells_are_where_a_file_is_silent():
    numbers = presets.find("donor", "bm_msc").numbers()
    assert grafting.TRAITS | numbers == grafting.TRAITS


@pytest.mark.mechanism("sc-adsc-young-samp8", "sc-adsc-aged-samp8")
def test_young_and_aged_donors_of_fat_differ_by_their_age_alone():
    young, aged = (presets.find("donor", f"adsc_{x}").numbers() for x in ("young", "aged"))
    assert young.pop("age") == 1.0 < aged.pop("age")
    assert young == aged


def test_every_number_of_a_parameter_of_the_graft_reaches_its_traits():
    values = {"potency": 2.0, "adipo_bias": 0.5, "age": 3.0, "retention": 0.4, "release_days": 9.0}
    _, traits = given(**values)
    assert values.items() <= traits.items()
    assert set(traits) == set(grafting.TRAITS)


# -- what a course says ---------------------------------------------------------------------------


def test_what_a_course_sets_goes_before_its_donor_and_scaffold():
    course = {"donor": "adsc_young", "route": "intramarrow", "scaffold": "collagen_i"}
    _, plain = given(**course)
    _, own = given(**course, adipo_bias=0.6, release_days=3)
    assert (plain["adipo_bias"], plain["release_days"]) == (1.1, 7.0)
    assert own == plain | {"adipo_bias": 0.6, "release_days": 3.0}


def test_a_course_names_the_route_and_without_one_it_is_a_vein():
    assert given()[0] == "intravenous"
    for route in ("intravenous", "intracardiac", "intramarrow", "bone_surface"):
        assert given(route=route)[0] == route


def test_donor_route_and_scaffold_survive_the_table_and_can_be_set():
    one = scenario(donor="esc", route="bone_surface", scaffold="collagen_sponge")
    course = one.to_dict()["intervention"][0]
    assert course["donor"] == "esc" and course["route"] == "bone_surface"
    assert Scenario.from_dict(json.loads(json.dumps(one.to_dict()))).to_dict() == one.to_dict()
    other = one.with_settings({"intervention.0.donor": "ipsc"})
    assert other.intervention[0].values()["foreign"] == 1.0
    assert "donor" not in scenario().to_dict()["intervention"][0]


def test_provenance_tells_donor_and_scaffold_with_their_sources():
    one = scenario(donor="vsel", route="bone_surface", scaffold="collagen_sponge", cxcr4=1.5)
    record = Plan.from_scenario(one).provenance()[0]
    assert record["route"] == "bone_surface"
    assert record["presets"]["donor"]["name"] == "vsel"
    assert record["presets"]["scaffold"]["values"]["retention"]["source"]
    assert record["parameters"]["foreign"]["value"] == 1.0
    assert record["parameters"]["cxcr4"]["value"] == 1.5
    json.dumps(record, allow_nan=False)


@pytest.mark.parametrize(
    ("course", "part"),
    [
        ({"donor": "adsc_yung"}, "0.donor: unknown donor 'adsc_yung'; did you mean 'adsc_young'?"),
        ({"donor": "../esc"}, "0.donor: unknown donor"),
        ({"route": "intravenus"}, "0.route: is 'intravenus', .* did you mean 'intravenous'"),
        ({"scaffold": "collagen", "route": "intramarrow"}, "0.scaffold: unknown scaffold"),
        ({"scaffold": "collagen_i"}, "0.scaffold: is given, but the cells go intravenous"),
        ({"use": "denosumab", "donor": "esc"}, "0.donor: is given, but denosumab gives no cells"),
        ({"use": "denosumab", "route": "intramarrow"}, "0.route: is given, but denosumab gives no"),
        ({"donor": 3}, "0.donor: must be a text"),
    ],
)
def test_a_mistake_is_told_in_one_line(course, part):
    with pytest.raises(InputError, match=part) as caught:
        scenario(**course)
    assert "\n" not in str(caught.value)
