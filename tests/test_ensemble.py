from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path

import pytest

from bmu_abm.errors import InputError
from bmu_abm.runs import dispatch as module
from bmu_abm.runs.ensemble import Interrupted, Point, RunFailed, replicates, run_ensemble
from bmu_abm.runs.output import to_csv
from bmu_abm.runs.pool import WorkerPool
from fake_engine import FakeModel, fake_scenario


@pytest.fixture(autouse=True)
def _own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("BMU_CACHE_DIR", str(tmp_path / "cache"))


def scenario(**trouble):
    return fake_scenario(trouble, years=0.25)


def ensemble(n=3, executor=None, spec=None, **options):
    design = replicates(spec or scenario(), 1, n)
    return run_ensemble(design, executor, model_class=FakeModel, **options)


def test_frame_is_tidy():
    frame = ensemble(2).frame()
    first = ["run_id", "scenario", "replicate", "seed", "month"]
    assert list(frame.columns[:5]) == first
    assert frame["month"].tolist() == [0, 1, 2, 3] * 2


def test_a_replicate_does_not_depend_on_how_many_there_are():
    many = ensemble(3).frame()
    alone = run_ensemble([(scenario(), 1, 2)], model_class=FakeModel).frame()
    assert to_csv(many[many["replicate"] == 2]) == to_csv(alone)


def test_the_order_of_the_design_and_repeats_do_not_matter():
    points = replicates(scenario(), 1, 3)
    shuffled = [points[2], points[0], points[2], points[1]]
    assert to_csv(run_ensemble(shuffled, model_class=FakeModel).frame()) == to_csv(
        ensemble(3).frame()
    )


def test_a_run_keeps_its_id_when_more_replicates_are_asked_for():
    ids = {Point(fake_scenario(replicates=n), 1, 0).run_id for n in (8, 16)}
    others = {Point(fake_scenario(), 2, 0).run_id, Point(fake_scenario(years=2), 1, 0).run_id}
    assert len(ids) == 1
    assert not ids & others


def test_labels_become_columns():
    design = replicates(scenario(), 1, 1, {"dose": 10.0, "n": 2})
    frame = run_ensemble(design, model_class=FakeModel).frame()
    assert list(frame.columns[4:7]) == ["dose", "n", "month"]
    with pytest.raises(InputError, match="seed"):
        Point(scenario(), 1, 0, {"seed": 3})


def test_processes_give_the_same_bytes_and_a_killed_worker_is_a_failure(tmp_path):
    spec = scenario(die_in=1)
    with WorkerPool(2) as pool:
        assert to_csv(ensemble(3, pool).frame()) == to_csv(ensemble(3).frame())
        outcome = ensemble(4, pool, spec, store=tmp_path / "s")
    assert outcome.failures["replicate"].tolist() == [1]
    assert outcome.failures["kind"].tolist() == ["WorkerDied"]
    assert "killed" in outcome.failures["error"].iloc[0]
    assert sorted(outcome.runs["replicate"]) == [0, 2, 3]
    assert sorted(outcome.frame()["replicate"].unique()) == [0, 2, 3]


def test_a_broken_foreign_executor_ends_in_failures_not_in_a_hang(tmp_path):
    with ProcessPoolExecutor(1) as pool:
        outcome = ensemble(3, pool, scenario(die_in=0))
    assert 0 in outcome.failures["replicate"].tolist()
    assert len(outcome.failures) + len(outcome.runs) == 3


def test_threads_serve_as_an_executor():
    with ThreadPoolExecutor(2) as pool:
        assert to_csv(ensemble(3, pool).frame()) == to_csv(ensemble(3).frame())


def test_an_error_is_recorded_on_one_line_with_its_traceback(tmp_path):
    outcome = ensemble(3, spec=scenario(raise_in=1), store=tmp_path / "s")
    failure = outcome.failures.iloc[0]
    assert (failure["kind"], failure["error"]) == ("RuntimeError", "the fake broke on purpose")
    assert "fake_engine.py" in failure["traceback"]
    assert len(outcome.runs) == 2


def test_a_failed_run_is_tried_again_on_resume(tmp_path):
    ensemble(2, spec=scenario(raise_in=1), store=tmp_path / "s")
    before = FakeModel.steps
    assert len(ensemble(2, spec=scenario(raise_in=1), store=tmp_path / "s").failures) == 1
    assert FakeModel.steps == before


def test_on_error_raise_stops(tmp_path):
    with pytest.raises(RunFailed, match="RuntimeError: the fake broke on purpose"):
        ensemble(3, spec=scenario(raise_in=1), on_error="raise")
    with pytest.raises(InputError, match="on_error"):
        ensemble(1, on_error="ignore")


class Counting(Executor):
    """Never more in flight than it was given room for."""

    workers = 2

    def __init__(self):
        self.inner, self.flying, self.most = ThreadPoolExecutor(2), 0, 0

    def submit(self, fn, /, *args, **kwargs):
        self.flying += 1
        self.most = max(self.most, self.flying)
        future: Future = self.inner.submit(fn, *args, **kwargs)
        future.add_done_callback(lambda _: setattr(self, "flying", self.flying - 1))
        return future


def test_only_a_few_tasks_are_in_flight():
    executor = Counting()
    ensemble(12, executor)
    assert executor.most <= 4


def test_ctrl_c_hands_over_what_is_finished(monkeypatch):
    finished = []

    def attempt(point, model_class):
        if len(finished) == 2:
            raise KeyboardInterrupt
        finished.append(point)
        return original(point, model_class)

    original = module.attempt
    monkeypatch.setattr(module, "attempt", attempt)
    with pytest.raises(Interrupted) as caught:
        ensemble(4)
    assert len(caught.value.ensemble.runs) == 2


# A job in the background starts with SIGINT ignored; a script at a terminal does not.
SCRIPT = """
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)
sys.path.insert(0, {tests!r})
from fake_engine import FakeModel, fake_scenario
from bmu_abm.runs import run
spec = fake_scenario({{"sleep": 0.001}}, years=0.25)
run(spec, replicates=100, jobs=2, out={out!r}, model_class=FakeModel)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="needs SIGINT")
def test_ctrl_c_of_a_plain_script_leaves_readable_output(tmp_path):
    out, cache = tmp_path / "out", tmp_path / "cache"
    text = SCRIPT.format(tests=str(Path(__file__).parent), out=str(out))
    script = tmp_path / "script.py"
    script.write_text(text)
    options = {"stderr": subprocess.PIPE, "start_new_session": True}
    process = subprocess.Popen([sys.executable, str(script)], **options)
    try:
        limit = time.monotonic() + 180  # a loaded machine starts its workers slowly
        while len(list(cache.glob("*.snapshot"))) < 12 and time.monotonic() < limit:
            time.sleep(0.05)
        os.killpg(process.pid, signal.SIGINT)  # as a terminal does
        error = process.communicate(timeout=120)[1].decode()
    finally:
        process.kill()
    assert process.returncode in (1, 130, -signal.SIGINT)
    assert "KeyboardInterrupt" in error or "Interrupted" in error
    assert "Process Spawn" not in error
    assert '"status": "interrupted"' in (out / "summary.json").read_text()
    assert (out / "timeseries.csv").read_text().startswith("replicate,seed,month,bmd")
