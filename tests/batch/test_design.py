from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import qmc

from bmu_abm.batch.design import design_of
from bmu_abm.batch.plan import Plan, Shard
from bmu_abm.batch.study import Study
from bmu_abm.errors import InputError
from bmu_abm.parameters import REGISTRY
from bmu_abm.runs.points import Point
from stand_in import GATE, study, study_table

TWO = {"host.load": {"low": 0.5, "high": 1.5}, GATE: {}}


def rows(**data):
    return design_of(study(**data)).rows


def test_a_grid_is_every_level_with_every_other():
    varied = {"host.load": {"values": [0.8, 1.2]}, "host.immune_tone": {"values": [1, 2, 3]}}
    assert rows(parameters=varied) == [(a, b) for a in (0.8, 1.2) for b in (1, 2, 3)]


def test_range_and_levels_are_the_declared_ones_where_none_are_given():
    declared = REGISTRY[GATE.removeprefix("parameters.")]
    base = study().base.host.parameters.get(declared.path, declared.default)
    assert rows(parameters={GATE: {}}) == [(declared.low,), (base,), (declared.high,)]


def test_a_drug_has_the_range_of_its_file():
    base = {**study_table()["scenario"], "intervention": [{"use": "recombinant_slit3"}]}
    varied = {"intervention.0.dose": {"levels": 3}}
    assert rows(scenario=base, parameters=varied) == [(0.0,), (1000.0,), (2000.0,)]


def test_levels_on_a_log_scale_have_one_ratio():
    varied = {"host.load": {"low": 0.01, "high": 1.0, "levels": 3, "scale": "log"}}
    assert [value for (value,) in rows(parameters=varied)] == pytest.approx([0.01, 0.1, 1.0])


def test_one_at_a_time_moves_one_and_begins_with_none():
    varied = {"host.load": {"values": [0.8, 1.0, 1.2]}, "host.immune_tone": {"values": [1.0, 2]}}
    moved = [(None, None), (0.8, None), (1.2, None), (None, 2)]
    assert rows(design="one_at_a_time", parameters=varied) == moved


@pytest.mark.parametrize("kind", ["latin_hypercube", "sobol"])
def test_a_sampled_design_fills_the_ranges(kind):
    values = np.array(rows(design=kind, points=64, parameters=TWO))
    declared = REGISTRY[GATE.removeprefix("parameters.")]
    low, high = np.array([0.5, declared.low]), np.array([1.5, declared.high])
    share = (values - low) / (high - low)
    assert share.min() > 0 and share.max() < 1
    plain = np.random.default_rng(1).random((64, 2))
    assert qmc.discrepancy(share) < 0.5 * qmc.discrepancy(plain)


def test_a_latin_hypercube_has_one_point_in_every_stripe():
    values = [x for x, _ in rows(design="latin_hypercube", points=20, parameters=TWO)]
    assert sorted(int(20 * (x - 0.5)) for x in values) == list(range(20))


def test_a_sample_follows_from_the_seed():
    sampled = {"design": "sobol", "points": 8, "parameters": TWO}
    assert rows(**sampled) == rows(**sampled)
    assert rows(**sampled) != rows(**sampled, seed=2)


def test_whole_numbers_and_lists_are_sampled_evenly():
    base = {**study_table()["scenario"], "intervention": [{"use": "stem_cells"}]}
    varied = {"intervention.0.doses": {"low": 1, "high": 4}, "host.load": [0.8, 1.2]}
    found = rows(scenario=base, design="sobol", points=64, parameters=varied)
    assert {d for d, _ in found} == {1, 2, 3, 4} and {load for _, load in found} == {0.8, 1.2}
    assert all(12 <= sum(d == n for d, _ in found) <= 20 for n in (1, 2, 3, 4))


def test_levers_are_crossed_with_uncertainties():
    found = rows(
        parameters={},
        design="latin_hypercube",
        points=5,
        uncertainties={GATE: {}},
        levers={"host.load": {"values": [0.8, 1.2]}},
    )
    assert len(found) == 10
    assert [load for _, load in found] == [0.8, 1.2] * 5
    assert [gate for gate, _ in found[::2]] == [gate for gate, _ in found[1::2]]


def test_nested_tables_are_paths_too():
    varied = {"host": {"load": {"values": [1, 2]}}, "parameters": {"osteoclast": {}}}
    with pytest.raises(InputError, match=r"parameters\.parameters\.osteoclast: unknown"):
        study(parameters=varied)
    assert rows(parameters={"host": {"load": [1, 2]}}) == [(1,), (2,)]


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_a_table_gives_the_points(tmp_path, kind):
    frame = pd.DataFrame({"host.load": [0.8, 1.1], GATE: [10.0, 25.0]})
    if kind == "csv":
        frame.to_csv(tmp_path / "points.csv", index=False)
    else:
        frame.to_parquet(tmp_path / "points.parquet")
    table = study_table(design="table", table=f"points.{kind}", parameters={})
    design = design_of(Study.from_dict(table, path=tmp_path / "s.toml"))
    assert design.rows == [(0.8, 10.0), (1.1, 25.0)]
    assert [axis.path for axis in design.axes] == ["host.load", GATE]


