"""`bmu compare`: several scenarios over the same patches, and their paired differences."""

from __future__ import annotations

import os
import shlex
from collections.abc import Sequence
from concurrent.futures import Executor
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
from tqdm import tqdm

from bmu_abm.batch.differences import differences
from bmu_abm.batch.executors import executor_for
from bmu_abm.batch.outcome import Outcome
from bmu_abm.batch.plan import Run
from bmu_abm.batch.shards import Stores, open_stores
from bmu_abm.errors import InputError, MachineError
from bmu_abm.interventions.plan import Plan as Treatment
from bmu_abm.runs.dispatch import Dispatch, run_points
from bmu_abm.runs.files import machine_errors, write_atomically
from bmu_abm.runs.output import check_folder, to_csv, to_json
from bmu_abm.runs.points import Point
from bmu_abm.runs.pool import available_cores
from bmu_abm.runs.provenance import machine, versions
from bmu_abm.runs.summary import FLOWS

if TYPE_CHECKING:
    from bmu_abm.model import BoneModel
    from bmu_abm.scenario import Scenario

_TOLD = ("bmd_lumbar_spine_pct", "ctx_ratio", "p1np_ratio")


@dataclass(frozen=True)
class Comparison:
    """Scenarios over the same patches.

    Attributes
    ----------
    differences : DataFrame
        As `bmu_abm.batch.differences.differences` makes it.
    folder : Path
        Where the files are.
    outcome : Outcome
        What was finished and what failed.
    """

    differences: pd.DataFrame
    folder: Path
    outcome: Outcome

    def told(self) -> str:
        """Return a few lines: the differences of the last month."""
        table = self.differences
        last = table[table["month"] == table["month"].max()]
        lines = []
        for _, row in last[last["readout"].isin(_TOLD)].iterrows():
            name = f"{row['arm']} - {row['reference']}, {row['readout']}, month {row['month']:g}"
            interval = f"95 % interval {row['low']:.3g} to {row['high']:.3g}"
            lines.append(f"{name}: {row['difference']:+.3g}; {interval}; {row['n']} pairs")
        return "\n".join(lines)


def compare(
    scenarios: Sequence[Scenario],
    *,
    seed: int | None = None,
    replicates: int | None = None,
    jobs: int | None = None,
    cluster: str | None = None,
    executor: Executor | None = None,
    out: str | os.PathLike[str] | None = None,
    quiet: bool = True,
    command: str | Sequence[str] | None = None,
    model_class: type[BoneModel] | None = None,
) -> Comparison:
    """Run scenarios over the same patches and write their paired differences.

    Parameters
    ----------
    scenarios : sequence of Scenario
        Two or more of different names; the others are compared with the first.
    seed, replicates : int, optional
        By default what the first scenario says.
    jobs, cluster, executor, quiet, command, model_class
        As for `bmu_abm.batch.sweeping.sweep`.
    out : path, optional
        Folder of the results; by default ``./runs/compare_<names>``.

    Returns
    -------
    Comparison

    Raises
    ------
    InputError
        There are fewer than two scenarios, or two of one name; nothing was run.
    MachineError
        The folder cannot be written, or no pair of runs was finished.
    """
    names = _names(scenarios)
    folder = Path("runs") / f"compare_{'_'.join(names)}"[:150] if out is None else Path(out)
    check_folder(folder)
    seed = scenarios[0].seed if seed is None else seed
    n = scenarios[0].replicates if replicates is None else replicates
    design = [Point(s, seed, r) for r in range(n) for s in scenarios]  # pairs finish together
    runs = [Run(i % len(names), p.replicate, p.run_id) for i, p in enumerate(design)]
    chosen = (
        nullcontext(executor)
        if executor
        else executor_for(jobs or available_cores(), cluster, model_class, quiet)
    )
    with open_stores(folder, None) as stores:
        with chosen as there:
            _run(design, stores, Dispatch(there, model_class), quiet)
        outcome = Outcome.of(sorted(runs), stores)
        frames = _frames(names, outcome.runs, stores)
        table = differences(frames)
        _write(folder, frames, table, _told(scenarios, seed, n, outcome, command))
        return Comparison(table, folder, outcome)


def _names(scenarios: Sequence[Scenario]) -> list[str]:
    names = [scenario.name for scenario in scenarios]
    if len(names) < 2:
        raise InputError("bmu: a comparison needs two scenarios or more; name another one")
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise InputError(f"bmu: two scenarios are called {twice!r}; rename one of the files")
    return names


def _run(design: list[Point], stores: Stores, dispatch: Dispatch, quiet: bool) -> None:
    done = stores.done()
    unique = {point.run_id: point for point in design}
    left = [point for key, point in unique.items() if key not in done]
    with tqdm(total=len(unique), initial=len(unique) - len(left), unit="run", disable=quiet) as bar:
        run_points(left, dispatch, stores, bar)


def _frames(names: list[str], runs: list[Run], stores: Stores) -> dict[str, pd.DataFrame]:
    frames = {}
    for i, name in enumerate(names):
        records = (stores.finished(run.run_id) for run in runs if run.point == i)
        parts = [stores.read(record) for record in records if record is not None]
        if not parts:
            raise _nothing(name, stores)
        frames[name] = pd.concat(parts, ignore_index=True).drop(columns=["run_id", "scenario"])
    return frames


def _nothing(name: str, stores: Stores) -> MachineError:
    failed = stores.failures()
    reason = failed[0]["error"] if failed else "none was run"
    return MachineError(f"{name}: no run was finished, the first failed with: {reason}; see there")


def _told(
    scenarios: Sequence[Scenario],
    seed: int,
    replicates: int,
    outcome: Outcome,
    command: str | Sequence[str] | None,
) -> dict[str, Any]:
    spelt = command if command is None or isinstance(command, str) else shlex.join(command)
    arms = [
        {
            "name": scenario.name,
            "scenario": scenario.to_dict(),
            "interventions": Treatment.from_scenario(scenario).provenance(),
            "warnings": Treatment.from_scenario(scenario).warnings(),
        }
        for scenario in scenarios
    ]
    return {
        "versions": versions(),
        "platform": machine(),
        "command": spelt,
        "seed": seed,
        "replicates": replicates,
        "runs": {"planned": len(outcome.runs), "done": outcome.done, "failed": outcome.failed},
        "confidence": "95 %, of each month and readout alone; Student's t over pairs of patches",
        "flows": {"over_months": 3, "readouts": sorted(FLOWS)},
        "arms": arms,
    }


def _write(
    folder: Path, frames: dict[str, pd.DataFrame], table: pd.DataFrame, told: dict[str, Any]
) -> None:
    from bmu_abm.batch.comparison_figure import comparison_png

    every = pd.concat([frame.assign(arm=name) for name, frame in frames.items()])
    rows = every[["arm", *every.columns.drop("arm")]]
    files = {
        "timeseries.csv": to_csv(rows),
        "differences.csv": to_csv(table),
        "provenance.json": to_json(told),
        "figure.png": comparison_png(table),
    }
    for name, data in files.items():
        with machine_errors(folder / name):
            write_atomically(folder / name, data)
