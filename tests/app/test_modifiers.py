"""Form, carrier, donor, route and scaffold: offered where the engine takes them, and kept."""

from __future__ import annotations

from typing import get_args

import lives
import pytest

from bmu_abm.app import modifiers, taking
from bmu_abm.app.catalog import everything
from bmu_abm.app.frame import View
from bmu_abm.app.link import parse
from bmu_abm.app.told import state
from bmu_abm.errors import InputError
from bmu_abm.interventions import carriers, families, presets, registry
from bmu_abm.routes import Route
from bmu_abm.scenario import Course, Scenario
from bmu_abm.tomlfile import parse as parse_toml

NAMES = [one for one in registry.names() if not families.group_of(one) or "mir_21_" in one]
GRAFT = {
    "use": "stem_cells",
    "start_month": 1.0,
    "donor": "adsc_young",
    "route": "intramarrow",
    "scaffold": "collagen_i",
    "carrier": "peptide",
}
FORMS = {form for use in NAMES for form in registry.find(use).declaration.forms}
KNOWN = {
    "form": FORMS,
    "carrier": set(carriers.names()) - {carriers.NONE},
    "donor": set(presets.names("donor")),
    "route": set(get_args(Route)),
    "scaffold": set(presets.names("scaffold")),
}


def course(use: str, kind: str, name: str) -> Course:
    """Check a course that names one thing, and a route in place where a scaffold needs it."""
    placed = {"route": modifiers.in_place()[0]} if kind == "scaffold" else {}
    return Course.model_validate({"use": use, kind: name} | placed)


def takes(use: str, **named: object) -> bool:
    """Return whether the engine takes a course with these names, and keeps them."""
    try:
        found = Course.model_validate({"use": use} | named)
    except ValueError:
        return False
    return all(getattr(found, kind) == name for kind, name in named.items())


@pytest.mark.parametrize("use", NAMES)
def test_what_is_offered_is_all_that_is_taken_and_nothing_else(use):
    found = registry.find(use).declaration
    taken = {kind: {name for name in KNOWN[kind] if takes(use, **{kind: name})} for kind in KNOWN}
    taken["scaffold"] = {
        name for name in KNOWN["scaffold"] if takes(use, scaffold=name, route="bone_surface")
    }
    offered = modifiers.taken_by(found)
    assert {kind: set(names) for kind, names in offered.items()} == {
        kind: names for kind, names in taken.items() if names
    }


def test_a_scaffold_is_offered_on_the_routes_on_which_it_is_taken():
    held = {
        route for route in KNOWN["route"] if takes(**GRAFT | {"start_month": 0, "route": route})
    }
    assert set(modifiers.in_place()) == held < KNOWN["route"]


def test_what_a_graft_does_not_declare_is_not_offered_and_its_own_route_is_told():
    found = registry.find("stem_cells").declaration
    effect = [found.effect[0].model_copy(update={"route": "bone_surface"})]
    bare = found.model_copy(
        update={"parameters": {"dose": found.parameters["dose"]}, "effect": effect}
    )
    assert set(modifiers.taken_by(bare)) == {"carrier", "route"}
    assert modifiers.route_of(found) == "intravenous"
    assert modifiers.route_of(bare) == "bone_surface"


def test_every_name_has_a_title_and_help():
    offers = everything()
    for one in offers["interventions"]:
        for kind, names in one["modifiers"].items():
            known = one["forms"] if kind == "form" else offers["modifiers"][kind]
            assert all(known[name]["title"] and known[name]["help"] for name in names)
    assert set(offers["modifiers"]["carrier"]) == KNOWN["carrier"]
    found = registry.find("mir_21_inhibitor").declaration
    assert modifiers.forms(found)["amo"]["title"] == "AMO"


@pytest.mark.parametrize("name", sorted(KNOWN["carrier"]))
def test_a_carrier_tells_what_bone_gets_and_what_the_rest(name):
    share = carriers.find(name).defaults()
    bone, rest = modifiers.choices()["carrier"][name]["help"].split(", the rest ")
    assert bone == f"bone gets {share['bone']:g} times the dose"
    assert rest == f"{share['off_bone']:g} times"


@pytest.mark.parametrize("kind", ["form", "donor", "scaffold"])
def test_the_defaults_that_are_told_are_those_of_the_engine(kind):
    use = "mir_21_inhibitor" if kind == "form" else "stem_cells"
    found = registry.find(use).declaration
    known = modifiers.forms(found) if kind == "form" else modifiers.choices()[kind]
    for name in modifiers.taken_by(found)[kind]:
        assert course(use, kind, name).values() == found.defaults() | known[name]["values"]


def test_a_course_keeps_what_it_names_in_state_link_and_file(opened):
    session = opened()
    session.plan({"intervention": [GRAFT]}).result()
    assert session.ask(lambda: state(session))["courses"] == [GRAFT]
    life = parse(session.ask(lambda: taking.link(session)))
    assert life.acts[0].data["intervention"] == [GRAFT]
    _, _, data = session.ask(lambda: taking.take(session, "toml", View()))
    again = Scenario.from_dict(parse_toml(data.decode(), "x").data)
    assert again.intervention[0].table() == GRAFT


def test_another_name_is_an_act_that_can_be_taken_back(opened):
    session = opened()
    session.plan({"intervention": [GRAFT]}).result()
    session.step(2).result()
    session.plan({"intervention": [GRAFT | {"donor": "bm_msc"}]}).result()
    assert session.scenario.intervention[0].donor == "bm_msc"
    session.undo().result()
    assert session.scenario.intervention[0].donor == "adsc_young"


def test_what_is_not_taken_is_refused_in_one_line(opened):
    session = opened()
    session.plan({"intervention": [GRAFT | {"route": "intravenous"}]}).result()
    assert len(session.notices) == 1 and "scaffold" in session.notices[0]
    assert session.scenario.intervention == []


def test_a_link_with_an_unknown_name_gets_one_line():
    table = lives.scenario().to_dict() | {"intervention": [GRAFT | {"donor": "../../etc"}]}
    with pytest.raises(InputError) as told:
        Scenario.from_dict(table, "link")
    assert "donor" in str(told.value) and "\n" not in str(told.value)
