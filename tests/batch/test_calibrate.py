from __future__ import annotations

import json
import tomllib

import numpy as np
import pandas as pd
import pytest

from bmu_abm import cli
from bmu_abm.batch import calibration
from bmu_abm.batch.calibration import calibrate, log_likelihood
from bmu_abm.batch.study import Study
from bmu_abm.batch.surrogate import surrogate
from bmu_abm.batch.sweeping import sweep
from bmu_abm.errors import InputError, MachineError
from bmu_abm.runs import files
from bmu_abm.runs.summary import Estimate
from stand_in import LoadModel, study

DENSITY = "bmd_lumbar_spine_pct"
TARGET = {"readout": DENSITY, "month": 3, "value": 2.0, "sd": 0.1, "source": "made up"}
RANGE = {"host.load": {"low": 0.5, "high": 1.5}}


@pytest.fixture(autouse=True)
def _quick(tmp_path, monkeypatch):
    monkeypatch.setenv("BMU_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setattr(files, "sync", lambda descriptor: None)


def asked(trouble=None, **data):
    table = {"parameters": RANGE, "target": [TARGET], "trials": 32, "replicates": 3}
    return study(trouble, **{**table, **data})


def fitted(study_, out, **options):
    pytest.importorskip("optuna")
    return calibrate(study_, out=out, jobs=1, model_class=LoadModel, **options)


def test_a_known_parameter_is_recovered_and_written_down(tmp_path):
    """The density of the stand-in is 10 x (load - 1) and noise of 0.1: a density of 2 is 1.2."""
    done = fitted(asked(), tmp_path / "o", command=["bmu", "calibrate", "s.toml"])
    assert done.best["host.load"] == pytest.approx(1.2, abs=0.04)
    assert len(pd.read_csv(tmp_path / "o" / "trials.csv")) == 32
    settings = tomllib.loads((tmp_path / "o" / "fitted.toml").read_text())["settings"]
    assert settings == {"host.load": done.best["host.load"]}
    assert study(settings=settings).base.host.load == settings["host.load"]
    told = json.loads((tmp_path / "o" / "provenance.json").read_text())["fitted"][0]
    assert told["kind"] == "fitted" and told["path"] == "host.load"
    low, high = told["interval_95"]
    assert (low, high) == done.intervals["host.load"]
    assert low < 1.2 < high and 0.02 < high - low < 0.1
    assert f"95 % interval {low:.4g} to" in (tmp_path / "o" / "fitted.toml").read_text()


def test_a_calibration_that_was_stopped_comes_to_the_same(tmp_path, monkeypatch):
    small = asked(trials=8)
    whole = fitted(small, tmp_path / "a").trials
    calls = []

    def stopping(points, *rest):
        calls.append(1)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return original(points, *rest)

    original = calibration.run_points
    monkeypatch.setattr(calibration, "run_points", stopping)
    with pytest.raises(KeyboardInterrupt):
        fitted(small, tmp_path / "b")
    before = LoadModel.steps
    again = fitted(small, tmp_path / "b")
    pd.testing.assert_frame_equal(again.trials, whole)
    steps = LoadModel.steps - before
    before = LoadModel.steps
    fitted(small, tmp_path / "b")
    assert steps > 0 and LoadModel.steps == before


def test_the_likelihood_knows_the_noise_of_the_patches():
    spec = asked()
    near, far = Estimate(2.0, 0.05, 3), Estimate(3.0, 0.05, 3)
    noisy = Estimate(3.0, 1.0, 3)
    assert log_likelihood(spec, [near]) > log_likelihood(spec, [noisy])
    assert log_likelihood(spec, [noisy]) > log_likelihood(spec, [far])
    variance = 0.1**2 + 0.05**2
    expected = -0.5 * (1.0 / variance + np.log(variance))
    assert log_likelihood(spec, [far]) == pytest.approx(expected)
    assert log_likelihood(spec, [Estimate(2.0, float("nan"), 1)]) == -1e12


def test_nothing_finished_is_told(tmp_path):
    with pytest.raises(MachineError, match="no run was finished: the fake broke"):
        fitted(asked({"raise_in": 0}, trials=1, replicates=2), tmp_path / "o")


WRONG = {
    "target": {"target": []},
    "replicates": {"replicates": 1},
    r"parameters\.host\.load": {"parameters": {"host.load": [1.0, 2.0]}},
    r"target\.0\.month": {"target": [{**TARGET, "month": 99}]},
    r"target\.0\.sd": {"target": [{**TARGET, "sd": 0.0}]},
    r"target\.0\.value": {"target": [{**TARGET, "value": float("nan")}]},
    r"target\.0\.readout": {"target": [{**TARGET, "readout": "bmd"}]},
}


@pytest.mark.parametrize("key", WRONG)
def test_a_wrong_calibration_is_told_in_one_line(tmp_path, key):
    pytest.importorskip("optuna")
    with pytest.raises(InputError, match=f"study: {key}"):
        fitted(asked(**WRONG[key]), tmp_path / "o")
    assert not (tmp_path / "o").exists()


def test_a_missing_library_is_told_with_its_extra(tmp_path, monkeypatch, capsys):
    monkeypatch.setitem(__import__("sys").modules, "optuna", None)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "s.toml").write_text(
        'title = "x"\nscenario = "healthy"\n'
        '[parameters]\n"host.load" = { low = 0.5, high = 1.5 }\n'
        f'[[target]]\nreadout = "{DENSITY}"\nmonth = 12\nvalue = 1\nsd = 1\nsource = "x"\n'
    )
    assert cli.main(["calibrate", "s.toml"]) == 2
    assert capsys.readouterr().err.endswith("pip install 'bmu_abm[calibrate]'\n")


@pytest.fixture
def swept(tmp_path):
    ranges = {**RANGE, "host.immune_tone": {"low": 0.5, "high": 1.5}}
    table = {"parameters": ranges, "design": "sobol", "points": 16, "months": [3]}
    asked_ = study(**table, readouts=[DENSITY, "ctx_ratio"])
    return sweep(asked_, out=tmp_path / "o", jobs=1, model_class=LoadModel)


def test_a_surrogate_predicts_what_it_has_not_seen_and_knows_its_error(swept):
    pytest.importorskip("sklearn")
    learnt = surrogate(swept, DENSITY, 3)
    new = pd.DataFrame({"host.load": [0.7, 1.3], "host.immune_tone": [1.1, 0.9]})
    told = learnt.predict(new)
    noise = swept.frame().query("month == 3")[DENSITY].sub(0).groupby(swept.frame()["point"]).mean()
    offset = float((noise - 10 * (swept.frame().groupby("point")["host.load"].first() - 1)).mean())
    assert told["mean"].to_numpy() == pytest.approx([-3 + offset, 3 + offset], abs=0.2)
    assert learnt.rmse < 0.1 * learnt.spread and 0.8 <= learnt.within_95 <= 1.0


def test_a_surrogate_needs_points(swept):
    with pytest.raises(InputError, match="0 points have a value of bv_tv"):
        surrogate(swept, "bv_tv", 3)
    assert Study.load("slit3_dose").stop is not None
