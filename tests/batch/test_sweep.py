from __future__ import annotations

import errno
import json
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from bmu_abm.batch import outcome as outcome_module
from bmu_abm.batch import readouts, sweeping
from bmu_abm.batch.estimates import Ask, estimates, one_estimate, summary_of_point
from bmu_abm.batch.plan import Shard
from bmu_abm.batch.stopping import Stop
from bmu_abm.batch.sweeping import sweep
from bmu_abm.errors import InputError, MachineError
from bmu_abm.runs import files, store
from bmu_abm.runs.ensemble import replicates, run_ensemble
from bmu_abm.runs.summary import FLOWS, estimate, summarise
from stand_in import LoadModel, study

FILES = ("timeseries.csv", "timeseries.parquet", "summary.csv", "points.csv", "summary.json")


@pytest.fixture(autouse=True)
def _own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("BMU_CACHE_DIR", str(tmp_path / "cache"))


def done(out, trouble=None, model=LoadModel, options=None, **data):
    return sweep(
        study(trouble, **data), out=out, model_class=model, **{"jobs": 1, **(options or {})}
    )


def contents(folder):
    return {name: (folder / name).read_bytes() for name in FILES}


def steps_of(action):
    before = LoadModel.steps
    action()
    return LoadModel.steps - before


def test_the_tables_are_tidy(tmp_path):
    swept = done(tmp_path / "o")
    frame = swept.frame()
    head = ["run_id", "point", "replicate", "seed", "host.load", "month", "bmd_lumbar_spine_pct"]
    assert list(frame.columns[:7]) == head
    assert frame["month"].tolist() == [0, 1, 2, 3] * 6
    assert frame["host.load"].tolist() == [0.8] * 8 + [1.0] * 8 + [1.2] * 8
    pd.testing.assert_frame_equal(frame, pd.read_csv(tmp_path / "o" / "timeseries.csv"))
    at_start = frame[frame["month"] == 0]["bmd_lumbar_spine_pct"]
    assert at_start.tolist() == pytest.approx([-2, -2, 0, 0, 2, 2])


def test_rows_are_those_of_an_ensemble(tmp_path):
    swept = done(tmp_path / "o")
    plain = run_ensemble(replicates(study().base, 1, 2), model_class=LoadModel).frame()
    middle = swept.frame().query("point == 1")[plain.columns.drop("scenario")]
    pd.testing.assert_frame_equal(
        middle.reset_index(drop=True), plain.drop(columns="scenario"), check_dtype=False
    )


def test_the_summary_is_that_of_a_run(tmp_path):
    swept = done(tmp_path / "o", replicates=5, months=[0, 3])
    rows = swept.frame().query("point == 2")
    expected = summarise(rows.drop(columns=["point", "host.load"]))
    table = swept.summary().query("point == 2").set_index(["month", "readout"])
    for month in (0, 3):
        for name, numbers in expected[str(month)].items():
            told = table.loc[(month, name)]
            for key, value in numbers.items():
                assert told[key] == pytest.approx(np.nan if value is None else value, nan_ok=True)


def test_estimates_agree_with_those_of_a_run():
    rng = np.random.default_rng(3)
    names = ["a", "w_th_um", "mar_um_per_day"]
    rows = pd.DataFrame(rng.random((7, 3)), columns=names)
    rows["sum_wall_um"], rows["sum_completed_sites"] = rng.random((2, 7))
    rows["bfr_bs_um_per_year"], rows["ms_bs"] = rng.random((2, 7))
    rows.loc[2, "a"] = np.nan
    mean, se, n = estimates(rows, names)
    for i, name in enumerate(names):
        one = estimate(rows, name)
        assert (mean[i], se[i], n[i]) == (pytest.approx(one.mean), pytest.approx(one.se), one.n)


