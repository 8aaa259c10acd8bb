"""Every parameter of the model: declared once, in `parameters.csv`, with unit, range and source.

Kernels receive the values as a record, `p.osteoclast_erosion_um_per_day` for the path
`osteoclast.erosion_um_per_day`.
"""

from __future__ import annotations

import csv
import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources

import numpy as np
from numpy.typing import NDArray

KINDS = ("measured", "fitted", "assumed")


@dataclass(frozen=True)
class Parameter:
    """One declared parameter.

    Attributes
    ----------
    path : str
        `room.name`, as in a scenario's `[parameters]` table.
    default, low, high : float
        Value and allowed range, in `unit`.
    kind : str
        `measured`, `fitted` (the source says to what) or `assumed`.
    live : bool
        Whether an intervention may change it during a run.
    """

    path: str
    default: float
    unit: str
    low: float
    high: float
    kind: str
    live: bool
    source: str
    help: str

    @property
    def field(self) -> str:
        """Name in the record that the kernels read."""
        return self.path.replace(".", "_")


def _read() -> dict[str, Parameter]:
    text = resources.files("bmu_abm").joinpath("parameters.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(text.splitlines())
    return {row["path"]: _parameter(row) for row in rows}


def _parameter(row: Mapping[str, str]) -> Parameter:
    low, default, high = (float(row[key]) for key in ("low", "default", "high"))
    if not low <= default <= high or row["kind"] not in KINDS:
        raise ValueError(f"parameters.csv: {row['path']} is out of its range or of unknown kind")
    return Parameter(
        path=row["path"],
        default=default,
        unit=row["unit"],
        low=low,
        high=high,
        kind=row["kind"],
        live=row["live"] == "yes",
        source=row["source"],
        help=row["help"],
    )


REGISTRY: dict[str, Parameter] = _read()
RECORD = np.dtype([(parameter.field, "f8") for parameter in REGISTRY.values()])


def nearest(path: str) -> str | None:
    """Return the declared path that looks most like `path`, or None."""
    close = difflib.get_close_matches(path, REGISTRY, n=1, cutoff=0.5)
    return close[0] if close else None


def copied(row: NDArray[np.void]) -> NDArray[np.void]:
    """Return a copy of a record array, without NumPy's slow way through its fields."""
    return row.view(np.float64).copy().view(RECORD)


def record(values: Mapping[str, float]) -> NDArray[np.void]:
    """Return the parameters as a one-row record array, with `values` (by path) over the defaults.

    Raises
    ------
    KeyError
        A path is not declared.
    """
    row = np.zeros(1, RECORD)
    for parameter in REGISTRY.values():
        row[parameter.field] = parameter.default
    for path, value in values.items():
        row[REGISTRY[path].field] = value
    return row
