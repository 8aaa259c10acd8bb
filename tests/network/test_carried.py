"""Edges that rules of cells and body carry: each moves its target by its sign."""

import importlib.util
import tomllib
from pathlib import Path

import pytest

from bmu_abm.network.declared import EDGES
from levels import written_signs
from network_effects import EFFECTS, RANGES

ROOT = Path(__file__).parents[2]
CARRIED = [(edge.source, edge.target) for edge in EDGES if edge.carried_by]


def test_every_carried_edge_is_measured():
    assert set(EFFECTS) == set(CARRIED)


def test_every_carried_edge_can_be_reversed():
    """The command that reverses edges finds what it replaces, once, in the module."""
    spec = importlib.util.spec_from_file_location("edges", ROOT / "benchmarks/edges.py")
    edges = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(edges)
    reversals = tomllib.loads(edges.REVERSALS.read_text(encoding="utf-8"))
    assert set(reversals) == {".".join(edge) for edge in CARRIED}
    for entry in reversals.values():
        path = ROOT / "src/bmu_abm" / entry["module"]
        assert edges.reversed_source(path, entry) != path.read_text(encoding="utf-8")


@pytest.mark.parametrize("edge", CARRIED, ids=".".join)
def test_a_carried_edge_moves_its_target_by_its_sign(still, edge):
    """The sign is that of the second list; by more than 0.2 % of the target."""
    low, high = (float(EFFECTS[edge](still, x)) for x in RANGES[edge])
    sign = 1.0 if written_signs()[edge] == "+" else -1.0
    assert sign * (high - low) > 0.002 * max(abs(high), abs(low)) * (edge[1] != "bone")
