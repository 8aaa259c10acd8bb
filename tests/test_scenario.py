"""What a scenario file may say, and what it becomes."""

import json
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bmu_abm.clock import day_of_month
from bmu_abm.errors import InputError
from bmu_abm.interventions import registry
from bmu_abm.patch import Patch
from bmu_abm.scenario import Scenario
from declared import declared  # noqa: F401  (a fixture)

BASE = {"title": "T", "host": "premenopausal_woman", "years": 4}
GIVEN = {"use": "denosumab", "start_month": 0, "dose": 60, "every_days": 182}


def make(**changes) -> Scenario:
    return Scenario.from_dict(BASE | changes, source="s.toml")


def refusal(**changes) -> str:
    with pytest.raises(InputError) as caught:
        make(**changes)
    assert "\n" not in str(caught.value) and str(caught.value).startswith("s.toml")
    return str(caught.value)


def test_defaults():
    scenario = make()
    assert (scenario.seed, scenario.replicates, scenario.steps_per_day) == (1, 8, 1)
    assert scenario.sample_every_days is None and scenario.description == ""
    assert scenario.patch.sites == (100, 100) and scenario.patch.surface_mm2 == pytest.approx(2.0)


def test_patches():
    assert Patch.model_validate("reference").sites == (200, 200)
    assert Patch.model_validate("tiny").sites == (40, 40)
    assert make(patch={"sites": 60}).patch.sites == (60, 60)
    patch = make(patch={"sites": [60, 80], "site_um": 10, "slice_um": 5}).patch
    assert (patch.nx, patch.ny) == (60, 80)
    assert "patch.sites" in refusal(patch={"sites": 61})
    assert "did you mean 'small'" in refusal(patch="smal")


def test_parameters_may_be_dotted_or_nested():
    flat = make(parameters={"osteoclast.erosion_um_per_day": 7})
    nested = make(parameters={"osteoclast": {"erosion_um_per_day": 7}})
    assert flat.parameters == nested.parameters == {"osteoclast.erosion_um_per_day": 7.0}
    text = refusal(parameters={"osteoclast.erosion_um_day": 7})
    assert "did you mean 'osteoclast.erosion_um_per_day'" in text
    assert "between 1 and 15 um/day" in refusal(parameters={"osteoclast.erosion_um_per_day": 99})


def test_a_host_made_from_another_inherits_from_it():
    host = make(host="postmenopausal_woman").host
    parent = make().host
    assert host.plate_thickness_um == parent.plate_thickness_um
    assert host.estradiol_pmol_per_l == 48 and host.years_since_menopause == 12
    assert host.made_from is not None and host.made_from.years == 13


def test_the_origin_of_a_host_is_a_scenario_on_the_same_patch():
    scenario = make(host="postmenopausal_woman", patch="tiny")
    origin = scenario.origin()
    assert origin is not None and origin.origin() is None
    assert origin.years == 13 and origin.patch == scenario.patch
    assert origin.intervention[0].use == "menopause"
    assert make().origin() is None


def test_the_burn_in_key_ignores_what_does_not_touch_the_burn_in():
    key = make().burn_in_key()
    same = make(title="Other", years=2, seed=9, replicates=3, intervention=[GIVEN])
    assert json.dumps(key) == json.dumps(same.burn_in_key())
    for change in ({"patch": "tiny"}, {"steps_per_day": 2}, {"host": "postmenopausal_woman"}):
        assert make(**change).burn_in_key() != key
    assert make(parameters={"osteocyte.rankl_pm": 20}).burn_in_key() != key


def test_a_table_is_a_host():
    table = make().host.model_dump(exclude_none=True) | {"title": "Mine", "name": "mine"}
    assert make(host=table).host.title == "Mine"
    assert "host.age_years: is missing" in refusal(
        host={key: value for key, value in table.items() if key != "age_years"}
    )