def test_a_summary_of_named_readouts_keeps_what_their_ratios_need(tmp_path):
    every = done(tmp_path / "a").summary()
    few = done(tmp_path / "b", readouts=["mar_um_per_day", "ctx_ratio"], months=[3]).summary()
    wanted = every[every["readout"].isin(["mar_um_per_day", "ctx_ratio"]) & (every["month"] == 3)]
    order = ["point", "readout"]
    pd.testing.assert_frame_equal(
        few.sort_values(order, ignore_index=True), wanted.sort_values(order, ignore_index=True)
    )


@pytest.fixture(scope="module")
def serial(tmp_path_factory):
    folder = tmp_path_factory.mktemp("serial")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BMU_CACHE_DIR", str(folder / "cache"))
        done(folder / "o", replicates=3)
    return contents(folder / "o")


def test_processes_give_the_same_bytes(tmp_path, serial):
    done(tmp_path / "o", replicates=3, options={"jobs": 2})
    assert contents(tmp_path / "o") == serial


def test_shards_give_the_same_bytes_and_nothing_is_run_twice(tmp_path, serial):
    folder = tmp_path / "o"
    for number in (3, 1, 2):
        part = done(folder, replicates=3, options={"shard": Shard(number, 3)})
        assert part.outcome.done == 3
    assert steps_of(lambda: done(folder, replicates=3)) == 0
    assert contents(folder) == serial


def test_the_whole_does_what_a_shard_left(tmp_path, serial):
    done(tmp_path / "o", replicates=3, options={"shard": Shard(2, 2)})
    done(tmp_path / "o", replicates=3)
    assert contents(tmp_path / "o") == serial


def test_a_sweep_goes_on_where_it_stopped(tmp_path, serial, monkeypatch):
    calls = []

    def stopped(points, *rest):
        def few():
            for point in points:
                if len(calls) == 4:
                    raise KeyboardInterrupt
                calls.append(point)
                yield point

        return original(few(), *rest)

    original = sweeping.run_points
    monkeypatch.setattr(sweeping, "run_points", stopped)
    with pytest.raises(KeyboardInterrupt):
        done(tmp_path / "o", replicates=3)
    monkeypatch.undo()
    monkeypatch.setenv("BMU_CACHE_DIR", str(tmp_path / "cache"))
    told = json.loads((tmp_path / "o" / "summary.json").read_text())
    assert told["status"] == "interrupted"
    assert told["runs"] == {"planned": 9, "done": 4, "failed": 0, "missing": 5}
    assert (tmp_path / "o" / "timeseries.csv").read_text().count("\n") == 1 + 4 * 4
    done(tmp_path / "o", replicates=3)
    assert contents(tmp_path / "o") == serial


def test_more_replicates_or_points_do_only_what_is_new(tmp_path):
    done(tmp_path / "o", replicates=2)
    per_run = steps_of(lambda: done(tmp_path / "x", parameters={"host.load": [1.0]}, replicates=1))
    wider = {"host.load": {"values": [0.8, 1.0, 1.2, 1.4]}}
    assert steps_of(lambda: done(tmp_path / "o", replicates=2, parameters=wider)) < 4 * per_run
    assert steps_of(lambda: done(tmp_path / "o", replicates=2)) == 0


def test_points_that_are_the_same_are_run_once_and_told_twice(tmp_path):
    (tmp_path / "p.csv").write_text("host.load\n0.8\n1.0\n0.8\n")
    table = study(design="table", table="p.csv", parameters={}, replicates=1)
    table._folder = tmp_path
    swept = sweep(table, out=tmp_path / "o", jobs=1, model_class=LoadModel)
    frame = swept.frame()
    assert frame["point"].tolist() == [0] * 4 + [1] * 4 + [2] * 4
    assert len(list((tmp_path / "o" / "store" / "parts").iterdir())) == 2


def test_failed_runs_are_told_and_tried_again(tmp_path):
    swept = done(tmp_path / "o", {"raise_in": 1})
    assert (swept.outcome.done, swept.outcome.failed, swept.outcome.exit_code) == (3, 3, 1)
    told = json.loads((tmp_path / "o" / "summary.json").read_text())
    assert told["runs"]["failed"] == 3
    assert told["failures"][0]["error"] == "the fake broke on purpose"
    points = pd.read_csv(tmp_path / "o" / "points.csv")
    assert points["done"].tolist() == [1, 1, 1] and points["failed"].tolist() == [1, 1, 1]


