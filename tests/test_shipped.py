"""The files that ship: where they are found, and that the engine knows what they name."""

import json
import pickle

import pytest

from bmu_abm import shipped
from bmu_abm.host import Host, shipped_host_table
from bmu_abm.interventions import Plan, find
from bmu_abm.scenario import Scenario


def test_the_package_data_come_before_the_repository(tmp_path, monkeypatch):
    package = tmp_path / "src" / "bmu_abm"
    for folder in (package / "_scenarios" / "hosts", tmp_path / "scenarios" / "hosts"):
        folder.mkdir(parents=True)
    monkeypatch.setattr(shipped, "__file__", str(package / "shipped.py"))
    shipped.folder.cache_clear()
    try:
        assert shipped.folder() == package / "_scenarios"
        (package / "_scenarios" / "hosts").rmdir()
        shipped.folder.cache_clear()
        assert shipped.folder() == tmp_path / "scenarios"
        (tmp_path / "scenarios" / "hosts").rmdir()
        shipped.folder.cache_clear()
        with pytest.raises(shipped.MachineError, match="install it again"):
            shipped.folder()
    finally:
        shipped.folder.cache_clear()


@pytest.mark.parametrize("name", ["../healthy", "healthy.toml", "", "Healthy", "hosts/x", "a" * 99])
def test_only_plain_names_are_looked_up(name):
    assert shipped.path("scenario", name) is None
    with pytest.raises(KeyError):
        shipped.read("scenario", name)


@pytest.mark.parametrize("name", shipped.names("intervention"))
def test_the_engine_declares_what_a_shipped_intervention_names(name):
    pytest.importorskip("bmu_abm.systemic.environment")
    declaration = find(name).declaration
    assert declaration.effect or declaration.side_effect


@pytest.mark.parametrize("name", shipped.names("scenario"))
def test_a_shipped_scenario_has_a_plan_without_warnings(name):
    pytest.importorskip("bmu_abm.systemic.environment")
    assert Plan.from_scenario(Scenario.load(name)).warnings() == []


@pytest.mark.parametrize("name", shipped.names("scenario"))
def test_a_shipped_scenario_loads_and_survives_its_own_table(name):
    scenario = Scenario.load(name)
    assert scenario.name == name
    table = json.loads(json.dumps(scenario.to_dict()))
    assert Scenario.from_dict(table).to_dict() == scenario.to_dict()
    assert pickle.loads(pickle.dumps(scenario)).name == name


@pytest.mark.parametrize("name", shipped.names("host"))
def test_every_number_of_a_shipped_host_has_a_source(name):
    host = Host.model_validate(name)
    assert host.name == name
    table = shipped_host_table(name)
    numbers = {key for key, value in table.items() if isinstance(value, int | float)}
    assert numbers <= set(table["sources"])
