"""The network in words: one line for every edge, as a biologist would say it."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from bmu_abm.errors import InputError
from bmu_abm.network.declared import EDGES, NODES, Edge

FEW = 5


def plain(name: str) -> str:
    """Return the name of a node as it is said."""
    return name.replace("_", " ")


def sentence(edge: Edge) -> str:
    """Return what an edge says: who raises or lowers whom, where, how much, how steeply."""
    verb = "raises" if edge.sign == "+" else "lowers"
    said = f"{plain(edge.source)} {verb} {plain(edge.target)} in {_place(edge)}"
    if edge.carried_by:
        return f"{said}, by `{edge.carried_by}`, place by place"
    curve = f"half-max {edge.half:g} x rest, Hill n {edge.hill}"
    fit = " (fitted)" if edge.kind == "fitted" else ""
    off = "; contested, off unless its factor is set" if edge.contested else ""
    return f"{said}, gain {edge.gain:g}{fit}, {curve}{off}"


def _place(edge: Edge) -> str:
    cell = NODES[edge.target].cell
    article = "" if cell == "osteocyte" else "the "
    return "osteocytes" if cell == "osteocyte" else f"{article}{cell}"


def around(name: str) -> list[str]:
    """Return the lines of the edges into and out of a node.

    Raises
    ------
    InputError
        No node has that name.
    """
    if name not in NODES:
        close = difflib.get_close_matches(name, NODES, n=1, cutoff=0.4)
        mend = f"did you mean '{close[0]}'?" if close else "'bmu network' lists them"
        raise InputError(f"bmu network: no node is called {name!r}; {mend}")
    node = NODES[name]
    into = [edge for edge in EDGES if edge.target == name]
    out = [edge for edge in EDGES if edge.source == name]
    return [f"{plain(name)}: {node.help} ({node.cell}{_delay(name)})", *lines(into), *lines(out)]


def _delay(name: str) -> str:
    days = NODES[name].days
    return f", follows within {days:g} days" if days else ""


def lines(edges: Iterable[Edge] = EDGES) -> list[str]:
    """Return the sentences of edges."""
    return [sentence(edge) for edge in edges]
