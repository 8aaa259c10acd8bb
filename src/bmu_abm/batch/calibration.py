"""`bmu calibrate`: parameters under which the model meets what was measured.

Optuna proposes points, a few at a time; each is run with all replicates, and told by its
likelihood. Nothing is kept but the runs: a calibration that was stopped begins anew, finds the
runs of its first points in the store, and so comes at once to where it was. For that, what is
proposed depends on the seed and on results alone.
"""

from __future__ import annotations

import math
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from tqdm import tqdm

from bmu_abm.batch.bar import expect
from bmu_abm.batch.design import Design
from bmu_abm.batch.estimates import Ask, one_estimate
from bmu_abm.batch.executors import executor_for, need
from bmu_abm.batch.fitted import Fitted, Interval, intervals, write_fitted
from bmu_abm.batch.plan import Plan, Run
from bmu_abm.batch.posterior import Posterior, posterior
from bmu_abm.batch.readouts import check_readouts
from bmu_abm.batch.shards import Stores, open_stores
from bmu_abm.batch.study import Study
from bmu_abm.errors import MachineError
from bmu_abm.runs.dispatch import Dispatch, run_points
from bmu_abm.runs.output import check_folder
from bmu_abm.runs.pool import available_cores
from bmu_abm.runs.summary import Estimate

if TYPE_CHECKING:
    from bmu_abm.model import BoneModel

_WORST = -1e12


@dataclass(frozen=True)
class Calibration:
    """What a calibration found.

    Attributes
    ----------
    trials : DataFrame
        A row a point: `trial`, parameters, `log_likelihood`, then mean and standard error of
        every target.
    best : dict
        The values of the most likely point, by path.
    intervals : dict
        95 % interval of each parameter, by path; empty where too few points were tried.
    folder : Path
        Where the files are.
    """

    trials: pd.DataFrame
    best: dict[str, float]
    intervals: dict[str, Interval]
    folder: Path


def calibrate(
    study: Study | str | Path,
    *,
    jobs: int | None = None,
    cluster: str | None = None,
    out: str | Path | None = None,
    quiet: bool = True,
    command: list[str] | str | None = None,
    model_class: type[BoneModel] | None = None,
) -> Calibration:
    """Search for the parameters of a study's ranges that meet its targets.

    Parameters
    ----------
    study : Study, name or path
        With `[[target]]` and ranges under `[parameters]`; its design does not count.
    jobs, cluster, out, quiet, command, model_class
        As for `bmu_abm.batch.sweeping.sweep`.

    Returns
    -------
    Calibration

    Raises
    ------
    InputError
        The study has no targets or ranges, or Optuna is missing; nothing was run.
    MachineError
        The folder cannot be written, or no run was finished.
    """
    study = study if isinstance(study, Study) else Study.load(study)
    _check(study)
    optuna = need("optuna", "calibrate")
    need("sklearn", "calibrate")
    folder = Path("runs") / study.name if out is None else Path(out)
    check_folder(folder)
    check_readouts(study, model_class)
    plan = Plan(study, None, Design(study.axes, []))
    with open_stores(folder, None) as stores:
        with executor_for(jobs or available_cores(), cluster, model_class, quiet) as there:
            search = _Search(plan, stores, Dispatch(there, model_class))
            trials = search.run(_sampler(optuna, study), quiet)
        best = trials.loc[trials["log_likelihood"].idxmax()]
        found = {axis.path: best[axis.name] for axis in study.axes}
        if best["log_likelihood"] <= _WORST:
            raise MachineError(f"{folder}: no run was finished: {_reason(stores)}; look into it")
        left = search.left_open()
        write_fitted(folder, Fitted(study, trials, found, left), command)
        return Calibration(trials, found, intervals(study, left), folder)


def _check(study: Study) -> None:
    if not study.target:
        raise study.fault("target", "is missing", "say what is to be met: [[target]]")
    if study.levers or study.uncertainties:
        raise study.fault("parameters", "is missing", "put the ranges to search under it")
    for axis in study.axes:
        if axis.values is not None:
            raise study.fault(f"parameters.{axis.path}", "has levels", "give it low and high")
    if study.replicates < 2:
        raise study.fault("replicates", "is 1, which has no noise to reckon with", "give more")


