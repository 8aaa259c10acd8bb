from __future__ import annotations

import json
import math

import numpy as np
import pandas as pd
import pytest

from bmu_abm.errors import InputError, MachineError
from bmu_abm.runs import figure, files, output, run
from bmu_abm.runs.bench import bench
from bmu_abm.runs.figure import month_ticks, spread
from bmu_abm.runs.simulate import sampling_plan
from bmu_abm.runs.summary import estimate, ratio_estimate, summarise
from bmu_abm.runs.treatment_bars import bar_lanes
from fake_engine import FakeModel, fake_scenario


@pytest.fixture(autouse=True)
def _own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("BMU_CACHE_DIR", str(tmp_path / "cache"))


@pytest.fixture
def _no_figure(monkeypatch):
    monkeypatch.setattr(figure, "figure_png", lambda *_: b"")


DENOSUMAB = {"use": "denosumab", "stop_month": 24}


def go(folder, jobs=1, replicates=3, **data):
    spec = fake_scenario(**({"intervention": [DENOSUMAB]} | data))
    options = {"jobs": jobs, "out": folder, "quiet": True, "model_class": FakeModel}
    return run(spec, replicates=replicates, **options)


def test_the_files_do_not_depend_on_the_number_of_jobs(tmp_path):
    go(tmp_path / "a", jobs=1)
    go(tmp_path / "b", jobs=2)
    for name in ("timeseries.csv", "summary.json", "provenance.json", "figure.png"):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


@pytest.mark.usefixtures("_no_figure")
def test_timeseries_gives_every_float_back(tmp_path):
    ensemble = go(tmp_path / "a")
    table = pd.read_csv(tmp_path / "a" / "timeseries.csv")
    assert list(table.columns[:3]) == ["replicate", "seed", "month"]
    assert table["month"].dtype == "int64"
    column = "bmd_lumbar_spine_pct"
    assert np.array_equal(table[column], ensemble.frame()[column])


@pytest.mark.usefixtures("_no_figure")
def test_summary_and_provenance(tmp_path):
    go(tmp_path / "a", years=3)
    summary = json.loads((tmp_path / "a" / "summary.json").read_text())
    assert list(summary["months"]) == ["0", "3", "6", "12", "24", "36"]
    assert summary["status"] == "finished"
    assert summary["surface_mm2"] == pytest.approx(0.96)
    assert summary["months"]["36"]["ctx_ratio"].keys() >= {"mean", "se", "n", "mean_3_months"}
    origin = json.loads((tmp_path / "a" / "provenance.json").read_text())
    assert origin["scenario"]["years"] == 3
    assert [r["surface_mm2"] for r in origin["replicates"]] == [0.32] * 3
    assert origin["interventions"][0]["use"] == "denosumab"
    assert origin["warnings"] == []
    assert {"bmu_abm", "python", "numpy", "numba", "mesa"} <= origin["versions"].keys()


def test_a_rate_is_a_ratio_of_means():
    frame = pd.DataFrame(
        {"bfr_bs_um_per_year": [0.0, 36.5], "ms_bs": [0.0, 0.2], "mar_um_per_day": [np.nan, 9.0]}
    )
    assert estimate(frame, "mar_um_per_day").mean == pytest.approx(0.5)
    drawn = np.random.default_rng(3).normal([2, 1], [0.2, 0.05], (4000, 2))
    found = ratio_estimate(drawn[:, 0], drawn[:, 1])
    expected = 2 * math.hypot(0.2 / 2, 0.05) / math.sqrt(4000)
    assert found.mean == pytest.approx(2, abs=4 * expected)
    assert found.se == pytest.approx(expected, rel=0.05)


def test_one_replicate_has_no_standard_error():
    frame = pd.DataFrame({"replicate": [0], "seed": [1], "month": [0], "es_bs": [0.04]})
    assert summarise(frame)["0"]["es_bs"] == {"mean": 0.04, "se": None, "n": 1}


def test_sampling_plan():
    assert sampling_plan(0.25) == [(0, 0), (30, 1), (61, 2), (91, 3)]
    assert len(sampling_plan(5)) == 61
    fine = sampling_plan(0.25, 7)
    assert {0, 7, 14, 30, 61, 91} <= {day for day, _ in fine}
    assert dict(fine)[30] == 1.0


def test_wrong_input_makes_no_folder(tmp_path):
    with pytest.raises(InputError, match="replicates: 0"):
        go(tmp_path / "a", replicates=0)
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="is a file"):
        go(tmp_path / "file" / "deeper")
    with pytest.raises(Exception, match="the fake broke on purpose"):
        go(tmp_path / "a", replicates=1, trouble={"raise_in": 0})
    assert not (tmp_path / "a").exists()


def test_a_folder_without_permission_is_told_before_the_run(tmp_path, monkeypatch):
    monkeypatch.setattr(output.os, "access", lambda path, mode: False)
    before = FakeModel.steps
    with pytest.raises(MachineError, match="no permission"):
        go(tmp_path / "a")
    assert FakeModel.steps == before


def test_a_full_disk_leaves_whole_files(tmp_path, monkeypatch):
    replace, calls = files.os.replace, []

    def fill_up(source, target):
        if str(target).endswith("provenance.json"):
            calls.append(target)
            raise OSError(28, "No space left on device")
        replace(source, target)

    monkeypatch.setattr(files.os, "replace", fill_up)
    with pytest.raises(MachineError, match=r"provenance\.json: cannot write: No space left"):
        go(tmp_path / "a")
    assert calls
    assert sorted(p.name for p in (tmp_path / "a").iterdir()) == ["summary.json", "timeseries.csv"]


@pytest.mark.usefixtures("_no_figure")
def test_a_replicate_that_fails_is_told_and_the_others_are_written(tmp_path, capsys):
    spec = fake_scenario({"raise_in": 1}, years=0.25)
    run(spec, replicates=3, jobs=1, out=tmp_path / "a", model_class=FakeModel)
    told = capsys.readouterr().out
    assert "1 failed, the first with: the fake broke on purpose" in told
    assert "LS BMD %" in told
    assert str(tmp_path / "a") in told
    origin = json.loads((tmp_path / "a" / "provenance.json").read_text())
    assert origin["failures"][0]["replicate"] == 1


@pytest.mark.parametrize(("replicates", "years"), [(1, 0.25), (5, 4)])
def test_the_figure_renders(tmp_path, replicates, years):
    go(tmp_path / "a", replicates=replicates, years=years)
    png = (tmp_path / "a" / "figure.png").read_bytes()
    assert png.startswith(b"\x89PNG")
    assert len(png) > 10_000


def test_labels_keep_apart_in_their_order():
    placed = spread([0.5, 0.52, 0.1], 0.3)
    assert placed[2] < placed[0] < placed[1]
    assert placed[1] - placed[0] >= 0.3 - 1e-9


def test_bars_of_one_lane_do_not_overlap():
    uses = [("a", 0, 24), ("b", 24, None), ("c", 12, 30)]
    drugs = [{"use": u, "start_month": i, "stop_month": j} for u, i, j in uses]
    lanes = {bar.name: lane for lane, bar in bar_lanes(drugs, 48)}
    assert lanes == {"a": 0, "c": 1, "b": 0}
    assert month_ticks(60) == [0, 12, 24, 36, 48, 60]


def test_bench_is_one_json_object():
    measured = bench(fake_scenario(), FakeModel)
    assert json.loads(json.dumps(measured))["surface_mm2"] == pytest.approx(0.32)
    assert measured["mm2_years_per_core_second"] > 0
    assert measured["ms_by_part"] == {"all": 0.1}
