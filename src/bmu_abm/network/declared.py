"""Nodes and edges of the network, as `nodes.csv` and `edges.csv` declare them.

Levels are relative: at rest every node is exactly 1. An edge acts through a Hill curve of the level
of its source, over its value at 1; a product multiplies `1 + gain (curve - 1)` over its edges, a
sum adds `gain (curve - 1)` to 1. A gain of 1 makes a raising source essential.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import resources

CELLS = ("osteoclast lineage", "osteoblast lineage", "osteocyte", "marrow", "body")
COMBINES = ("product", "sum", "local")
HILLS = (1, 2, 4)


@dataclass(frozen=True)
class Node:
    """A signal, pathway or cell type.

    Attributes
    ----------
    name : str
    cell : str
        Whose level it is, one of `CELLS`.
    combines : str
        `product` or `sum` over its edges; `local`: no level, the cells' rules carry it.
    days : float
        Time constant with which the level follows; 0 follows at once.
    input : str
        Quantity of the body that multiplies it; empty for none.
    help : str
    """

    name: str
    cell: str
    combines: str
    days: float
    input: str
    help: str

    @property
    def is_local(self) -> bool:
        """Whether rules of cells carry it, place by place."""
        return self.combines == "local"


@dataclass(frozen=True)
class Edge:
    """An influence of one node on another.

    Attributes
    ----------
    sign : str
        `+` raises, `-` lowers.
    gain : float
        Share of the target that follows the source.
    half : float
        Level of the source (over rest) at half of the curve.
    hill : int
        Steepness of the curve: 1, 2 or 4.
    contested : bool
        Off until its factor is set above 0.
    mechanisms : tuple of str
        Names in the register of mechanisms.
    carried_by : str
        Parameter or rule that carries it place by place; empty: evaluated in the network.
    kind : str
        `fitted` (the note says to what) or `assumed`; empty where a rule carries it.
    note : str
        What speaks for its numbers, and against it.
    """

    source: str
    target: str
    sign: str
    gain: float
    half: float
    hill: int
    contested: bool
    mechanisms: tuple[str, ...]
    carried_by: str
    kind: str
    note: str

    @property
    def path(self) -> str:
        """Path of the parameter that scales the gain."""
        return f"edge.{self.source}.{self.target}"


def _rows(name: str) -> Iterator[dict[str, str]]:
    text = resources.files("bmu_abm.network").joinpath(name).read_text(encoding="utf-8")
    return iter(csv.DictReader(text.splitlines()))


def _node(row: dict[str, str]) -> Node:
    node = Node(**{**row, "days": float(row["days"])})  # type: ignore[arg-type]
    if node.cell not in CELLS or node.combines not in COMBINES or node.days < 0.0:
        raise ValueError(f"nodes.csv: {node.name} has a cell, rule or time that does not exist")
    return node


def _edge(row: dict[str, str]) -> Edge:
    edge = Edge(
        source=row["source"],
        target=row["target"],
        sign=row["sign"],
        gain=float(row["gain"] or 0.0),
        half=float(row["half"] or 1.0),
        hill=int(row["hill"] or 1),
        contested=row["contested"] == "1",
        mechanisms=tuple(row["mechanisms"].split()),
        carried_by=row["carried_by"],
        kind=row["kind"],
        note=row["note"],
    )
    _check(edge)
    return edge


def _check(edge: Edge) -> None:
    """Refuse an edge that the kernel could not evaluate."""
    name = f"edges.csv: {edge.source} -> {edge.target}"
    if edge.source not in NODES or edge.target not in NODES:
        raise ValueError(f"{name} joins a node that is not in nodes.csv")
    if edge.sign not in ("+", "-") or edge.hill not in HILLS or edge.half <= 0.0:
        raise ValueError(f"{name} has a sign, steepness or half-maximum that does not exist")
    if edge.carried_by:
        return
    if edge.kind not in ("assumed", "fitted") or (edge.kind == "fitted" and not edge.note):
        raise ValueError(f"{name} must be assumed, or fitted with what it was fitted to")
    if NODES[edge.source].is_local or NODES[edge.target].is_local or edge.gain <= 0.0:
        raise ValueError(f"{name} needs two levels and a gain, or the rule that carries it")


NODES: dict[str, Node] = {row["name"]: _node(row) for row in _rows("nodes.csv")}
EDGES: tuple[Edge, ...] = tuple(_edge(row) for row in _rows("edges.csv"))
# What has a level, and what the network evaluates.
LEVELS: tuple[str, ...] = tuple(name for name, node in NODES.items() if not node.is_local)
EVALUATED: tuple[Edge, ...] = tuple(edge for edge in EDGES if not edge.carried_by)
INPUTS: dict[str, int] = {
    NODES[name].input: row for row, name in enumerate(LEVELS) if NODES[name].input
}
