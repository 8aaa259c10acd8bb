"""Many runs: a design goes in, a tidy frame comes out.

Works with any executor that has the interface of `concurrent.futures`. A run that fails, or
whose worker dies, becomes a failure with its error; the others go on.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, wait
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
from tqdm import tqdm

from bmu_abm.errors import InputError
from bmu_abm.runs.attempt import Failure, RunFailed, attempt
from bmu_abm.runs.points import KEY_COLUMNS, Point, replicates, unique_points
from bmu_abm.runs.pool import available_cores
from bmu_abm.runs.records import DONE, MemorySink, Record, Sink, gather, in_order
from bmu_abm.runs.simulate import Result
from bmu_abm.runs.store import Store

if TYPE_CHECKING:
    from bmu_abm.model import BoneModel

__all__ = ["Ensemble", "Interrupted", "Point", "RunFailed", "replicates", "run_ensemble"]

_TASKS_PER_WORKER = 2
_FAILURE_COLUMNS = [*KEY_COLUMNS, "kind", "error", "traceback"]


class Interrupted(KeyboardInterrupt):
    """Ctrl-C came before all runs were finished.

    Attributes
    ----------
    ensemble : Ensemble
        The runs that were finished.
    """

    def __init__(self, ensemble: Ensemble) -> None:
        super().__init__("interrupted")
        self.ensemble = ensemble


class Ensemble:
    """The outcomes of a design.

    Attributes
    ----------
    points : list of Point
        The design, each run once.
    folder : Path or None
        Where `run` wrote its files.
    """

    def __init__(self, points: list[Point], sink: Sink) -> None:
        self.points = points
        self.folder: Path | None = None
        self._sink = sink

    def _records(self) -> list[Record]:
        wanted = {point.run_id for point in self.points}
        return in_order(r for r in self._sink.records() if r["run_id"] in wanted)

    def frame(self) -> pd.DataFrame:
        """Return the rows of all finished runs.

        Returns
        -------
        DataFrame
            Columns `run_id, scenario, replicate, seed`, the labels of the points, `month`, then
            the readouts; sorted by scenario, seed, replicate and month.
        """
        return gather(self._records(), self._sink.read)

    @property
    def runs(self) -> pd.DataFrame:
        """One row a finished run: its keys and `surface_mm2`."""
        done = [r for r in self._records() if r["status"] == DONE]
        return pd.DataFrame(done, columns=[*KEY_COLUMNS, "surface_mm2"])

    @property
    def failures(self) -> pd.DataFrame:
        """One row a failed run: its keys, the `kind` of error, `error` and `traceback`."""
        failed = [r for r in self._records() if r["status"] != DONE]
        return pd.DataFrame(failed, columns=_FAILURE_COLUMNS)


def run_ensemble(
    design: Iterable[Point | tuple[Any, int, int]],
    executor: Executor | None = None,
    store: str | os.PathLike[str] | Store | None = None,
    resume: bool = True,
    on_error: str = "record",
    progress: bool = False,
    *,
    model_class: type[BoneModel] | None = None,
) -> Ensemble:
    """Run every point of a design.

    Parameters
    ----------
    design : iterable of Point or (scenario, seed, replicate)
        What is run; `replicates(scenario, seed, n)` makes the plain one.
    executor : Executor, optional
        Runs the tasks; none = here, one after the other. `WorkerPool` is the package's own.
    store : path or Store, optional
        Where rows go as soon as a run is finished; none = memory.
    resume : bool
        Skip the runs that the store already holds.
    on_error : {"record", "raise"}
        What a failing run does: become a failure, or stop the ensemble.
    progress : bool
        Show a bar on stderr.
    model_class : type, optional
        The engine, BoneModel by default.

    Returns
    -------
    Ensemble

    Raises
    ------
    InputError
        The design or the store is wrong, or, with `on_error="raise"`, a run's input is.
    MachineError
        The store cannot be written.
    RunFailed
        A run failed, with `on_error="raise"`.
    Interrupted
        Ctrl-C; it carries what was finished.
    """
    if on_error not in ("record", "raise"):
        raise InputError(f"on_error: {on_error!r} is neither 'record' nor 'raise'")
    points = unique_points(design)
    sink, held = _open(store)
    ensemble = Ensemble(points, sink)
    try:
        with held:
            done = sink.done() if resume else set()
            todo = [point for point in points if point.run_id not in done]
            _run_all(todo, _Dispatch(executor, model_class), sink, on_error, progress)
    except KeyboardInterrupt:
        raise Interrupted(ensemble) from None
    return ensemble


def _open(
    store: str | os.PathLike[str] | Store | None,
) -> tuple[Sink, AbstractContextManager[object]]:
    if store is None:
        return MemorySink(), nullcontext()
    opened = store if isinstance(store, Store) else Store(store)
    return opened, opened


def _run_all(
    todo: list[Point], dispatch: _Dispatch, sink: Sink, on_error: str, progress: bool
) -> None:
    with tqdm(total=len(todo), unit="run", disable=not progress) as bar:
        for point, outcome in dispatch.outcomes(todo):
            if isinstance(outcome, Result):
                sink.add(point, outcome)
            else:
                sink.fail(point, outcome)
                if on_error == "raise":
                    raise outcome.as_error()
            bar.update()


class _Here(Executor):
    """Runs a task when it is submitted."""

    workers = 1

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        future.set_result(fn(*args, **kwargs))
        return future


class _Dispatch:
    """Keeps a few tasks a worker in flight and hands out what they give."""

    def __init__(self, executor: Executor | None, model_class: type[BoneModel] | None) -> None:
        self._executor = executor or _Here()
        self._model_class = model_class
        workers = getattr(self._executor, "workers", None)
        workers = workers or getattr(self._executor, "_max_workers", None) or available_cores()
        self._room = 1 if executor is None else _TASKS_PER_WORKER * workers
        self._pending: dict[Future[Any], Point] = {}

    def outcomes(self, points: Iterable[Point]) -> Iterator[tuple[Point, Result | Failure]]:
        """Yield each point with its outcome, as they finish.

        When a worker dies, all tasks in flight are lost, and it cannot be told which of them
        was the cause; so these are repeated one at a time at the end.
        """
        queue, suspects = iter(points), []
        try:
            while self._fill(queue):
                finished, _ = wait(self._pending, return_when=FIRST_COMPLETED)
                for future in finished:
                    point = self._pending.pop(future)
                    if _worker_died(future):
                        suspects.append(point)
                    else:
                        yield point, _outcome(future)
            for point in suspects:
                yield point, _outcome(self._submit(point))
        finally:
            for future in self._pending:
                future.cancel()

    def _fill(self, queue: Iterator[Point]) -> bool:
        while len(self._pending) < self._room and (point := next(queue, None)) is not None:
            self._pending[self._submit(point)] = point
        return bool(self._pending)

    def _submit(self, point: Point) -> Future[Any]:
        try:
            return self._executor.submit(attempt, point, self._model_class)
        except BrokenExecutor as error:
            lost: Future[Any] = Future()
            lost.set_exception(error)
            return lost


def _worker_died(future: Future[Any]) -> bool:
    return not future.cancelled() and isinstance(future.exception(), BrokenExecutor)


def _outcome(future: Future[Any]) -> Result | Failure:
    try:
        outcome: Result | Failure = future.result()
    except BrokenExecutor:
        return Failure("WorkerDied", "the worker process died: killed, or out of memory")
    except Exception as error:
        return Failure.of(error)
    return outcome
