"""`bmu run`: one scenario, its replicates in parallel, a folder of results."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from bmu_abm.compiled import nothing_compiled
from bmu_abm.errors import InputError
from bmu_abm.runs import points
from bmu_abm.runs.ensemble import Ensemble, Interrupted, run_ensemble
from bmu_abm.runs.output import check_folder, write_outputs
from bmu_abm.runs.pool import WorkerPool, available_cores, warm_up_kernels
from bmu_abm.runs.table import closing_table

if TYPE_CHECKING:
    from bmu_abm.model import BoneModel
    from bmu_abm.scenario import Scenario


def run(
    scenario: Scenario | str | os.PathLike[str],
    *,
    seed: int | None = None,
    replicates: int | None = None,
    jobs: int | None = None,
    out: str | os.PathLike[str] | None = None,
    quiet: bool = False,
    command: str | Sequence[str] | None = None,
    model_class: type[BoneModel] | None = None,
) -> Ensemble:
    """Run a scenario and write its time series, summary, provenance and figure.

    Parameters
    ----------
    scenario : Scenario, name or path
        What is run.
    seed, replicates : int, optional
        By default what the scenario says.
    jobs : int, optional
        Number of processes; by default all cores. The results do not depend on it.
    out : path, optional
        Folder of the results; by default ``./runs/<name>``.
    quiet : bool
        Show neither progress nor the closing table.
    command : str or list of str, optional
        The command line, for the provenance.
    model_class : type, optional
        The engine, BoneModel by default.

    Returns
    -------
    Ensemble
        With `frame()`, `runs`, `failures` and `folder`.

    Raises
    ------
    InputError
        The scenario or an option is wrong; nothing was written.
    MachineError
        The folder cannot be written.
    Interrupted
        Ctrl-C (a KeyboardInterrupt); the finished replicates were written.
    """
    spec = _loaded(scenario)
    seed = spec.seed if seed is None else seed
    count = _positive("replicates", spec.replicates if replicates is None else replicates)
    jobs = _positive("jobs", available_cores() if jobs is None else jobs)
    folder = Path("runs") / spec.name if out is None else Path(out)
    check_folder(folder)
    write = partial(write_outputs, folder, spec, seed=seed, command=_spelt(command))
    try:
        ensemble = _run(points.replicates(spec, seed, count), jobs, quiet, model_class)
    except Interrupted as stop:
        write(stop.ensemble, interrupted=True)
        raise
    error = ensemble.first_failure
    if error is not None and ensemble.runs.empty:
        raise error
    write(ensemble)
    if not quiet:
        print(closing_table(ensemble, folder))
    return ensemble


def _loaded(scenario: Scenario | str | os.PathLike[str]) -> Scenario:
    if isinstance(scenario, str | os.PathLike):
        from bmu_abm.scenario import Scenario

        return Scenario.load(scenario)
    return scenario


def _positive(name: str, value: int) -> int:
    if value < 1:
        raise InputError(f"{name}: {value} is too few; give 1 or more")
    return value


def _spelt(command: str | Sequence[str] | None) -> str | None:
    return command if command is None or isinstance(command, str) else shlex.join(command)


def _run(
    design: list[points.Point], jobs: int, quiet: bool, model_class: type[BoneModel] | None
) -> Ensemble:
    jobs = min(jobs, len(design))
    if not quiet and model_class is None and nothing_compiled():
        print("compiling the rules of the cells: once, for a minute or two", file=sys.stderr)
    if jobs == 1:
        return run_ensemble(design, progress=not quiet, model_class=model_class)
    if model_class is None:
        warm_up_kernels()
    keep_main = getattr(model_class, "__module__", "") == "__main__"
    with WorkerPool(jobs, keep_main=keep_main) as pool:
        return run_ensemble(design, pool, progress=not quiet, model_class=model_class)
