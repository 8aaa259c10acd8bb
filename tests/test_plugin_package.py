"""An intervention that another package brings, installed as any other and found by entry point."""

import json
import sys

import pytest

from bmu_abm import cli
from bmu_abm.app import catalog
from bmu_abm.errors import InputError
from bmu_abm.interventions import Plan, find, names, registry
from bmu_abm.scenario import Scenario

CODE = '''
"""A tonic that lowers the RANKL of osteocytes from its second day on."""

declaration = {
    "title": "Bone tonic",
    "description": "An invented drug.",
    "kind": "drug",
    "sources": ["invented"],
    "parameters": {
        "dose": {
            "default": 2.0, "unit": "ml", "low": 0.0, "high": 5.0, "help": "a day",
            "source": "invented", "live": True,
        },
    },
}


def act(today, environment):
    if today.day > 0 and today.values["dose"] > 0.0:
        environment.scale("osteocyte.rankl_pm", 1.0 / (1.0 + today.values["dose"]))
'''
METADATA = "Metadata-Version: 2.1\nName: bone-tonic\nVersion: 3.1.4\n"
ENTRY_POINTS = "[bmu_abm.interventions]\nbone_tonic = bone_tonic_plugin\n"


def forget():
    registry._plugins.cache_clear()
    registry.find.cache_clear()


@pytest.fixture(autouse=True)
def installed(tmp_path, monkeypatch):
    """Install the package into a folder on the path, as `pip install --target` does."""
    site = tmp_path / "site"
    info = site / "bone_tonic-3.1.4.dist-info"
    info.mkdir(parents=True)
    (site / "bone_tonic_plugin.py").write_text(CODE, encoding="utf-8")
    (info / "METADATA").write_text(METADATA, encoding="utf-8")
    (info / "entry_points.txt").write_text(ENTRY_POINTS, encoding="utf-8")
    monkeypatch.syspath_prepend(site)
    forget()
    yield info
    sys.modules.pop("bone_tonic_plugin", None)
    forget()


def table(**course):
    use = {"use": "bone_tonic", **course}
    return {"title": "T", "host": "premenopausal_woman", "years": 0.1, "intervention": [use]}


def test_it_is_found_beside_what_ships():
    assert "bone_tonic" in names() and registry.plugins() == ["bone_tonic"]
    found = find("bone_tonic")
    assert found.declaration.title == "Bone tonic"
    assert (found.origin, found.package) == ("bone_tonic_plugin", "bone-tonic 3.1.4")
    assert find("denosumab").package is None


def test_bmu_scenarios_lists_it_with_its_package(capsys):
    assert cli.main(["scenarios"]) == 0
    lines = capsys.readouterr().out.splitlines()
    after = lines[lines.index("interventions of other packages") + 1]
    assert after.split() == ["bone_tonic", "Bone", "tonic", "(bone-tonic", "3.1.4)"]


def test_without_it_bmu_scenarios_names_no_other_packages(installed, capsys):
    (installed / "entry_points.txt").unlink()
    forget()
    assert cli.main(["scenarios"]) == 0
    assert "other packages" not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("course", "part"),
    [({"dose": 6.0}, "5"), ({"dose": -1.0}, "0"), ({"dosis": 1.0}, "did you mean 'dose'")],
)
def test_its_numbers_are_checked(course, part):
    with pytest.raises(InputError, match=part) as caught:
        Scenario.from_dict(table(**course))
    assert "\n" not in str(caught.value)


def test_the_page_offers_it_with_its_controls():
    (offer,) = (one for one in catalog.interventions() if one["name"] == "bone_tonic")
    assert offer["title"] == "Bone tonic" and offer["sources"] == ["invented"]
    dose = offer["parameters"]["dose"]
    assert (dose["default"], dose["low"], dose["high"], dose["unit"]) == (2.0, 0.0, 5.0, "ml")
    assert dose["live"] is True


def test_its_package_and_version_stand_in_the_provenance():
    (record,) = Plan.from_scenario(Scenario.from_dict(table(dose=1.0))).provenance()
    assert record["package"] == "bone-tonic 3.1.4"
    assert record["parameters"]["dose"] == {"value": 1.0, "unit": "ml", "source": "invented"}


def test_it_acts_on_the_bone_of_a_run_and_is_in_what_the_run_leaves(tmp_path, monkeypatch):
    monkeypatch.setenv("BMU_CACHE_DIR", str(tmp_path / "cache"))
    rows = {}
    for dose in (0.0, 5.0):
        file, out = tmp_path / "tonic.toml", tmp_path / f"out{dose:g}"
        settings = (f"intervention.0.dose={dose}", "patch.sites=20", "host.burn_in_years=0.1")
        file.write_text(
            'title = "T"\nhost = "premenopausal_woman"\nyears = 0.1\n'
            '[[intervention]]\nuse = "bone_tonic"\n',
            encoding="utf-8",
        )
        asked = ["--replicates", "1", "--jobs", "1", "--quiet", "--out", str(out)]
        assert cli.main(["run", str(file), "--set", *settings, *asked]) == 0
        told = json.loads((out / "provenance.json").read_text(encoding="utf-8"))
        assert told["interventions"][0]["package"] == "bone-tonic 3.1.4"
        rows[dose] = (out / "timeseries.csv").read_text(encoding="utf-8").splitlines()
    assert rows[0.0][0] == rows[5.0][0] and rows[0.0][-1] != rows[5.0][-1]
