"""The levels of the network alone, under chosen factors and inputs."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

import numpy as np

from bmu_abm import parameters
from bmu_abm.network import graph
from bmu_abm.network.declared import EVALUATED, INPUTS, LEVELS, NODES, Edge


def levels_after(
    days: float = 1.0,
    steps_per_day: int = 1,
    inputs: dict[str, float] | None = None,
    arranged: graph.Graph = graph.GRAPH,
    copies: dict[str, float] | None = None,
    **factors: float,
) -> np.ndarray:
    """Return all levels after some days, with factors on nodes and edges by their paths."""
    levels, given, added = np.ones(len(LEVELS)), np.ones(len(LEVELS)), np.zeros(len(LEVELS))
    for name, amount in (copies or {}).items():
        added[LEVELS.index(name)] = amount
    for name, level in (inputs or {}).items():
        given[INPUTS[name]] = level
    by_path = parameters.network_factors(factors)
    g = arranged
    for _ in range(round(days * steps_per_day)):
        graph.evaluate(
            levels, given, by_path, added, g.nodes, g.days, g.ends, g.curves, 1.0 / steps_per_day
        )
    return levels


def level(name: str, days: float = 60.0, **kwargs: object) -> float:
    """Return one level after some days."""
    return float(levels_after(days, **kwargs)[LEVELS.index(name)])  # type: ignore[arg-type]


def moved(edge: Edge, source: float, instead: Edge | None = None, **factors: float) -> float:
    """Return the target of one edge that stands alone, with its source at a level.

    `instead` is evaluated in the place of the edge.
    """
    rows = [e if e is not edge else (instead or edge) for e in EVALUATED]
    silent = {e.path: 0.0 for e in EVALUATED if e is not edge}
    late = NODES[edge.source].days > 0.0 or NODES[edge.target].days > 0.0
    days = 60.0 if late else 1.0
    factors = silent | {f"node.{edge.source}": source} | factors
    return float(
        levels_after(days, arranged=graph.arrange(rows), **factors)[LEVELS.index(edge.target)]
    )


@cache
def written_signs() -> dict[tuple[str, str], str]:
    """Return what raises (+) and what lowers (-) what, from the second list of signs."""
    file = Path(__file__).parent / "network" / "signs.csv"
    rows = csv.DictReader(file.read_text(encoding="utf-8").splitlines())
    return {(row["source"], row["target"]): row["sign"] for row in rows}
