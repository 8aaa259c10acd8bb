"""The documentation: generated pages are up to date, what pages name exists, examples run."""

import re
import tomllib
from pathlib import Path

import pytest

from bmu_abm import BoneModel, docs
from bmu_abm.batch.study import Study
from bmu_abm.errors import InputError
from bmu_abm.interventions import registry
from bmu_abm.parameters import REGISTRY
from bmu_abm.scenario import Scenario

ROOT = Path(__file__).parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])
ROOMS = {path.split(".")[0] for path in REGISTRY}
PICTURES = "docs/img/"  # made by `make pictures`


def text_of(name):
    return (ROOT / name).read_text(encoding="utf-8")


def blocks(text, language):
    return re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)


def test_the_generated_pages_are_up_to_date():
    stale = [
        path.name
        for path, text in docs.pages(ROOT / "docs").items()
        if not path.exists() or path.read_text(encoding="utf-8") != text
    ]
    assert not stale, "run: python -m bmu_abm.docs"


def test_every_parameter_stands_on_the_page_once():
    rows = re.findall(r"^\| `([\w.]+)`", docs.parameters_page(), re.MULTILINE)
    assert sorted(rows) == sorted(REGISTRY)


def test_a_bar_in_a_cell_does_not_split_it():
    assert docs.table(["a"], [["x|y"]]).splitlines()[-1] == r"| x\|y |"


def test_writing_twice_changes_nothing(tmp_path):
    (tmp_path / "model.md").write_text("a\n<!-- begin fields -->\nold\n<!-- end fields -->\nb\n")
    docs.write(tmp_path)
    pages = sorted(tmp_path.rglob("*.md"))
    first = {path.name: path.read_text(encoding="utf-8") for path in pages}
    docs.write(tmp_path)
    assert first == {path.name: path.read_text(encoding="utf-8") for path in pages}
    assert "denosumab.md" in first
    assert "| RANKL |" in first["model.md"] and "old" not in first["model.md"]
    assert first["model.md"].startswith("a\n") and first["model.md"].endswith("-->\nb\n")


def test_a_missing_folder_is_told_in_one_line(tmp_path, capsys):
    with pytest.raises(InputError, match="no such folder"):
        docs.write(tmp_path / "nowhere")
    assert docs.main([str(tmp_path / "nowhere")]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_links_within_the_repository_lead_somewhere(page):
    for target in re.findall(r"\]\(([^)#\s]*)(?:#[\w-]*)?\)", page.read_text(encoding="utf-8")):
        path = (page.parent / target).resolve()
        made = path.relative_to(ROOT).as_posix().startswith(PICTURES)
        assert made or path.exists(), target


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_parameters_that_a_page_names_are_declared(page):
    named = re.findall(r"`(?:parameters\.)?(\w+\.\w+)`", page.read_text(encoding="utf-8"))
    unknown = [
        name
        for name in named
        if name.split(".")[0] in ROOMS and not name.endswith(".py") and name not in REGISTRY
    ]
    assert not unknown


def test_the_model_page_defines_every_readout():
    data = {"title": "t", "host": "premenopausal_woman", "years": 1, "patch": "tiny"}
    columns = BoneModel(Scenario.from_dict(data)).sample()
    _, readouts = text_of("docs/model.md").split("\n## Readouts\n")
    defined = set(re.findall(r"`(\w+)`", readouts))
    assert {name for name in columns if not name.startswith("sum_")} <= defined


@pytest.mark.parametrize("page", ["README.md", "docs/scenarios.md"])
def test_scenarios_on_a_page_are_accepted(page):
    tables = [tomllib.loads(block) for block in blocks(text_of(page), "toml")]
    whole = [table for table in tables if "title" in table and "host" in table]
    assert whole
    for table in whole:
        Scenario.from_dict(table)


def test_studies_on_a_page_are_accepted():
    tables = [tomllib.loads(block) for block in blocks(text_of("docs/batch.md"), "toml")]
    studies = [table for table in tables if "scenario" in table]
    assert len(studies) == 2
    for table in studies:
        assert Study.from_dict(table).axes


def test_the_python_example_of_many_runs_runs(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BMU_CACHE_DIR", str(tmp_path / "cache"))
    (example,) = (b for b in blocks(text_of("docs/batch.md"), "python") if "SLURM" not in b)
    exec(compile(example, "batch.md", "exec"), {"__name__": "batch"})
    assert (tmp_path / "runs/load/timeseries.parquet").exists()
    assert "host.load" in capsys.readouterr().out


def test_an_intervention_on_a_page_is_accepted():
    tables = [tomllib.loads(block) for block in blocks(text_of("docs/scenarios.md"), "toml")]
    interventions = [table for table in tables if "kind" in table]
    assert interventions
    for table in interventions:
        assert registry.declare(table, "page").effect


def test_the_python_example_of_the_readme_runs(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BMU_CACHE_DIR", str(tmp_path / "cache"))
    (example,) = blocks(text_of("README.md"), "python")
    assert '"years": "1"' in example
    example = example.replace('"years": "1"', '"years": "0.25", "host.burn_in_years": "0.1"')
    exec(compile(example, "README.md", "exec"), {"__name__": "readme"})
    assert (tmp_path / "runs/first/timeseries.csv").exists()
    assert "Osteocyte" in capsys.readouterr().out
