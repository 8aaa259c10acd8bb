"""`bmu sweep`: all runs of a study, kept as they finish, and the tables made of them."""

from __future__ import annotations

import os
import shlex
from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
from tqdm import tqdm

from bmu_abm.batch.bar import expect
from bmu_abm.batch.estimates import Ask, one_estimate
from bmu_abm.batch.executors import executor_for
from bmu_abm.batch.outcome import Outcome, write_outcome
from bmu_abm.batch.plan import Plan, Run, Shard
from bmu_abm.batch.readouts import check_readouts
from bmu_abm.batch.shards import Stores, open_stores
from bmu_abm.batch.study import Study
from bmu_abm.batch.tidy import write_tables
from bmu_abm.errors import InputError
from bmu_abm.runs.dispatch import Dispatch, run_points
from bmu_abm.runs.files import clear_stale
from bmu_abm.runs.output import check_folder
from bmu_abm.runs.pool import available_cores

if TYPE_CHECKING:
    from bmu_abm.model import BoneModel


@dataclass(frozen=True)
class Sweep:
    """A sweep that has come to its end.

    Attributes
    ----------
    study : Study
        What was run.
    folder : Path
        Where its files are.
    outcome : Outcome
        What was finished and what failed.
    """

    study: Study
    folder: Path
    outcome: Outcome

    def frame(self) -> pd.DataFrame:
        """Return timeseries.parquet: a row a run and month."""
        return pd.read_parquet(self.folder / "timeseries.parquet")

    def summary(self) -> pd.DataFrame:
        """Return summary.csv: a row a point, month and readout."""
        return pd.read_csv(self.folder / "summary.csv")


def sweep(
    study: Study | str | os.PathLike[str],
    *,
    jobs: int | None = None,
    cluster: str | None = None,
    executor: Executor | None = None,
    shard: Shard | None = None,
    out: str | os.PathLike[str] | None = None,
    quiet: bool = True,
    command: str | Sequence[str] | None = None,
    model_class: type[BoneModel] | None = None,
) -> Sweep:
    """Run a study, or what is left of it, and write its tables.

    Parameters
    ----------
    study : Study, name or path
        What is run.
    jobs : int, optional
        Number of processes; by default all cores. The results do not depend on it.
    cluster : str, optional
        Address of a Dask scheduler; the runs are done there.
    executor : Executor, optional
        Any other executor with the interface of `concurrent.futures`.
    shard : Shard, optional
        Only this part; the tables are made by the sweep of the whole, in the same folder.
    out : path, optional
        Folder of the results; by default ``./runs/<name>``. What it holds already is not run
        again.
    quiet : bool
        Show no progress.
    command : str or list of str, optional
        The command line, for the provenance.
    model_class : type, optional
        The engine, BoneModel by default.

    Returns
    -------
    Sweep

    Raises
    ------
    InputError
        The study or an option is wrong; nothing was run.
    MachineError
        The disk is full or not writable, or the cluster has gone.
    KeyboardInterrupt
        Ctrl-C; what was finished was written.
    """
    study = study if isinstance(study, Study) else Study.load(study)
    if jobs is not None and jobs < 1:
        raise InputError(f"jobs: {jobs} is too few; give 1 or more")
    folder = Path("runs") / study.name if out is None else Path(out)
    check_folder(folder)
    plan = Plan(study, shard)
    runs = plan.runs(plan.first_counts())
    check_readouts(study, model_class)
    with open_stores(folder, shard) as stores:
        work = _Work(plan, stores, quiet, runs)
        given = executor is not None or work.idle()
        cores = jobs or available_cores()
        there = executor_for(cores, cluster, model_class, quiet)
        try:
            with nullcontext(executor) if given else there as chosen:
                work.finish(Dispatch(chosen, model_class))
        except KeyboardInterrupt:
            work.write(folder, "interrupted", command)
            raise
        work.write(folder, "finished", command)
        return Sweep(study, folder, work.outcome())


class _Work:
    """The rounds of a sweep: runs that are left, then, by the stopping rule, more of them."""

    def __init__(self, plan: Plan, stores: Stores, quiet: bool, runs: list[Run]) -> None:
        self._plan = plan
        self._stores = stores
        self._quiet = quiet
        self._done = stores.done()
        self._counts = plan.first_counts()
        self._runs = runs
        self._errors: dict[int, float] = {}

    def idle(self) -> bool:
        """Tell whether nothing is left to do, so that no processes need to start for it."""
        left = any(run.run_id not in self._done for run in self._runs)
        return self._plan.study.stop is None and not left

    def finish(self, dispatch: Dispatch) -> None:
        """Run what is left, round by round."""
        with tqdm(unit="run", disable=self._quiet, total=0, smoothing=0.05) as bar:
            latest = self._runs
            while latest:
                left = [run for run in latest if run.run_id not in self._done]
                expect(bar, len(latest), len(latest) - len(left))
                run_points(self._plan.points(left), dispatch, self._stores, bar)
                latest = self._next_round(latest)

    def _next_round(self, latest: list[Run]) -> list[Run]:
        stop = self._plan.study.stop
        if stop is None:
            return []
        begun = {point: self._counts[point] for point in dict.fromkeys(r.point for r in latest)}
        by_point: dict[int, list[Run]] = {point: [] for point in begun}
        for run in self._runs:
            if run.point in by_point:
                by_point[run.point].append(run)
        more = {}
        for point, n in begun.items():
            self._errors[point] = self._error(by_point[point])
            more[point] = stop.next_count(n, self._errors[point])
        self._counts |= more
        new = self._plan.runs(more, begun)
        self._runs = sorted([*self._runs, *new])
        return new

    def _error(self, runs: list[Run]) -> float:
        stop = self._plan.study.stop
        if stop is None:
            return float("nan")
        ask = Ask((stop.readout,), () if stop.month is None else (stop.month,))
        records = (self._stores.finished(run.run_id) for run in runs)
        parts = [ask.needed(self._stores.read(r)) for r in records if r is not None]
        rows = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()
        return one_estimate(rows, stop.readout, stop.month).se

    def outcome(self) -> Outcome:
        """Return how far the sweep has come."""
        return Outcome.of(self._runs, self._stores)

    def write(self, folder: Path, status: str, command: str | Sequence[str] | None) -> None:
        """Write the tables of the whole; a shard leaves them to it."""
        if self._plan.shard is not None:
            return
        clear_stale(folder)
        study, outcome = self._plan.study, self.outcome()
        ask = Ask(tuple(study.readouts), tuple(study.months))
        if outcome.done:
            write_tables(folder, self._stores, self._runs, self._plan.design.frame(), ask)
        spelt = command if command is None or isinstance(command, str) else shlex.join(command)
        told = {"status": status, **self._stopping()}
        write_outcome(folder, self._plan, outcome, self._stores, told, spelt)

    def _stopping(self) -> Mapping[str, Any]:
        stop = self._plan.study.stop
        if stop is None:
            return {}
        small = sum(error <= stop.se_below for error in self._errors.values())
        rule = stop.model_dump(exclude_none=True)
        return {"stop": {**rule, "points_below": small, "points_looked_at": len(self._errors)}}
