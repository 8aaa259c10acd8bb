from __future__ import annotations

import sys

import numpy as np
import pandas as pd
import pytest

from bmu_abm import cli
from bmu_abm.batch import executors, indices
from bmu_abm.batch.indices import Outputs
from bmu_abm.batch.sensitivity import sensitivity
from bmu_abm.batch.sensitivity_figure import sensitivity_png
from bmu_abm.errors import InputError, MachineError
from bmu_abm.runs import files
from stand_in import ISHIGAMI, ISHIGAMI_INDICES, ISHIGAMI_RANGE, IshigamiModel, LoadModel, study

pytest.importorskip("SALib")
DENSITY = "bmd_lumbar_spine_pct"


@pytest.fixture(autouse=True)
def _quick(tmp_path, monkeypatch):
    monkeypatch.setenv("BMU_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("BMU_CACHE_MB", "0")
    monkeypatch.setattr(files, "sync", lambda descriptor: None)


def asked(design, points, trouble=None, **data):
    table = {"design": design, "points": points, "replicates": 1, "months": [1]}
    return study(trouble, parameters=ISHIGAMI_RANGE, **{**table, **data})


def found(study_, out, model=IshigamiModel):
    return sensitivity(study_, out=out, jobs=1, model_class=model)


def test_sobol_indices_of_ishigami_agree_with_the_analytic_ones(tmp_path):
    """640 runs, seed 1: within 0.1, and inside their own 95 % intervals."""
    table = found(asked("saltelli", 128), tmp_path / "o").table
    assert len(pd.read_csv(tmp_path / "o" / "points.csv")) == 128 * 5
    for index, known in ISHIGAMI_INDICES.items():
        analytic = np.array(known)
        rows = table[table["index"] == index].set_index("parameter").loc[list(ISHIGAMI)]
        assert np.abs(rows["value"].to_numpy() - analytic).max() < 0.1
        assert ((rows["low"] <= analytic) & (analytic <= rows["high"])).all()


def test_morris_finds_the_size_of_a_linear_effect(tmp_path):
    """The density of the stand-in is 10 x load, over a range of 1; no other number moves it."""
    swept = found(asked("morris", 4, replicates=2), tmp_path / "o", LoadModel)
    table = swept.table.set_index(["parameter", "index"])["value"]
    assert table["host.load", "mu_star"] == pytest.approx(10.0)
    assert table["host.load", "mu"] == pytest.approx(10.0)
    assert table["host.load", "sigma"] == pytest.approx(0.0, abs=1e-9)
    assert table["host.immune_tone", "mu_star"] == pytest.approx(0.0, abs=1e-9)
    assert (tmp_path / "o" / "sensitivity.png").read_bytes().startswith(b"\x89PNG")
    told = pd.read_csv(tmp_path / "o" / "sensitivity.csv")
    assert list(told.columns[:4]) == ["readout", "month", "parameter", "index"]
    before = LoadModel.steps
    again = found(asked("morris", 4, replicates=2), tmp_path / "o", LoadModel)
    assert LoadModel.steps == before
    pd.testing.assert_frame_equal(again.table, swept.table)


def test_an_index_lies_inside_its_interval(tmp_path):
    table = found(asked("morris", 4), tmp_path / "o").table
    star = table[table["index"] == "mu_star"]
    assert ((star["low"] <= star["value"]) & (star["value"] <= star["high"])).all()
    assert (star["high"] > star["low"]).any()
    assert table[table["index"] == "sigma"]["low"].isna().all()


def test_flows_are_outputs_over_three_months(tmp_path):
    asked_ = asked("morris", 2, readouts=["ctx_ratio", DENSITY], months=[3])
    with pytest.raises(InputError, match="ctx_ratio is"):
        found(asked_, tmp_path / "o", LoadModel)  # the stand-in's marker follows no parameter


def test_the_share_of_noise():
    means, errors = np.array([0.0, 1.0, 2.0]), np.full(3, 0.5)
    assert Outputs(means, errors).noise_share == pytest.approx(0.25)
    assert np.isnan(Outputs(means, np.full(3, np.nan)).noise_share)


def test_a_point_without_a_run_is_told(tmp_path):
    with pytest.raises(MachineError, match=r"8 runs failed and 0 are missing"):
        found(asked("morris", 2, {"raise_in": 0}), tmp_path / "o", LoadModel)


@pytest.mark.parametrize("design", ["grid", "latin_hypercube"])
def test_other_designs_have_no_indices(design):
    points = {"points": 4} if design == "latin_hypercube" else {"points": None}
    plain = study(design=design, parameters=ISHIGAMI_RANGE, **points)
    with pytest.raises(InputError, match="choose morris or saltelli"):
        sensitivity(plain)


def test_a_missing_library_is_told_with_its_extra(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(sys.modules, "SALib.sample.morris", None)
    (tmp_path / "s.toml").write_text(
        'title = "x"\nscenario = "healthy"\ndesign = "morris"\npoints = 2\n'
        '[parameters]\n"host.load" = { low = 0.5, high = 1.5 }\n'
        '"host.immune_tone" = { low = 0.5, high = 1.5 }\n'
    )
    for command in ("sensitivity", "sweep"):
        assert cli.main([command, "s.toml"]) == 2
        err = capsys.readouterr().err
        assert err == "bmu: SALib is not installed; " + (
            "install it with: pip install 'bmu_abm[sensitivity]'\n"
        )
    with pytest.raises(InputError, match="no_such_library is not installed"):
        executors.need("no_such_library", "x")


def test_the_figure_takes_many_outputs_and_parameters():
    names = [f"p{i}" for i in range(30)]
    rows = [
        (f"r{j}", 3, name, index, 0.1 * i, 0.1 * i - 0.05, 0.1 * i + 0.05)
        for j in range(9)
        for i, name in enumerate(names)
        for index in ("S1", "ST")
    ]
    columns = ["readout", "month", "parameter", "index", "value", "low", "high"]
    assert sensitivity_png(pd.DataFrame(rows, columns=columns), "x").startswith(b"\x89PNG")
    assert indices.CONFIDENCE == 0.95
