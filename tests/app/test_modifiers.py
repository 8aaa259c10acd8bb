"""Form, carrier, donor, route and scaffold: offered where the engine takes them, and kept."""

from __future__ import annotations

import lives
import pytest

from bmu_abm.app import modifiers, taking
from bmu_abm.app.catalog import everything
from bmu_abm.app.frame import View
from bmu_abm.app.link import parse
from bmu_abm.app.told import state
from bmu_abm.errors import InputError
from bmu_abm.interventions import families, registry
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
ANY = {"form": "amo", "carrier": "peptide", "donor": "bm_msc", "route": "intramarrow",
       "scaffold": "collagen_i"}  # fmt: skip


def course(use: str, kind: str, name: str) -> Course:
    """Check a course that names one thing, and a route in place where a scaffold needs it."""
    placed = {"route": modifiers.in_place()[0]} if kind == "scaffold" else {}
    return Course.model_validate({"use": use, kind: name} | placed)


@pytest.mark.parametrize("use", NAMES)
def test_what_is_offered_is_taken_and_nothing_else(use):
    taken = modifiers.taken_by(registry.find(use).declaration)
    for kind, names in taken.items():
        for name in names:
            assert getattr(course(use, kind, name), kind) == name
    for kind in set(ANY) - set(taken):
        with pytest.raises(ValueError, match=r"is given|is no form"):
            course(use, kind, ANY[kind])


def test_every_name_has_a_title_and_help():
    offers = everything()
    for one in offers["interventions"]:
        for kind, names in one["modifiers"].items():
            known = one["forms"] if kind == "form" else offers["modifiers"][kind]
            assert all(known[name]["title"] and known[name]["help"] for name in names)
    assert "systemic" not in offers["modifiers"]["carrier"]


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