def test_nothing_finished_leaves_no_table_but_a_summary(tmp_path):
    swept = done(tmp_path / "o", {"raise_in": 0}, replicates=1)
    assert swept.outcome.failed == 3
    assert not (tmp_path / "o" / "timeseries.csv").exists()
    assert (tmp_path / "o" / "summary.json").exists()


def test_the_kind_of_failure_decides_the_exit_code():
    def code(*kinds):
        records = [{"kind": kind, "run_id": str(i)} for i, kind in enumerate(kinds)]
        return outcome_module.Outcome([], 0, records, 0.0).exit_code

    assert [code(), code("WorkerDied"), code("InputError")] == [0, 3, 2]
    assert code("WorkerDied", "ValueError", "InputError") == 1


def test_the_provenance_can_make_the_study_again(tmp_path):
    done(tmp_path / "o", options={"command": ["bmu", "sweep", "a b.toml"]})
    told = json.loads((tmp_path / "o" / "provenance.json").read_text())
    assert told["command"] == "bmu sweep 'a b.toml'"
    assert told["varied"] == [{"path": "host.load", "column": "host.load", "base": 1.0}]
    assert done(tmp_path / "p", **told["study"]).frame().equals(done(tmp_path / "o").frame())


def test_an_unknown_readout_is_told_before_anything_runs(tmp_path):
    for data in (
        {"readouts": ["ctx_ratioo"]},
        {"stop": {"readout": "ctx_rati", "se_below": 1.0}},
    ):
        with pytest.raises(InputError, match="did you mean 'ctx_ratio'"):
            done(tmp_path / "o", **data)
    assert not (tmp_path / "o").exists()
    assert "bv_tv" in readouts.columns_of(study(), None)


# --- the stopping rule


def test_the_next_number_of_replicates():
    stop = Stop(readout="x", se_below=0.5, max_replicates=100)
    assert stop.next_count(8, 0.5) == 8
    assert stop.next_count(8, 0.6) == 12  # 8 x 1.44 = 11.5
    assert stop.next_count(8, 0.501) == 9
    assert stop.next_count(8, 5.0) == 16  # at most twice as many
    assert stop.next_count(80, 5.0) == 100
    assert stop.next_count(100, 5.0) == 100
    assert stop.next_count(8, float("nan")) == 8


STOP = {"readout": "bmd_lumbar_spine_pct", "se_below": 0.03, "max_replicates": 10}


def test_points_get_replicates_until_the_error_is_small(tmp_path):
    swept = done(tmp_path / "o", replicates=3, stop=STOP)
    points = pd.read_csv(tmp_path / "o" / "points.csv")
    told = json.loads((tmp_path / "o" / "summary.json").read_text())["stop"]
    last = swept.summary().query("month == 3 and readout == 'bmd_lumbar_spine_pct'")
    spent = points["done"] == 10
    assert ((last["se"].to_numpy() <= 0.03) | spent).all()
    assert points["done"].max() > 3 and told["points_looked_at"] == 3
    assert told["points_below"] == (last["se"] <= 0.03).sum()


@pytest.mark.parametrize("shards", [0, 2])
def test_the_rule_asks_for_the_same_runs_in_any_order(tmp_path, shards):
    options = {"replicates": 3, "stop": STOP, "parameters": {"host.load": [0.9]}}
    done(tmp_path / "a", **options)
    for number in range(1, shards + 1):
        done(tmp_path / "b", **options, options={"shard": Shard(number, shards)})
    assert (steps_of(lambda: done(tmp_path / "b", **options)) == 0) == (shards > 0)
    assert steps_of(lambda: done(tmp_path / "b", **options)) == 0
    assert contents(tmp_path / "a") == contents(tmp_path / "b")