TABLES = {
    "": "no points",
    "host.load\n": "no points",
    "host.lod\n1\n": "did you mean 'host.load'",
    "host.load,host.load\n1,2\n": "two columns",
    "host.load,\n1,2\n": "no name",
    "host.load\n1\nnan\n": "line 3",
    "host.load,host.immune_tone\n1,\n": "line 2",
    "host.load,host.immune_tone\n1\n": "line 2 has 1 cells",
    f"{GATE}\n10\n1e9\n": "must lie between",
    f"{GATE}\n10\nmany\n": "must hold numbers",
    "seed\n1\n": "top of the study",
}


@pytest.mark.parametrize("text", TABLES)
def test_a_wrong_table_is_told_in_one_line(tmp_path, text):
    (tmp_path / "points.csv").write_text(text)
    table = study_table(design="table", table="points.csv", parameters={})
    with pytest.raises(InputError, match=TABLES[text]) as caught:
        design_of(Study.from_dict(table, path=tmp_path / "s.toml"))
    assert str(caught.value).startswith("points.csv") and "\n" not in str(caught.value)


def test_what_is_no_table_is_refused(tmp_path):
    (tmp_path / "points.parquet").write_bytes(b"PAR1")
    table = study_table(design="table", table="points.parquet", parameters={})
    with pytest.raises(InputError, match="no Parquet"):
        design_of(Study.from_dict(table, path=tmp_path / "s.toml"))


def test_a_point_that_changes_nothing_has_the_id_of_the_plain_scenario():
    declared = REGISTRY[GATE.removeprefix("parameters.")]
    drug = {**study_table()["scenario"], "intervention": [{"use": "recombinant_slit3"}]}
    gate = study().base.host.parameters.get(declared.path, declared.default)
    varied = {"intervention.0.dose": [77, 200], GATE: [gate, gate + 1]}
    plan = Plan(study(scenario=drug, parameters=varied, replicates=1))
    ids = [run.run_id for run in plan.runs(plan.first_counts())]
    assert ids[0] == Point(plan.study.base, 1, 0).run_id
    dosed = plan.study.base.with_settings({"intervention.0.dose": "200"})
    assert ids[2] == Point(dosed, 1, 0).run_id
    assert len(set(ids)) == 4


def test_all_points_have_the_same_patches():
    plan = Plan(study(replicates=3, seed=7))
    points = list(plan.points(plan.runs(plan.first_counts())))
    assert [(p.seed, p.replicate) for p in points] == [(7, r) for r in range(3)] * 3


def test_the_order_in_which_a_study_names_its_axes_does_not_change_the_ids():
    def ids(*paths):
        plan = Plan(study(parameters={path: [0.9, 1.1] for path in paths}))
        return {run.run_id for run in plan.runs(plan.first_counts())}

    assert ids("host.load", "host.immune_tone") == ids("host.immune_tone", "host.load")


@pytest.mark.parametrize("stop", [None, {"readout": "x", "se_below": 1.0, "max_replicates": 9}])
def test_shards_are_a_partition(stop):
    def ids(shard):
        plan = Plan(study(replicates=5, stop=stop), shard)
        return [run.run_id for run in plan.runs(plan.first_counts())]

    parts = [ids(Shard(i, 4)) for i in (1, 2, 3, 4)]
    assert sorted(key for part in parts for key in part) == sorted(ids(None))
    sizes = [len(part) for part in parts]
    assert sizes == ([4, 4, 4, 3] if stop is None else [5, 5, 5, 0])


@pytest.mark.parametrize("text", ["0/4", "5/4", "1", "1/0", "a/b", "1/2/3", "-1/2", "1/2\n"])
def test_a_wrong_shard_is_refused(text):
    with pytest.raises(InputError, match="--shard"):
        Shard.parse(text)
    assert Shard.parse("2/8") == Shard(2, 8)


def test_a_design_of_billions_is_refused_before_it_is_made():
    varied = {
        f"host.{name}": {"low": 1, "high": 2, "levels": 2000} for name in ("load", "immune_tone")
    }
    with pytest.raises(InputError, match=r"4e\+06 points"):
        rows(parameters=varied)
    with pytest.raises(InputError, match="10,000,000"):
        Plan(study(design="sobol", points=1024, parameters=TWO, replicates=100_000))
