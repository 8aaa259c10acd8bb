"""The commands of many runs: their options, and what they print. Heavy imports wait."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from bmu_abm.faults import one_line

if TYPE_CHECKING:
    from bmu_abm.batch.sweeping import Sweep

Add = Callable[[Any, str, Callable[..., int], str], Any]


def add_commands(commands: Any, add: Add, count: Callable[[str], int]) -> None:
    """Add the commands to the parser of `bmu`.

    Parameters
    ----------
    commands : subparsers of argparse
        Where they go.
    add : callable
        Makes one command: (commands, name, function, help).
    count : callable
        The type of an option that is a whole number above 0.
    """
    sweep = add(commands, "sweep", _sweep, "run a study: a design of points x replicates")
    _add_study(sweep, count)
    sweep.add_argument("--shard", metavar="i/n", help="run only this part of n")


def _add_study(parser: Any, count: Callable[[str], int]) -> None:
    parser.add_argument("study", metavar="STUDY", help="a shipped name or a file")
    parser.add_argument("--jobs", type=count, metavar="J", help="processes (default: all cores)")
    parser.add_argument("--cluster", metavar="ADDRESS", help="run on the Dask cluster there")
    parser.add_argument("--out", metavar="DIR", help="folder of results (default: ./runs/<name>)")
    parser.add_argument("--quiet", action="store_true", help="no progress, no closing lines")


def _sweep(options: argparse.Namespace, command: list[str]) -> int:
    from bmu_abm.batch.plan import Shard
    from bmu_abm.batch.sweeping import sweep

    done = sweep(
        options.study,
        jobs=options.jobs,
        cluster=options.cluster,
        shard=None if options.shard is None else Shard.parse(options.shard),
        out=options.out,
        quiet=options.quiet,
        command=command,
    )
    if not options.quiet:
        print(f"{_counts(done)}\n{_where(options, done)}")
    return _closing(done)


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


def _closing(done: Sweep) -> int:
    """Tell failed runs on stderr, in one line; return the exit code."""
    outcome = done.outcome
    if outcome.failures:
        first = outcome.failures[0]
        what = f"{outcome.failed} of {len(outcome.runs)} runs failed, the first with "
        what += f"{first['kind']}: {first['error']}; repeat the command to try them again"
        print(one_line(f"{done.folder}: {what}"), file=sys.stderr)
    return outcome.exit_code
