"""Every parameter of the model: declared once, in `parameters.csv`, with unit, range and source.

Kernels receive the values as a record, `p.osteoclast_erosion_um_per_day` for the path
`osteoclast.erosion_um_per_day`. Every node and edge of the signalling network is a parameter too,
made of its tables: `node.nfkb` scales a level, `edge.traf6.src` a gain. Those are an array.
"""

from __future__ import annotations

import csv
import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources

import numpy as np
from numpy.typing import NDArray

from bmu_abm.network.declared import EVALUATED, LEVELS, NODES, Edge

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
    head, *rows = csv.reader(text.splitlines())
    # Strict: a comma without quotes would move what follows it into the next column.
    tables = [dict(zip(head, row, strict=True)) for row in rows]
    return {table["path"]: _parameter(table) for table in tables}


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


def _of_node(name: str) -> Parameter:
    help = f"factor on the level: {NODES[name].help}"
    return Parameter(f"node.{name}", 1.0, "1", 0.0, 100.0, "assumed", True, "unit of a level", help)


def _of_edge(edge: Edge) -> Parameter:
    verb = "raises" if edge.sign == "+" else "lowers"
    help = f"factor on the gain with which {edge.source} {verb} {edge.target}"
    on = 0.0 if edge.contested else 1.0
    return Parameter(edge.path, on, "1", 0.0, 10.0, edge.kind, True, edge.note, help)


def _network() -> dict[str, Parameter]:
    declared = [*map(_of_node, LEVELS), *map(_of_edge, EVALUATED)]
    return {parameter.path: parameter for parameter in declared}


ROOMS: dict[str, Parameter] = _read()
NETWORK: dict[str, Parameter] = _network()
REGISTRY: dict[str, Parameter] = ROOMS | NETWORK
RECORD = np.dtype([(parameter.field, "f8") for parameter in ROOMS.values()])
FACTOR_ROW: dict[str, int] = {path: row for row, path in enumerate(NETWORK)}


def nearest(path: str) -> str | None:
    """Return the declared path that looks most like `path`, or None."""
    close = difflib.get_close_matches(path, REGISTRY, n=1, cutoff=0.5)
    return close[0] if close else None


def copied(row: NDArray[np.void]) -> NDArray[np.void]:
    """Return a copy of a record array, without NumPy's slow way through its fields."""
    return row.view(np.float64).copy().view(RECORD)


def record(values: Mapping[str, float]) -> NDArray[np.void]:
    """Return the parameters as a one-row record array, with `values` (by path) over the defaults.

    Those of the network are passed over; see `network_factors`.

    Raises
    ------
    KeyError
        A path is not declared.
    """
    row = np.zeros(1, RECORD)
    for parameter in ROOMS.values():
        row[parameter.field] = parameter.default
    for path, value in values.items():
        if path not in NETWORK:
            row[ROOMS[path].field] = value
    return row


def network_factors(values: Mapping[str, float]) -> NDArray[np.float64]:
    """Return the factors on the nodes and edges of the network, with `values` over the defaults."""
    factors = np.array([parameter.default for parameter in NETWORK.values()])
    for path in values.keys() & NETWORK.keys():
        factors[FACTOR_ROW[path]] = values[path]
    return factors
