"""The commands of many runs: their options, and what they print. Heavy imports wait."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING, Any

from bmu_abm.faults import one_line
from bmu_abm.options import add_command, add_settings, changes, count

if TYPE_CHECKING:
    from pathlib import Path

    from bmu_abm.batch.outcome import Outcome
    from bmu_abm.batch.sweeping import Sweep


def add_commands(commands: Any) -> None:
    """Add the commands to the parser of `bmu`."""
    sweep = add_command(commands, "sweep", _sweep, "run a study: a design of points x replicates")
    _add_study(sweep)
    sweep.add_argument("--shard", metavar="i/n", help="run only this part of n")
    told = "indices of Morris or Sobol: which parameters move which readout"
    _add_study(add_command(commands, "sensitivity", _sensitivity, told))
    told = "fit parameters to measured values, with the noise of the patches in the likelihood"
    _add_study(add_command(commands, "calibrate", _calibrate, told))
    _add_compare(commands)


def _add_study(parser: Any) -> None:
    parser.add_argument("study", metavar="STUDY", help="a shipped name or a file")
    _add_where(parser, "./runs/<name>")


def _add_where(parser: Any, folder: str) -> None:
    parser.add_argument("--jobs", type=count, metavar="J", help="processes (default: all cores)")
    parser.add_argument("--cluster", metavar="ADDRESS", help="run on the Dask cluster there")
    parser.add_argument("--out", metavar="DIR", help=f"folder of results (default: {folder})")
    parser.add_argument("--quiet", action="store_true", help="no progress, no closing lines")


def _add_compare(commands: Any) -> None:
    told = "paired differences between scenarios, with their confidence bands"
    compare = add_command(commands, "compare", _compare, told)
    compare.add_argument(
        "scenarios",
        metavar="SCENARIO",
        nargs="*",
        help="two or more names or files; the first is the reference",
    )
    add_settings(compare)
    _add_where(compare, "./runs/compare_<names>")


def _how(options: argparse.Namespace, command: list[str]) -> dict[str, Any]:
    """Return what every command of this module hands on in the same way."""
    shared = ("jobs", "cluster", "out", "quiet")
    return {name: getattr(options, name) for name in shared} | {"command": command}


def _compare(options: argparse.Namespace, command: list[str]) -> int:
    names, settings = list(options.scenarios), list(options.set)
    while settings and "=" not in settings[-1]:
        names.insert(0, settings.pop())  # `--set a=1 A B`
    from bmu_abm.batch.comparison import compare
    from bmu_abm.scenario import Scenario

    changed = changes(options, settings)
    loaded = [Scenario.load(name) for name in names]
    arms = [scenario.with_settings(changed) if changed else scenario for scenario in loaded]
    done = compare(arms, **_how(options, command))
    if not options.quiet:
        print(f"{done.told()}\nresults in {done.folder}")
    return closing(done.folder, done.outcome)


def _sweep(options: argparse.Namespace, command: list[str]) -> int:
    from bmu_abm.batch.plan import Shard
    from bmu_abm.batch.sweeping import sweep

    shard = None if options.shard is None else Shard.parse(options.shard)
    done = sweep(options.study, shard=shard, **_how(options, command))
    if not options.quiet:
        print(f"{_counts(done)}\n{_where(options, done)}")
    return closing(done.folder, done.outcome)


def _sensitivity(options: argparse.Namespace, command: list[str]) -> int:
    from bmu_abm.batch.sensitivity import sensitivity

    done = sensitivity(options.study, **_how(options, command))
    if not options.quiet:
        table = done.table.drop(columns="noise_share")
        print(table.to_string(index=False, float_format="{:.3g}".format))
        noise = done.table["noise_share"].max()
        told = "one replicate cannot tell how much of it" if noise != noise else f"{noise:.0%}"
        print(f"of the variance between points, noise of the replicates is at most: {told}")
        print(f"{_counts(done.sweep)}\nresults in {done.folder}")
    return closing(done.folder, done.sweep.outcome)


def _calibrate(options: argparse.Namespace, command: list[str]) -> int:
    from bmu_abm.batch.calibration import calibrate

    done = calibrate(options.study, **_how(options, command))
    if not options.quiet:
        told = ", ".join(f"{path} = {value:.4g}" for path, value in done.best.items())
        print(f"most likely of {len(done.trials)} points: {told}\nresults in {done.folder}")
    return 0


def _counts(done: Sweep) -> str:
    outcome = done.outcome
    points = len({run.point for run in outcome.runs})
    told = f"{points} points, {len(outcome.runs)} runs: {outcome.done} finished"
    if outcome.failed:
        told += f", {outcome.failed} failed"
    return f"{told}; {outcome.surface_mm2:g} mm2 of surface"


def _where(options: argparse.Namespace, done: Sweep) -> str:
    if options.shard is None:
        return f"results in {done.folder}"
    whole = f"bmu sweep {options.study} --out {done.folder}"
    return f"when all parts are finished, '{whole}' makes the tables"


def closing(folder: Path, outcome: Outcome) -> int:
    """Tell failed runs on stderr, in one line; return the exit code."""
    if outcome.failures:
        first = outcome.failures[0]
        what = f"{outcome.failed} of {len(outcome.runs)} runs failed, the first with "
        what += f"{first['kind']}: {first['error']}; repeat the command to try them again"
        print(one_line(f"{folder}: {what}"), file=sys.stderr)
    return outcome.exit_code
