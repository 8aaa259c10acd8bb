"""Draw a stored state of a bone: ``python -m bmu_abm.pictures SNAPSHOT.npz --out X.png``."""

from __future__ import annotations

import argparse
import sys
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

import numpy as np

from bmu_abm.errors import BmuError, InputError, MachineError
from bmu_abm.pictures.palette import PALETTES
from bmu_abm.pictures.sheet import sheet, stains_sheet
from bmu_abm.pictures.stains import STAINS

ALL = "all"


class _Parser(argparse.ArgumentParser):
    """Says what is wrong with an argument in one line."""

    def error(self, message: str) -> NoReturn:
        """Raise InputError instead of printing the usage."""
        raise InputError(f"{self.prog}: {message}")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="python -m bmu_abm.pictures", description=__doc__)
    parser.add_argument("snapshot", type=Path, help="a snapshot of a model (.npz)")
    parser.add_argument(
        "--out", type=Path, required=True, help="picture to write (.png, .svg, .pdf)"
    )
    parser.add_argument("--stain", choices=(*STAINS, ALL), default=STAINS[0])
    parser.add_argument("--y", type=int, help="row of the section; the liveliest by default")
    parser.add_argument("--theme", choices=tuple(PALETTES), default="light")
    parser.add_argument(
        "--labels", type=int, nargs=2, metavar="DAY", help="days of the two tetracycline labels"
    )
    return parser


def read_snapshot(path: Path) -> dict[str, np.ndarray]:
    """Read the arrays of a snapshot.

    Raises
    ------
    InputError
        If there is no such file, or it is not a snapshot.
    """
    try:
        with np.load(path, allow_pickle=False) as stored:
            return {name: stored[name] for name in stored.files}
    except FileNotFoundError:
        raise InputError(f"{path}: there is no such file") from None
    except (OSError, EOFError, ValueError, AttributeError, zipfile.BadZipFile):
        raise InputError(f"{path}: not a snapshot; write one with model.snapshot()") from None


def _restore(path: Path) -> Any:
    snapshot = read_snapshot(path)
    from bmu_abm.model import BoneModel

    return BoneModel.restore(snapshot)


def draw(arguments: Sequence[str]) -> None:
    """Draw what the arguments ask for.

    Raises
    ------
    InputError, MachineError
        If an argument is wrong, or the picture cannot be written.
    """
    asked = _parser().parse_args(arguments)
    model = _restore(asked.snapshot)
    labels = tuple(asked.labels) if asked.labels else None
    try:
        if asked.stain == ALL:
            stains_sheet(model, asked.out, asked.y, asked.theme, labels=labels)
        else:
            sheet(model, asked.out, asked.y, asked.theme, asked.stain, labels=labels)
    except ValueError as error:
        raise InputError(str(error)) from error
    except FileNotFoundError:
        raise InputError(f"{asked.out}: there is no such folder") from None
    except OSError as error:
        raise MachineError(f"{asked.out}: {error.strerror or error}") from error


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return its exit code."""
    try:
        draw(sys.argv[1:] if arguments is None else arguments)
    except BmuError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
