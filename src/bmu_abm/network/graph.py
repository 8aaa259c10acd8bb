"""The network of a step: one kernel over arrays of edges sets the level of every node."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from graphlib import TopologicalSorter

import numpy as np
from numpy.typing import NDArray

from bmu_abm.compiled import helper, kernel
from bmu_abm.network.declared import EVALUATED, LEVELS, NODES, Edge
from bmu_abm.rates import chance

PRODUCT, SUM = 0, 1


@dataclass(frozen=True)
class Graph:
    """The edges as arrays, grouped by target in the order of evaluation.

    Attributes
    ----------
    nodes : ndarray of int64, shape (n, 5)
        Row of each node in the order of evaluation: its index, how it combines, its first edge,
        the one after its last, and whether it follows with delay.
    days : ndarray of float64, shape (n,)
        Time constants, in the same order.
    ends : ndarray of int64, shape (m, 4)
        Of each edge: index of the source, steepness, whether it lowers, its row in the table.
    curves : ndarray of float64, shape (m, 2)
        Of each edge: gain, and half-maximum to the power of its steepness.
    """

    nodes: NDArray[np.int64]
    days: NDArray[np.float64]
    ends: NDArray[np.int64]
    curves: NDArray[np.float64]


def arrange(edges: Sequence[Edge] = EVALUATED, names: Sequence[str] = LEVELS) -> Graph:
    """Return the arrays of a network, its nodes in an order in which sources come first.

    A node that follows with delay is read as it was before the step; every loop needs one.

    Raises
    ------
    graphlib.CycleError
        A loop has no node with a time constant.
    """
    into: dict[str, list[int]] = {name: [] for name in names}
    for row, edge in enumerate(edges):
        into[edge.target].append(row)
    order = _order(edges, into)
    index = {name: i for i, name in enumerate(names)}
    nodes: list[tuple[int, ...]] = []
    rows: list[int] = []
    for name in order:
        how = SUM if NODES[name].combines == "sum" else PRODUCT
        first = len(rows)
        rows += into[name]
        nodes.append((index[name], how, first, len(rows), NODES[name].days > 0.0))
    ends = [(index[edges[r].source], edges[r].hill, edges[r].sign == "-", r) for r in rows]
    curves = [(edges[r].gain, edges[r].half ** edges[r].hill) for r in rows]
    return Graph(
        np.array(nodes, np.int64),
        np.array([NODES[name].days for name in order]),
        np.array(ends, np.int64).reshape(-1, 4),
        np.array(curves).reshape(-1, 2),
    )


def _order(edges: Sequence[Edge], into: dict[str, list[int]]) -> list[str]:
    """Return the nodes that follow at once, sources first, and then those with delay."""
    late = [name for name in into if NODES[name].days > 0.0]
    sorter: TopologicalSorter[str] = TopologicalSorter()
    for name in into:
        if name not in late:
            sources = [edges[r].source for r in into[name]]
            sorter.add(name, *(source for source in sources if source not in late))
    return [*sorter.static_order(), *late]


@helper
def curve(x, power, half_power, lowers):
    """Return the Hill curve of a level over its value at 1; exactly 1.0 there."""
    raised = x
    if power > 1:
        raised = x * x
    if power > 2:
        raised *= raised
    if lowers:
        return (half_power + 1.0) / (half_power + raised)
    return raised * (half_power + 1.0) / (half_power + raised)


@helper
def tends_to(node, levels, ends, curves, edge_factors):
    """Return what the edges of a node make of the levels of their sources; 1.0 without any."""
    value = 1.0
    for e in range(node[2], node[3]):
        ratio = curve(levels[ends[e, 0]], ends[e, 1], curves[e, 1], ends[e, 2])
        change = curves[e, 0] * edge_factors[ends[e, 3]] * (ratio - 1.0)
        if node[1] == SUM:
            value += change
        else:
            value *= max(0.0, 1.0 + change)
    return max(0.0, value)


@kernel
def evaluate(levels, inputs, factors, copies, nodes, days, ends, curves, dt):
    """Set the level of every node for a step of `dt` days.

    Parameters
    ----------
    levels : ndarray of float64, shape (n,)
        Over rest, in the order of `LEVELS`; those of nodes with delay are read before they move.
    inputs : ndarray of float64, shape (n,)
        What the body gives each node, 1.0 for nothing.
    factors : ndarray of float64, shape (n + m,)
        On the level of each node, and on the gain of each edge in the order of the table.
    copies : ndarray of float64, shape (n,)
        Added to the level of each node; below 0 they are held back, down to none.
    nodes, days, ends, curves : ndarray
        Of `Graph`.
    """
    n = nodes.shape[0]
    edge_factors = factors[n:]
    first_late = n
    for i in range(n):
        node = nodes[i]
        if node[4]:
            first_late = i
            break
        own = node[0]
        level = tends_to(node, levels, ends, curves, edge_factors)
        levels[own] = max(0.0, level * inputs[own] * factors[own] + copies[own])
    targets = np.empty(n - first_late)
    for i in range(first_late, n):
        own = nodes[i, 0]
        level = tends_to(nodes[i], levels, ends, curves, edge_factors)
        targets[i - first_late] = max(0.0, level * inputs[own] * factors[own] + copies[own])
    for i in range(first_late, n):
        own = nodes[i, 0]
        levels[own] += chance(1.0 / days[i], dt) * (targets[i - first_late] - levels[own])


GRAPH = arrange()
