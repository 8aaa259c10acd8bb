"""Many runs: a design goes in, a tidy frame comes out."""

from __future__ import annotations

import os
from collections.abc import Iterable
from concurrent.futures import Executor
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
from tqdm import tqdm

from bmu_abm.errors import BmuError, InputError
from bmu_abm.runs.attempt import Failure, RunFailed
from bmu_abm.runs.dispatch import Dispatch, run_points
from bmu_abm.runs.points import KEY_COLUMNS, Point, replicates, unique_points
from bmu_abm.runs.records import DONE, MemorySink, Record, Sink, gather, in_order
from bmu_abm.runs.store import Store

if TYPE_CHECKING:
    from bmu_abm.model import BoneModel

__all__ = ["Ensemble", "Interrupted", "Point", "RunFailed", "replicates", "run_ensemble"]

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

    @property
    def first_failure(self) -> BmuError | None:
        """The error of the first run that failed, as it is told to a user; None if none did."""
        for r in self._records():
            if r["status"] != DONE:
                return Failure(r["kind"], r["error"], r["traceback"]).as_error()
        return None


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
            with tqdm(total=len(todo), unit="run", disable=not progress) as bar:
                run_points(todo, Dispatch(executor, model_class), sink, bar, on_error)
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
