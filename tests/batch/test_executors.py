from __future__ import annotations

import sys
from concurrent.futures import Executor, Future, ThreadPoolExecutor

import pytest

from bmu_abm import cli
from bmu_abm.batch import executors
from bmu_abm.batch.executors import ClusterExecutor, checked
from bmu_abm.batch.sweeping import sweep
from bmu_abm.errors import InputError, MachineError
from bmu_abm.runs.attempt import attempt
from bmu_abm.runs.points import Point
from bmu_abm.runs.pool import WorkerPool
from cluster import Cluster, free_port
from stand_in import LoadModel, study

FILES = ("timeseries.csv", "timeseries.parquet", "summary.csv", "points.csv", "summary.json")


def contents(folder):
    return {name: (folder / name).read_bytes() for name in FILES}


@pytest.fixture(autouse=True)
def _own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("BMU_CACHE_DIR", str(tmp_path / "cache"))


def test_a_dask_cluster_gives_the_same_bytes_also_when_a_worker_dies(tmp_path):
    pytest.importorskip("distributed")
    sweep(study(), out=tmp_path / "a", jobs=1, model_class=LoadModel)
    with Cluster(tmp_path / "dask", workers=2) as there:
        there.wait_for_workers()
        done = sweep(study(), out=tmp_path / "b", cluster=there.address, model_class=LoadModel)
        assert done.outcome.exit_code == 0
        assert contents(tmp_path / "b") == contents(tmp_path / "a")
        slow = study({"sleep": 0.002}, replicates=4)
        victim = _Killing(there)
        done = sweep(slow, out=tmp_path / "c", executor=victim, model_class=LoadModel)
        assert victim.killed and done.outcome.done == 12
        victim.close()
    sweep(slow, out=tmp_path / "d", jobs=1, model_class=LoadModel)
    assert contents(tmp_path / "c") == contents(tmp_path / "d")


class _Killing(Executor):
    """Sends to a cluster, and kills one of its workers once three runs are finished."""

    def __init__(self, there):
        self._there, self._inner = there, ClusterExecutor(there.address)
        self._finished, self.killed = 0, False

    @property
    def workers(self):
        return self._inner.workers

    def submit(self, fn, /, *args, **kwargs):
        if self._finished >= 3 and not self.killed:
            self.killed = True
            self._there.kill_worker()
        future = self._inner.submit(fn, *args, **kwargs)
        future.add_done_callback(self._count)
        return future

    def _count(self, future):
        self._finished += 1

    def close(self):
        self._inner.__exit__(None, None, None)


def test_no_scheduler_is_told_in_one_line(tmp_path, monkeypatch, capsys):
    pytest.importorskip("distributed")
    monkeypatch.setattr(executors, "_CONNECT_SECONDS", 0.5)
    for address in (f"tcp://127.0.0.1:{free_port()}", "nonsense", "tcp://"):
        with pytest.raises(InputError, match="no Dask scheduler answers"):
            sweep(study(), out=tmp_path / "o", cluster=address, model_class=LoadModel)


def test_a_missing_library_is_told_with_its_extra(tmp_path, monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "distributed", None)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "s.toml").write_text(
        'title = "x"\nscenario = "healthy"\n[parameters]\n"host.load" = [0.8, 1.0]\n'
    )
    assert cli.main(["sweep", "s.toml", "--cluster", "tcp://127.0.0.1:1"]) == 2
    err = capsys.readouterr().err
    assert err.endswith("install it with: pip install 'bmu_abm[cluster]'\n")
    assert err.count("\n") == 1


def test_a_worker_with_other_sources_refuses():
    assert checked(executors._sources(), max, 1, 2) == 2
    with pytest.raises(InputError, match="other sources"):
        checked("0123", max, 1, 2)


class _Gone(Executor):
    """A cluster whose scheduler has died: its tasks are cancelled."""

    def submit(self, fn, /, *args, **kwargs):
        future: Future = Future()
        future.cancel()
        future.set_running_or_notify_cancel()
        return future


def test_a_lost_cluster_stops_the_sweep_and_fails_no_run(tmp_path):
    with pytest.raises(MachineError, match="the workers have gone; repeat the command"):
        sweep(study(), out=tmp_path / "o", executor=_Gone(), model_class=LoadModel)
    done = sweep(study(), out=tmp_path / "o", jobs=1, model_class=LoadModel)
    assert done.outcome.done == 6 and not done.outcome.failures


def test_any_executor_serves(tmp_path):
    sweep(study(), out=tmp_path / "a", jobs=1, model_class=LoadModel)
    with ThreadPoolExecutor(2) as pool:
        sweep(study(), out=tmp_path / "b", executor=pool, model_class=LoadModel)
    assert contents(tmp_path / "a") == contents(tmp_path / "b")


def _loaded(point):
    """Run in a worker: load all that a run needs, do one, and tell which modules are there."""
    import bmu_abm.model  # noqa: F401  (what a run with the engine itself imports)

    result = attempt(point, LoadModel)
    return len(result.rows), sorted(sys.modules)


def test_workers_load_neither_pictures_nor_the_app_nor_the_libraries_of_the_batch():
    unwanted = {"matplotlib", "solara", "anywidget", "SALib", "optuna", "sklearn", "distributed"}
    unwanted |= {"bmu_abm.app.session", "bmu_abm.app.page"}  # the command itself is light
    with WorkerPool(1) as pool:
        rows, modules = pool.submit(_loaded, Point(study().base, 1, 0)).result()
    assert rows == 4 and "numba" in modules
    assert sorted(unwanted & set(modules)) == []