def _sampler(optuna: Any, study: Study) -> Any:
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Optuna calls two of the options experimental
        options = {"seed": study.seed, "multivariate": True, "constant_liar": True}
        sampler = optuna.samplers.TPESampler(**options)
    return optuna.create_study(direction="maximize", sampler=sampler)


def log_likelihood(study: Study, told: list[Estimate]) -> float:
    """Return the log likelihood of the targets, up to a constant.

    Each target is normal about the model's mean, with the variance of the observation plus that
    of the mean over the replicates: a point that is known badly is neither praised nor damned.
    """
    total = 0.0
    for target, estimate in zip(study.target, told, strict=True):
        if not (math.isfinite(estimate.mean) and math.isfinite(estimate.se)):
            return _WORST
        variance = target.sd**2 + estimate.se**2
        total -= 0.5 * ((estimate.mean - target.value) ** 2 / variance + math.log(variance))
    return max(total, _WORST)


class _Search:
    def __init__(self, plan: Plan, stores: Stores, dispatch: Dispatch) -> None:
        self._plan = plan
        self._study = plan.study
        self._stores = stores
        self._dispatch = dispatch
        self._rows: list[dict[str, Any]] = []
        self._shares: list[list[float]] = []

    def run(self, optuna_study: Any, quiet: bool) -> pd.DataFrame:
        """Ask for points, run them, tell how likely they are; return all trials."""
        done = self._stores.done()
        study = self._study
        with tqdm(total=study.trials * study.replicates, unit="run", disable=quiet) as bar:
            for first in range(0, study.trials, study.batch):
                n = min(study.batch, study.trials - first)
                asked = [optuna_study.ask() for _ in range(n)]
                runs = self._runs(asked, first)
                left = [run for run in runs if run.run_id not in done]
                expect(bar, 0, len(runs) - len(left))
                run_points(self._plan.points(left), self._dispatch, self._stores, bar)
                for i, trial in enumerate(asked):
                    optuna_study.tell(trial, self._likelihood(first + i, runs))
        return pd.DataFrame(self._rows)

    def left_open(self) -> Posterior | None:
        """Return what the targets leave open of the parameters, from all trials."""
        targets = self._study.target
        told = pd.DataFrame(self._rows)
        means = told[[f"target_{i}" for i in range(len(targets))]].to_numpy(dtype="float64")
        errors = told[[f"target_{i}_se" for i in range(len(targets))]].to_numpy(dtype="float64")
        values, sds = np.array([[t.value, t.sd] for t in targets]).T
        return posterior(np.array(self._shares), means, errors, values, sds, self._study.seed)

    def _runs(self, asked: list[Any], first: int) -> list[Run]:
        for trial in asked:
            shares = [trial.suggest_float(axis.name, 0.0, 1.0) for axis in self._study.axes]
            self._shares.append(shares)
            row = tuple(a.at(u) for a, u in zip(self._study.axes, shares, strict=True))
            self._plan.design.rows.append(row)
        counts = dict.fromkeys(range(first, first + len(asked)), self._study.replicates)
        return self._plan.runs(counts)

    def _likelihood(self, point: int, runs: list[Run]) -> float:
        records = (self._stores.finished(run.run_id) for run in runs if run.point == point)
        frames = [self._stores.read(record) for record in records if record is not None]
        told = [self._estimate(frames, t.readout, t.month) for t in self._study.target]
        likelihood = log_likelihood(self._study, told)
        values = self._plan.design.rows[point]
        row = {a.name: v for a, v in zip(self._study.axes, values, strict=True)}
        means = {f"target_{i}": estimate.mean for i, estimate in enumerate(told)}
        errors = {f"target_{i}_se": estimate.se for i, estimate in enumerate(told)}
        self._rows.append({"trial": point, **row, "log_likelihood": likelihood, **means, **errors})
        return likelihood

    def _estimate(self, frames: list[pd.DataFrame], readout: str, month: float) -> Estimate:
        ask = Ask((readout,), (month,))
        parts = [ask.needed(frame) for frame in frames]
        rows = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()
        return one_estimate(rows, readout, month)


def _reason(stores: Stores) -> str:
    failed = stores.failures()
    return str(failed[0]["error"]) if failed else "none was begun"
