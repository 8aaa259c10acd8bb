"""`bmu validate`: its options, and what it prints. Heavy imports wait."""

from __future__ import annotations

import argparse
import math
from pathlib import Path
from typing import Any

from bmu_abm.options import add_command, count

_OUT = "runs/validate"


def _points(text: str) -> float:
    """Read a standard error above 0."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0.0 < value < math.inf:
        raise argparse.ArgumentTypeError(f"must be a number above 0, is {text[:40]!r}")
    return value


def _patches(text: str) -> int:
    """Read a number of patches that has an error."""
    value = count(text)
    if value < 2:
        raise argparse.ArgumentTypeError("an error needs 2 patches or more")
    return value


def add_validate(commands: Any) -> None:
    """Add the command to the parser of `bmu`."""
    told = "the scoreboard: published trials beside the same arms in the model"
    parser = add_command(commands, "validate", _validate, told)
    parser.add_argument("study", metavar="STUDY", nargs="*", help="trials (default: all)")
    parser.add_argument("--out", metavar="DIR", help=f"folder of results (default: ./{_OUT})")
    parser.add_argument("--jobs", type=count, metavar="J", help="processes (default: all cores)")
    parser.add_argument(
        "--store", metavar="DIR", help="keep finished runs here, and go on from them"
    )
    parser.add_argument(
        "--se",
        type=_points,
        default=0.5,
        metavar="POINTS",
        help="add patches until the error of density is at most this (default: 0.5)",
    )
    parser.add_argument(
        "--most", type=_patches, default=160, metavar="N", help="patches of an arm at most"
    )


def _validate(options: argparse.Namespace, command: list[str]) -> int:
    from bmu_abm.validation.trials.run import validate
    from bmu_abm.validation.trials.scoreboard import mean_errors

    out = Path(options.out or _OUT)
    table = validate(
        options.study,
        out=out,
        store=None if options.store is None else Path(options.store),
        jobs=options.jobs,
        se=options.se,
        most=options.most,
        command=command,
    )
    errors = mean_errors(table)
    print("mean absolute error of changes of density, points")
    print(errors.to_string(float_format="{:.3g}".format, na_rep=""))
    print(f"scoreboard in {out}")
    return 0
