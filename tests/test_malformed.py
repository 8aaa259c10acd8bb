"""Wrong files: exit 2, one line that names the file and the key, nothing written."""

import os
import sys

import pytest

from bmu_abm import cli
from declared import declared, run_process  # noqa: F401  (a fixture)
from malformed import malformed, well_formed

CASES = malformed()


def test_there_are_two_hundred_different_ones():
    assert len(CASES) >= 200
    assert len({case.name for case in CASES}) == len(CASES)
    assert len({case.content for case in CASES}) == len(CASES)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_malformed_file_is_refused_in_one_line(case, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "wrong.toml").write_bytes(case.content)
    for command in (["check", "wrong.toml"], ["run", "wrong.toml", "--out", "results"]):
        assert cli.main(command) == 2
        out, err = capsys.readouterr()
        assert out == "" and err.count("\n") == 1 and err.endswith("\n")
        assert err.startswith("wrong.toml:") and case.key in err and "; " in err
        assert "Traceback" not in err and len(err) < 1500
    assert os.listdir(tmp_path) == ["wrong.toml"]


@pytest.mark.parametrize("name", well_formed())
def test_a_well_formed_file_passes(name, tmp_path, capsys):
    path = tmp_path / "good.toml"
    path.write_text(well_formed()[name], encoding="utf-8")
    assert cli.main(["check", str(path)]) == 0
    assert capsys.readouterr().out.startswith("ok: ")


@pytest.mark.parametrize("name", ["years nan", "huge", "utf-16", 'host "../secret"', "brackets"])
def test_the_process_itself_ends_with_2(name, tmp_path):
    case = next(case for case in CASES if case.name == name)
    (tmp_path / "wrong.toml").write_bytes(case.content)
    command = [sys.executable, "-m", "bmu_abm", "run", "wrong.toml", "--out", "results"]
    done = run_process(command, cwd=tmp_path)
    assert done.returncode == 2 and done.stdout == ""
    assert done.stderr.count("\n") == 1 and done.stderr.startswith("wrong.toml:")
    assert os.listdir(tmp_path) == ["wrong.toml"]
