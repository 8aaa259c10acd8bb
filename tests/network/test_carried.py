"""Edges that rules of cells and body carry: each moves its target by its sign."""

import pytest

from bmu_abm.network.declared import EDGES
from levels import written_signs
from network_effects import EFFECTS, RANGES

CARRIED = [(edge.source, edge.target) for edge in EDGES if edge.carried_by]


def test_every_carried_edge_is_measured():
    assert set(EFFECTS) == set(CARRIED)


@pytest.mark.parametrize("edge", CARRIED, ids=".".join)
def test_a_carried_edge_moves_its_target_by_its_sign(still, edge):
    """The sign is that of the second list; by more than 0.2 % of the target."""
    low, high = (float(EFFECTS[edge](still, x)) for x in RANGES[edge])
    sign = 1.0 if written_signs()[edge] == "+" else -1.0
    assert sign * (high - low) > 0.002 * max(abs(high), abs(low)) * (edge[1] != "bone")
