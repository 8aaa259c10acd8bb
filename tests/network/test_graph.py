"""The network: exactly 1 at rest, each edge moves its target by its sign, loops settle."""

import dataclasses
import graphlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bmu_abm import parameters
from bmu_abm.network.declared import EDGES, EVALUATED, LEVELS, NODES
from bmu_abm.network.graph import GRAPH, arrange, curve
from levels import levels_after, moved, written_signs

IDS = [edge.path for edge in EVALUATED]
# Nodes and edges that ship switched on.
ON = {edge.path: 1.0 for edge in EVALUATED if edge.contested}


# -- rest -----------------------------------------------------------------------------------------


def test_at_rest_every_level_is_exactly_one():
    assert set(levels_after(days=50)) == {1.0}
    assert set(levels_after(days=50, **ON)) == {1.0}


def test_contested_edges_ship_off():
    contested = [edge for edge in EVALUATED if edge.contested]
    assert {"growth_hormone", "mmp", "slc"} <= {edge.source for edge in contested}
    for edge in contested:
        assert parameters.REGISTRY[edge.path].default == 0.0
        assert moved(edge, 4.0) == 1.0


def test_every_level_and_edge_is_a_parameter_that_can_be_scaled():
    assert len(parameters.NETWORK) == len(LEVELS) + len(EVALUATED)
    assert all(parameter.live for parameter in parameters.NETWORK.values())
    row = parameters.network_factors({"node.nfkb": 3.0})[parameters.FACTOR_ROW["node.nfkb"]]
    assert row == 3.0
    with pytest.raises(KeyError):
        parameters.record({"node.nobody": 1.0})


# -- edges ----------------------------------------------------------------------------------------


def direction(edge, level):
    """Return by how much a level of the source alone moves the target."""
    return moved(edge, level, **{edge.path: 1.0}) - 1.0


@pytest.mark.parametrize("edge", EVALUATED, ids=IDS)
def test_an_edge_moves_its_target_by_its_sign(edge):
    """The sign is that of a second list, so that one flipped in the table of edges is seen."""
    sign = 1.0 if written_signs()[edge.source, edge.target] == "+" else -1.0
    assert sign * direction(edge, 2.0) > 1e-4
    assert sign * direction(edge, 0.5) < -1e-4
    assert moved(edge, 2.0, **{edge.path: 0.0}) == 1.0


@pytest.mark.parametrize("edge", [e for e in EVALUATED if e.gain == 1.0 and e.sign == "+"], ids=str)
def test_without_an_essential_source_there_is_no_target(edge):
    if NODES[edge.target].combines == "product":
        assert moved(edge, 0.0, **{edge.path: 1.0}) == pytest.approx(0.0, abs=1e-12)


def test_gains_of_a_sum_are_shares():
    for name in LEVELS:
        if NODES[name].combines == "sum":
            shares = sum(e.gain for e in EVALUATED if e.target == name and e.sign == "+")
            assert shares <= 1.0 + 1e-12, name


# -- the kernel -----------------------------------------------------------------------------------


@settings(max_examples=60, deadline=None)
@given(x=st.floats(0.0, 100.0), half=st.floats(0.1, 50.0), n=st.sampled_from([1, 2, 4]))
def test_the_curve_is_a_hill_curve_over_its_value_at_one(x, half, n):
    def hill(level):
        return level**n / (half**n + level**n)

    assert curve(1.0, n, half**n, False) == 1.0 == curve(1.0, n, half**n, True)
    assert curve(x, n, half**n, False) == pytest.approx(hill(x) / hill(1.0), rel=1e-9, abs=1e-12)
    falling = (1.0 - hill(x)) / (1.0 - hill(1.0))
    assert curve(x, n, half**n, True) == pytest.approx(falling, rel=1e-6, abs=1e-6)


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_levels_stay_finite_and_never_fall_below_nothing(data):
    names = data.draw(st.lists(st.sampled_from(LEVELS), min_size=1, max_size=6))
    factors = {
        f"node.{name}": data.draw(st.sampled_from([0.0, 0.3, 10.0, 100.0])) for name in names
    }
    levels = levels_after(days=30, **factors)
    assert np.isfinite(levels).all() and (levels >= 0.0).all()


def test_sources_come_before_their_targets():
    place = {LEVELS[i]: k for k, i in enumerate(GRAPH.nodes[:, 0])}
    assert sorted(place) == sorted(LEVELS)
    for edge in EVALUATED:
        late = NODES[edge.source].days > 0.0 or NODES[edge.target].days > 0.0
        assert late or place[edge.source] < place[edge.target], edge.path


def test_a_loop_without_delay_is_refused():
    back = dataclasses.replace(EVALUATED[0], source="nfatc1", target="rank_signal")
    with pytest.raises(graphlib.CycleError):
        arrange([*EVALUATED, back])


def test_a_node_with_delay_follows_whatever_the_step():
    """A level with a time constant of 2 days, whose source has doubled, after 4 days."""
    factors = {"node.mir21": 3.0, "edge.mir21.rank_signal": 0.0}  # else its own loop moves it
    whole = levels_after(days=4, **factors)
    halves = levels_after(days=4, steps_per_day=8, **factors)
    row = LEVELS.index("mir21")
    expected = 3.0 - 2.0 * np.exp(-4.0 / NODES["mir21"].days)
    assert whole[row] == pytest.approx(expected, rel=1e-9)
    assert halves[row] == pytest.approx(expected, rel=1e-9)


def test_no_two_edges_share_a_path():
    assert len(set(IDS)) == len(IDS)
    assert len({(e.source, e.target) for e in EDGES}) == len(EDGES)
