"""Options that several commands share. Nothing heavy is imported."""

from __future__ import annotations

import argparse
from typing import Any

from bmu_abm.errors import InputError
from bmu_abm.faults import one_line


def count(text: str) -> int:
    """Read an option that is a whole number above 0."""
    if not (text.isascii() and text.isdigit() and len(text) < 7 and int(text) > 0):
        raise argparse.ArgumentTypeError(f"must be a whole number above 0, is {text[:40]!r}")
    return int(text)


def add_command(commands: Any, name: str, function: Any, help: str) -> Any:
    """Add a command to the parser of `bmu` and return its own parser."""
    parser = commands.add_parser(name, help=help, description=help, allow_abbrev=False)
    parser.set_defaults(command=function)
    return parser


def add_settings(parser: argparse.ArgumentParser) -> None:
    """Add the options that change the scenario; the scenario's own rules check them."""
    parser.add_argument("--years", metavar="Y", help="length of the run")
    parser.add_argument("--seed", metavar="S", help="seed of the random numbers")
    parser.add_argument("--replicates", metavar="R", help="number of patches")
    parser.add_argument("--patch", metavar="P", help="tiny, small, reference")
    parser.add_argument(
        "--set",
        action="extend",
        nargs="+",
        default=[],
        metavar="PATH=VALUE",
        help="any value of the scenario, such as intervention.0.dose=30",
    )


def changes(options: argparse.Namespace, settings: list[str]) -> dict[str, str]:
    """Return what the options change of a scenario, by path.

    Raises
    ------
    InputError
        A setting is not PATH=VALUE.
    """
    found: dict[str, str] = {}
    for setting in settings:
        path, mark, value = setting.partition("=")
        if not mark or not path.strip():
            raise InputError(one_line(f"bmu: --set {setting}: is not PATH=VALUE; write years=5"))
        found[path.strip()] = value.strip()
    for key in ("years", "seed", "replicates", "patch"):
        if getattr(options, key) is not None:
            found[key] = getattr(options, key)
    return found
