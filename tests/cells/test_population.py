"""Rows and Mesa agents: one to one, lazily; attributes read and written through; removal."""

import mesa
import numpy as np
import pytest

import bones
from bmu_abm.cells import KINDS
from bmu_abm.cells.population import Population


def test_agents_are_the_rows_after_every_look(busy):
    m = busy()
    for _ in range(30):
        m.step()
        bones.assert_mirrored(m)
    by_type = m.agents_by_type
    for kind in KINDS:
        count = len(m.populations[kind.name])
        assert len(by_type.get(kind.agent, ())) == count
    assert sum(len(group) for group in by_type.values()) == len(m.agents)


def test_an_agent_keeps_its_identity_while_its_row_moves(busy):
    m = busy()
    known = {agent.unique_id: agent for agent in m.agents_by_type[KINDS[0].agent]}
    for _ in range(20):
        m.step()
    for agent in m.agents_by_type[KINDS[0].agent]:
        if agent.unique_id in known:
            assert known[agent.unique_id] is agent


def test_attributes_are_read_and_written_through(busy):
    m = busy()
    for kind in KINDS:
        group = m.agents_by_type.get(kind.agent)
        if not group:
            continue
        agent = next(iter(group))
        state = agent.state
        assert state["id"] == agent.unique_id
        for name, value in state.items():
            if name != "id":
                assert getattr(agent, name) == value
        agent.age = 123.0
        rows = m.populations[kind.name].live
        assert rows["age"][rows["id"] == agent.unique_id].tolist() == [123.0]
        rows["age"][rows["id"] == agent.unique_id] = 5.0
        assert agent.age == 5.0
    m.step()
    assert agent.age == 6.0  # the rules saw what was written


def test_a_rule_sees_what_an_agent_was_told(busy):
    m = busy()
    msc = next(a for a in m.agents_by_type[KINDS[0].agent] if a.stage == 0)
    msc.life_days = 1e-9
    m.step()
    assert msc.unique_id not in m.populations["msc"].live["id"]


def test_mesa_collects_data(busy):
    m = busy()
    clasts = next(kind.agent for kind in KINDS if kind.name == "osteocyte")
    collector = mesa.DataCollector(
        model_reporters={"cells": lambda model: len(model.agents)},
        agenttype_reporters={clasts: {"age": "age", "calling": "calling"}},
    )
    collector.collect(m)
    m.step()
    collector.collect(m)
    counts = collector.get_model_vars_dataframe()["cells"].tolist()
    assert counts[1] == sum(map(len, m.populations.values()))
    assert len(collector.get_agenttype_vars_dataframe(clasts)) > 0


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_a_removed_cell_leaves_the_bone_and_mesa(busy, kind):
    m = busy()
    for _ in range(200):
        if len(m.populations[kind.name]) > 1:
            break
        m.step()
    victim, *others = list(m.agents_by_type[kind.agent])
    victim.remove()
    assert victim.unique_id not in m.populations[kind.name].live["id"]
    assert victim not in m.agents and set(m.agents_by_type[kind.agent]) == set(others)
    bones.assert_mirrored(m)
    victim.remove()  # twice is once
    assert len(m.populations[kind.name]) == len(others)
    m.step()
    bones.assert_sound(m)
    bones.assert_mirrored(m)


def test_all_cells_of_a_type_can_be_removed(busy):
    m = busy()
    m.agents_by_type[KINDS[3].agent].do("remove")
    assert len(m.populations["osteoclast_precursor"]) == 0
    bones.assert_mirrored(m)
    bones.days(m, 2)
    bones.assert_sound(m)


# -- rows -----------------------------------------------------------------------------------------


def some_cells(n):
    population = Population("msc", [("runx2", "f8")], capacity=4)
    rows = np.zeros(n, population.dtype)
    rows["id"] = np.arange(n)
    population.append(rows)
    return population


def test_a_population_grows_and_keeps_its_cells():
    population = some_cells(3)
    population.reserve(100)
    assert len(population.rows) >= 103 and population.live["id"].tolist() == [0, 1, 2]
    population.append(population.live.copy())
    assert population.live["id"].tolist() == [0, 1, 2, 0, 1, 2]


def test_keep_and_replace():
    population = some_cells(5)
    population.keep(np.array([True, False, True, False, True]))
    assert population.live["id"].tolist() == [0, 2, 4]
    population.replace(some_cells(2).live)
    assert population.live["id"].tolist() == [0, 1]
