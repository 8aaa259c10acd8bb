"""The files that ship: where they are found, and that the engine knows what they name."""

import pytest

from bmu_abm import shipped
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
    assert find(name).declaration.effect


@pytest.mark.parametrize("name", shipped.names("scenario"))
def test_a_shipped_scenario_has_a_plan_without_warnings(name):
    pytest.importorskip("bmu_abm.systemic.environment")
    assert Plan.from_scenario(Scenario.load(name)).warnings() == []
