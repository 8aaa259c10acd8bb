"""Live the arms of the trials, patch after patch until the errors are small, and score them."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import Executor
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from bmu_abm.batch.executors import executor_for
from bmu_abm.compiled import engine_hash
from bmu_abm.runs.ensemble import replicates, run_ensemble
from bmu_abm.runs.output import check_folder
from bmu_abm.runs.pool import available_cores
from bmu_abm.validation.trials.arms import TrialArm, arms
from bmu_abm.validation.trials.readings import unread, value
from bmu_abm.validation.trials.rows import Row, rows_of
from bmu_abm.validation.trials.scoreboard import Basis, scored, write_scoreboard

if TYPE_CHECKING:
    from bmu_abm.model import BoneModel

SEED = 1
FIRST_PATCHES = 20
Runner = Callable[[str, int], pd.DataFrame]


def validate(
    studies: Collection[str] = (),
    *,
    out: Path,
    store: Path | None = None,
    jobs: int | None = None,
    se: float = 0.5,
    most: int = 160,
    command: Sequence[str] = (),
    model_class: type[BoneModel] | None = None,
) -> pd.DataFrame:
    """Run the arms of some trials, or of all, and write the scoreboard.

    Parameters
    ----------
    studies : collection of str
        Names of trials; empty: all.
    out : Path
        Folder of the scoreboard.
    store : Path, optional
        Where finished runs are kept; by default the folder `store` in `out`. What it holds is not
        run again.
    jobs : int, optional
        Processes; by default all cores. The results do not depend on it.
    se : float
        Patches are added until the standard error of every change of density is at most this
        (points), and that of arms without density ten times as much (%).
    most : int
        Patches of an arm at most.
    command : sequence of str
        The command line, for the provenance.
    model_class : type, optional
        The engine, BoneModel by default.

    Returns
    -------
    DataFrame
        As `scored` returns it.

    Raises
    ------
    InputError
        A name is no study, or the folder is none.
    """
    rows = rows_of(studies)
    check_folder(out)
    lived, reasons = _living(rows)
    kept = (out / "store" if store is None else store) / engine_hash()
    readable = [row for row in rows if row.arms and row.id not in reasons]
    with executor_for(jobs or available_cores(), None, model_class, quiet=False) as executor:
        run = _runner(lived, executor, kept, model_class)
        frames = gather(readable, run, se, most, _tell)
    table = scored(rows, frames, reasons)
    write_scoreboard(out, table, _basis(lived, frames, se, most, command))
    return table


def _living(rows: Sequence[Row]) -> tuple[dict[str, TrialArm], dict[str, str]]:
    """Return the arms that can be lived, and why rows cannot be read, by id."""
    wanted = {name: arms()[name] for row in rows for name in row.arms}
    missing = {name: why for name, arm in wanted.items() if (why := arm.missing()) is not None}
    reasons = {
        row.id: missing[name] for row in rows for name in reversed(row.arms) if name in missing
    }
    needed = {name for row in rows if row.id not in reasons for name in row.arms}
    return {name: arm for name, arm in wanted.items() if name in needed}, reasons


def _tell(arm: str, patches: int) -> None:
    print(f"{arm}: {patches} patches", file=sys.stderr)


def _runner(
    lived: Mapping[str, TrialArm],
    executor: Executor | None,
    store: Path,
    model_class: type[BoneModel] | None,
) -> Runner:
    scenarios = {name: arm.scenario() for name, arm in lived.items()}

    def run(name: str, patches: int) -> pd.DataFrame:
        ensemble = run_ensemble(
            replicates(scenarios[name], SEED, patches),
            executor,
            store / name,
            on_error="raise",
            progress=True,
            model_class=model_class,
        )
        return ensemble.frame()

    return run


def gather(
    rows: Sequence[Row],
    run: Runner,
    se: float,
    most: int,
    tell: Callable[[str, int], None] = lambda arm, patches: None,
) -> dict[str, pd.DataFrame]:
    """Run every arm of the rows on as many patches as its errors need.

    Parameters
    ----------
    rows : sequence of Row
        Rows that can be simulated.
    run : callable
        Gives the monthly rows of the first `n` patches of an arm.
    se : float
        The standard error that ends it, in points of density.
    most : int
        Where an arm ends all the same.
    tell : callable
        Is told each arm and its number of patches before it runs.

    Returns
    -------
    dict of str to DataFrame
        By arm. Numbers of patches double, so which runs there are depends on results alone.
    """
    counts = {name: min(FIRST_PATCHES, most) for row in rows for name in row.arms}
    frames: dict[str, pd.DataFrame] = {}
    todo = list(counts)
    while todo:
        for name in todo:
            tell(name, counts[name])
            frames[name] = run(name, counts[name])
        noisy = [row for row in _deciding(rows) if _is_noisy(row, frames, se)]
        wanted = {name for row in noisy for name in row.arms if counts[name] < most}
        todo = [name for name in counts if name in wanted]
        counts |= {name: min(2 * counts[name], most) for name in todo}
    return frames


def _deciding(rows: Sequence[Row]) -> list[Row]:
    """Return the rows whose errors count: of density, and all of arms without any."""
    settled = {name for row in rows if row.density for name in row.arms}
    return [row for row in rows if row.density or not settled.issuperset(row.arms)]


def _is_noisy(row: Row, frames: Mapping[str, pd.DataFrame], se: float) -> bool:
    if unread(row, frames) is not None:
        return False
    return value(row, frames)[1] > se * row.point


def _basis(
    lived: Mapping[str, TrialArm],
    frames: Mapping[str, pd.DataFrame],
    se: float,
    most: int,
    command: Sequence[str],
) -> Basis:
    patches = {name: int(frame["replicate"].nunique()) for name, frame in frames.items()}
    told = {name: arm.scenario().to_dict() for name, arm in lived.items()}
    return Basis(SEED, se, most, shlex.join(command), patches, told)
