"""Wrong studies: exit 2, one line that names file, key and mend, nothing written."""

from __future__ import annotations

import pytest

from bmu_abm import cli, shipped
from bmu_abm.batch.plan import Plan
from bmu_abm.batch.study import Study
from bmu_abm.errors import InputError
from bmu_abm.scenario import Scenario

GOOD = {
    "title": '"SLIT3"',
    "scenario": '"postmenopausal"',
    "replicates": "2",
    "design": '"grid"',
}
DOSE = '[parameters."intervention.0.dose"]\nvalues = [0, 77]\n'
DRUG = '[settings]\nintervention = [{use = "recombinant_slit3"}]\n'
LOAD = '[parameters."host.load"]\n'


def text(top=None, tail=DRUG + DOSE):
    lines = [f"{key} = {value}" for key, value in (GOOD | (top or {})).items() if value]
    return "\n".join([*lines, tail])


WRONG = {
    "no title": (text({"title": ""}), "title"),
    "no scenario": (text({"scenario": ""}), "scenario"),
    "unknown scenario": (text({"scenario": '"postmenopausl"'}), "did you mean 'postmenopausal'"),
    "scenario is a path": (text({"scenario": '"../secret.toml"'}), "a path, where a name"),
    "scenario is absolute": (text({"scenario": '"/etc/passwd"'}), "scenario"),
    "scenario is a number": (text({"scenario": "3"}), "scenario"),
    "no such file": (text({"scenario": '"mine.toml"'}), "beside the study"),
    "wrong table": (text({"scenario": '{title = "x"}'}), "scenario: host"),
    "replicates 0": (text({"replicates": "0"}), "replicates"),
    "replicates nan": (text({"replicates": "nan"}), "replicates"),
    "replicates 1.5": (text({"replicates": "1.5"}), "replicates"),
    "replicates many": (text({"replicates": "1000000000"}), "replicates"),
    "seed -1": (text({"seed": "-1"}), "seed"),
    "unknown key": (text({"replicate": "3"}), "did you mean 'replicates'"),
    "unknown design": (text({"design": '"gird"'}), "did you mean 'grid'"),
    "twice": (text() + "\n" + DOSE, "may stand only once"),
    "key twice": (text({"seed": "1\nseed = 2"}), "seed"),
    "no toml": ("title: x", "TOML"),
    "empty": ("", "title"),
    "nothing varied": (text(tail=""), "nothing is varied"),
    "unknown parameter": (
        text(tail="[parameters.parameters.osteoclast.gate_rankl]\nlow = 1"),
        "did you mean 'parameters.osteoclast.gate_rankl_pm'",
    ),
    "unknown setting": (text(tail="[settings]\nyeers = 1\n" + LOAD + "values = [1]"), "yeers"),
    "no such course": (text(tail=DOSE), "intervention.0.dose"),
    "range of a drug": (
        text(tail=DRUG + DOSE.replace("77", "9999")),
        "parameters.intervention.0.dose.values: is 9999 but must lie between 0 and 2000 ng/ml",
    ),
    "empty range": (text(tail=LOAD + "low = 1\nhigh = 1"), "range from 1 to 1 is empty"),
    "upside down": (text(tail=LOAD + "low = 2\nhigh = 1"), "is empty"),
    "no range": (text(tail=LOAD), "no declared range"),
    "half a range": (text(tail=LOAD + "low = 1"), "no high"),
    "nan": (text(tail=LOAD + "low = nan\nhigh = 1"), "host.load.low"),
    "inf": (text(tail=LOAD + "low = 0\nhigh = inf"), "host.load.high"),
    "nan level": (text(tail=LOAD + "values = [1.0, nan]"), "host.load.values"),
    "no levels": (text(tail=LOAD + "values = []"), "host.load.values"),
    "level twice": (text(tail=LOAD + "values = [1, 1.0]"), "twice"),
    "list of lists": (text(tail=LOAD + "values = [[1]]"), "host.load.values"),
    "no list": (text(tail=LOAD + "values = 3"), "host.load"),
    "one level": (text(tail=LOAD + "low = 0\nhigh = 1\nlevels = 1"), "host.load.levels"),
    "values and low": (text(tail=LOAD + "low = 0\nvalues = [1]"), "one of the two"),
    "log of 0": (text(tail=LOAD + 'low = 0\nhigh = 1\nscale = "log"'), "above 0"),
    "scale": (text(tail=LOAD + 'low = 0\nhigh = 1\nscale = "logg"'), "host.load.scale"),
    "whole": (text(tail=LOAD + "low = 0.5\nhigh = 2\nwhole = true"), "whole number"),
    "name": (text(tail=LOAD + 'values = [1]\nname = "month"'), "host.load.name"),
    "value of the host": (text(tail=LOAD + "values = [1, -1]"), "host.load"),
    "text for a number": (text(tail=LOAD + 'values = [1, "x"]'), "host.load"),
    "seed varied": (text(tail="[parameters.seed]\nvalues = [1, 2]"), "top of the study"),
    "replicates varied": (text(tail="[parameters.replicates]\nvalues = [1]"), "replicates"),
    "parameters is a list": (text(tail="") + "\nparameters = [1]", "parameters"),
    "both": (text(tail=LOAD + "values = [1]\n[levers.years]\nvalues = [1]"), "parameters"),
    "two times": (
        text(tail="[uncertainties.years]\nvalues = [1]\n[levers.years]\nvalues = [1]"),
        "varied twice",
    ),
    "points without": (text({"design": '"sobol"'}), "points"),
    "points of a grid": (text({"points": "8"}), "points"),
    "points 0": (text({"design": '"sobol"', "points": "0"}), "points"),
    "no power of two": (text({"design": '"sobol"', "points": "100"}), "write 64 or 128"),
    "morris of one": (text({"design": '"morris"', "points": "8"}), "two or more"),
    "no table": (text({"design": '"table"'}, tail=""), "table"),
    "no such table": (text({"design": '"table"', "table": '"p.csv"'}, tail=""), "p.csv"),
    "table is a path": (text({"design": '"table"', "table": '"../p.csv"'}, tail=""), "a path"),
    "table of a kind": (text({"design": '"table"', "table": '"p.xlsx"'}, tail=""), ".parquet"),
    "table without": (text({"table": '"p.csv"'}), "table"),
    "table and varied": (text({"design": '"table"', "table": '"p.csv"'}), "parameters"),
    "months": (text({"months": "[37]"}), "month 37"),
    "months nan": (text({"months": "[nan]"}), "months"),
    "months twice": (text({"months": "[3, 3]"}), "months"),
    "readouts": (text({"readouts": '"bmd"'}), "readouts"),
    "stop without": (text() + "[stop]\nse_below = 1", "stop.readout"),
    "stop 0": (text() + '[stop]\nreadout = "bv_tv"\nse_below = 0', "stop.se_below"),
    "stop nan": (text() + '[stop]\nreadout = "bv_tv"\nse_below = nan', "stop.se_below"),
    "stop month": (
        text() + '[stop]\nreadout = "bv_tv"\nse_below = 1\nmonth = 99',
        "month 99",
    ),
    "stop of one": (
        text({"replicates": "1"}) + '[stop]\nreadout = "bv_tv"\nse_below = 1',
        "replicates",
    ),
    "stop early": (
        text({"replicates": "9"}) + '[stop]\nreadout = "bv_tv"\nse_below = 1\nmax_replicates = 8',
        "stop.max_replicates",
    ),
    "stop key": (text() + '[stop]\nreadout = "bv_tv"\nse_belov = 1', "se_below"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_study_is_refused_in_one_line(name, tmp_path, monkeypatch, capsys):
    content, part = WRONG[name]
    monkeypatch.chdir(tmp_path)
    (tmp_path / "study.toml").write_text(content)
    assert cli.main(["sweep", "study.toml", "--out", "results"]) == 2
    out, err = capsys.readouterr()
    assert out == "" and err.count("\n") == 1 and err.startswith("study.toml")
    assert part in err and "; " in err
    assert [path.name for path in tmp_path.iterdir()] == ["study.toml"]


COMMANDS = {
    "nowhere.toml": "no such file",
    "no_such_study": "no study",
    ".": "is a folder",
    "study.toml --shard 3/2": "--shard",
    "study.toml --jobs 0": "--jobs",
}


@pytest.mark.parametrize("command", COMMANDS)
def test_a_wrong_command_is_refused_in_one_line(command, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "study.toml").write_text(text())
    assert cli.main(["sweep", *command.split()]) == 2
    out, err = capsys.readouterr()
    assert out == "" and err.count("\n") == 1 and COMMANDS[command] in err


def test_a_mistake_is_told_with_its_line(tmp_path):
    path = tmp_path / "study.toml"
    path.write_text(text(tail=LOAD + "low = 2\nhigh = 1"))
    with pytest.raises(InputError, match=r"study\.toml:5: parameters\.host\.load"):
        _ = Study.load(path).axes


def test_the_base_is_a_name_a_file_beside_it_or_a_table(tmp_path):
    scenario = Scenario.load("healthy").with_settings({"years": "2"})
    (tmp_path / "mine.toml").write_text('title = "x"\nhost = "premenopausal_woman"\nyears = 2\n')
    for value in (
        '"healthy"',
        '"mine.toml"',
        '{title = "x", host = "premenopausal_woman", years=2}',
    ):
        (tmp_path / "s.toml").write_text(
            text({"scenario": value}, "[settings]\nyears = 2\n" + LOAD + "values = [1]")
        )
        base = Study.load(tmp_path / "s.toml").base
        assert base.host == scenario.host and base.years == 2


@pytest.mark.parametrize("name", shipped.names("study"))
def test_a_shipped_study_has_a_design(name):
    study = Study.load(name)
    plan = Plan(study)
    assert study.title and study.description and study.readouts
    for point in (0, len(plan.design.rows) // 2, len(plan.design.rows) - 1):
        plan.scenario(point)


def test_three_studies_ship():
    assert {"slit3_dose", "cxcr4_cells", "menopause_sensitivity"} <= set(shipped.names("study"))