def test_settings_change_single_values():
    scenario = make(intervention=[GIVEN])
    changed = scenario.with_settings(
        {
            "years": "5",
            "intervention.0.dose": "30",
            "patch": "tiny",
            "host.load": "0.8",
            "parameters.osteoclast.erosion_um_per_day": "7",
            "title": "New",
        }
    )
    assert changed.years == 5 and changed.intervention[0].settings["dose"] == 30
    assert changed.patch.sites == (40, 40) and changed.host.load == 0.8
    assert changed.parameters == {"osteoclast.erosion_um_per_day": 7.0}
    assert changed.title == "New" and changed.name == scenario.name
    assert scenario.years == 4
    assert scenario.with_settings({"host": "postmenopausal_woman"}).host.age_years == 63
    assert scenario.with_settings({"host.parameters.osteocyte.rankl_pm": "20"}).host.parameters


@pytest.mark.parametrize(
    ("path", "value", "part"),
    [
        ("years", "five", "years: must be a number"),
        ("yeers", "5", "yeers: unknown key; did you mean 'years'"),
        ("intervention.1.dose", "5", "numbered from 0"),
        ("intervention.x.dose", "5", "numbered from 0"),
        ("intervention.0.doze", "5", "did you mean 'dose'"),
        ("hoost.load", "1", "hoost: unknown key; did you mean 'host'"),
        ("years.x", "1", "holds no keys"),
        ("", "1", "not a dotted key"),
        ("a..b", "1", "not a dotted key"),
        ("seed", "nan", "whole number"),
        ("years", "1\n[evil]", "must be a number"),
        ("years", "[" * 3000, "must be a number"),
    ],
)
def test_a_wrong_setting_is_told(path, value, part):
    scenario = make(intervention=[GIVEN])
    with pytest.raises(InputError, match=r"scenario|s\.toml") as caught:
        scenario.with_settings({path: value})
    assert part in str(caught.value) and "\n" not in str(caught.value)


def test_names_and_paths(tmp_path, monkeypatch):
    with pytest.raises(InputError, match="did you mean 'healthy'"):
        Scenario.load("helthy")
    with pytest.raises(InputError, match="no such file"):
        Scenario.load("./healthy.toml")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "My sce nário.toml").write_text('title="x"\nhost="premenopausal_woman"\nyears=1')
    assert Scenario.load("My sce nário.toml").name == "My_sce_n_rio"
    (tmp_path / "..toml").write_text('title="x"\nhost="premenopausal_woman"\nyears=1')
    assert Scenario.load("..toml").name not in ("", ".", "..")


def test_a_mistake_names_its_line(tmp_path):
    path = tmp_path / "s.toml"
    path.write_text(
        'title = "x"\nhost = "premenopausal_woman"\nyears = 1\n\n[[intervention]]\n'
        'use = "denosumab"\n\n[[intervention]]\nuse = "denosumab"\ndoze = 3\n'
    )
    with pytest.raises(InputError, match=r"s\.toml:10: intervention\.1\.doze: .*'dose'"):
        Scenario.load(path)


def test_a_scenario_cannot_be_changed_in_place():
    with pytest.raises(ValueError, match="frozen"):
        make().years = 3  # type: ignore[misc]


@given(st.integers(0, 720))
def test_months_follow_each_other(month):
    assert day_of_month(month) == round(365 * month / 12)
    assert 30 <= day_of_month(month + 1) - day_of_month(month) <= 31


TEXT = st.text("ab.[/_\n", max_size=5)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)
KEYS = st.sampled_from([*Scenario.model_fields, "x", ""])


@given(st.dictionaries(KEYS, JSON, max_size=4))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_table_gives_a_scenario_or_one_line(changes):
    try:
        make(**changes)
    except InputError as error:
        assert "\n" not in str(error) and str(error).startswith("s.toml: ")


def test_the_key_of_a_life_holds_what_the_file_of_a_treatment_says(monkeypatch):
    """Else a store would take runs of the old file for runs of the new one."""
    key = make(intervention=[GIVEN]).life_key()
    assert make(intervention=[GIVEN], seed=9, replicates=3).life_key() == key
    assert make(intervention=[GIVEN | {"start_month": 1}]).life_key() != key
    old = registry.find("denosumab")
    edited = old.declaration.model_copy(update={"effect": old.declaration.effect[:-1]})
    with monkeypatch.context() as patch:
        patch.setattr(registry, "find", lambda name: replace(old, declaration=edited))
        assert make(intervention=[GIVEN]).life_key() != key