def test_a_flow_stops_by_its_three_months():
    rows = pd.DataFrame({"seed": 1, "replicate": [0, 0, 1, 1], "month": [2, 3, 2, 3]})
    rows["ctx_ratio"] = [1.0, 3.0, 2.0, 6.0]
    assert "ctx_ratio" in FLOWS
    assert one_estimate(rows, "ctx_ratio", None).mean == 3.0
    assert summary_of_point(rows, Ask(months=(3,)))["mean_3_months"].tolist() == [3.0]


# --- what can go wrong with the folder


def test_a_store_of_another_version_is_refused(tmp_path, monkeypatch):
    done(tmp_path / "o")
    monkeypatch.setattr(store, "__version__", "9.9.9")
    with pytest.raises(InputError, match=r"this is 9\.9\.9; give another folder"):
        done(tmp_path / "o")


def test_a_store_in_use_is_refused_with_exit_code_2(tmp_path):
    done(tmp_path / "o")
    code = (
        "import sys; from bmu_abm.runs.store import Store\n"
        f"with Store({str(tmp_path / 'o' / 'store')!r}): print('held', flush=True); "
        "sys.stdin.read()"
    )
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    holder = subprocess.Popen([sys.executable, "-c", code], **pipes)
    try:
        assert holder.stdout.readline().strip() == b"held"
        with pytest.raises(MachineError, match=f"process {holder.pid} is writing") as caught:
            done(tmp_path / "o")
        assert caught.value.exit_code == 2
    finally:
        holder.kill()
        holder.communicate()


def test_a_folder_of_something_else_is_refused(tmp_path):
    (tmp_path / "o").mkdir()
    (tmp_path / "o" / "thesis.docx").write_text("x")
    with pytest.raises(InputError, match=r"holds 'thesis\.docx' and no sweep"):
        done(tmp_path / "o")


def test_a_full_disk_is_told_in_one_line_and_the_sweep_goes_on_later(tmp_path, serial, monkeypatch):
    kept = []

    def full(descriptor):
        if len(kept) > 8:
            raise OSError(errno.ENOSPC, "No space left on device")
        kept.append(descriptor)

    monkeypatch.setattr(files, "sync", full)
    with pytest.raises(MachineError, match="No space left on device") as caught:
        done(tmp_path / "o", replicates=3)
    assert "\n" not in str(caught.value)
    monkeypatch.undo()
    monkeypatch.setenv("BMU_CACHE_DIR", str(tmp_path / "cache"))
    done(tmp_path / "o", replicates=3)
    assert contents(tmp_path / "o") == serial


@pytest.mark.parametrize("name", ["timeseries.csv", "points.csv"])
def test_tables_that_cannot_be_written_are_told(tmp_path, name):
    done(tmp_path / "o")
    (tmp_path / "o" / name).unlink()
    (tmp_path / "o" / name).mkdir()
    with pytest.raises(MachineError, match="cannot write"):
        done(tmp_path / "o")


def test_a_folder_that_may_not_be_written_is_told_before_anything_runs(tmp_path, monkeypatch):
    monkeypatch.setattr("os.access", lambda path, mode: False)
    with pytest.raises(MachineError, match="no permission to write; choose another"):
        done(tmp_path / "o")


def test_damage_of_parts_and_manifest_is_repaired(tmp_path, serial):
    done(tmp_path / "o", replicates=3)
    parts = sorted((tmp_path / "o" / "store" / "parts").iterdir())
    parts[0].write_bytes(parts[0].read_bytes()[:-40])
    parts[1].unlink()
    manifest = tmp_path / "o" / "store" / "manifest.jsonl"
    manifest.write_bytes(manifest.read_bytes()[:-90])
    left = [tmp_path / "o" / ".a.tmp", parts[0].parent / ".b.tmp", manifest.parent / ".c.tmp"]
    for path in left:
        path.write_text("half")
    assert steps_of(lambda: done(tmp_path / "o", replicates=3)) > 0
    assert contents(tmp_path / "o") == serial
    assert not any(path.exists() for path in left)
