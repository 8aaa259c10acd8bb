from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from scipy.stats import ttest_rel

from bmu_abm import cli
from bmu_abm.batch.comparison import compare
from bmu_abm.batch.comparison_figure import comparison_png
from bmu_abm.batch.differences import contributions, differences
from bmu_abm.errors import InputError, MachineError
from bmu_abm.runs.summary import estimate
from fake_engine import fake_scenario
from stand_in import LoadModel


@pytest.fixture(autouse=True)
def _own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("BMU_CACHE_DIR", str(tmp_path / "cache"))


def arm(name, load=1.0, **trouble):
    scenario = fake_scenario(trouble, host={"load": load}, years=0.5)
    scenario._name = name
    return scenario


def compared(out, arms, n=6, **options):
    return compare(arms, replicates=n, out=out, jobs=1, model_class=LoadModel, **options)


def rows(rng, n=8):
    frame = pd.DataFrame({"seed": 1, "replicate": range(n), "month": 3})
    for name in ("bv_tv", "ctx_ratio", "w_th_um", "sum_wall_um", "sum_completed_sites"):
        frame[name] = rng.random(n) + 1.0
    return frame


def test_a_known_difference_is_found_and_its_noise_is_gone(tmp_path):
    table = compared(tmp_path / "o", [arm("a"), arm("b", 1.3)]).differences
    density = table[table["readout"] == "bmd_lumbar_spine_pct"]
    # The noise of the stand-in does not depend on the load, so paired patches have none left.
    assert density["difference"].to_numpy() == pytest.approx(3.0)
    assert density["se"].to_numpy() == pytest.approx(0.0, abs=1e-12)
    assert density["month"].tolist() == list(range(7)) and set(density["n"]) == {6}


def test_intervals_are_those_of_a_paired_t_test():
    rng = np.random.default_rng(1)
    a, b = rows(rng), rows(rng)
    row = differences({"a": a, "b": b}).set_index("readout").loc["bv_tv"]
    expected = ttest_rel(b["bv_tv"], a["bv_tv"]).confidence_interval(0.95)
    assert (row["low"], row["high"]) == (pytest.approx(expected.low), pytest.approx(expected.high))
    assert row["difference"] == pytest.approx(row["mean_arm"] - row["mean_reference"])


def test_pairs_are_by_replicate_and_not_by_row():
    rng = np.random.default_rng(2)
    a, b = rows(rng), rows(rng)
    shuffled = b.sample(frac=1.0, random_state=4)
    pd.testing.assert_frame_equal(
        differences({"a": a, "b": b}), differences({"a": a, "b": shuffled})
    )


def test_a_replicate_without_its_partner_is_left_out():
    rng = np.random.default_rng(3)
    a, b = rows(rng), rows(rng)
    both = differences({"a": a.iloc[2:], "b": b.iloc[2:]})
    pd.testing.assert_frame_equal(differences({"a": a, "b": b.iloc[2:]}), both)
    a.loc[2, "bv_tv"] = np.nan
    assert differences({"a": a, "b": b}).set_index("readout").loc["bv_tv", "n"] == 7


def test_a_ratio_of_means_has_its_own_error():
    frame = rows(np.random.default_rng(5))
    parts = contributions(frame, "w_th_um")
    told = estimate(frame, "w_th_um")
    assert parts.mean() == pytest.approx(told.mean)
    assert parts.std(ddof=1) / len(parts) ** 0.5 == pytest.approx(told.se)


def test_flows_are_over_three_months(tmp_path):
    table = compared(tmp_path / "o", [arm("a"), arm("b", 1.3)]).differences
    over = table.set_index(["readout", "month"])["over_months"]
    assert over["ctx_ratio", 6] == 3 and over["ctx_ratio", 0] == 0
    assert over["bmd_lumbar_spine_pct", 6] == 0
    frame = pd.read_csv(tmp_path / "o" / "timeseries.csv").query("arm == 'a'")
    last = frame[frame["month"] > 3].groupby("replicate")["ctx_ratio"].mean().mean()
    mean = table.set_index(["readout", "month"])["mean_reference"]["ctx_ratio", 6]
    assert mean == pytest.approx(last)


def test_files_and_going_on(tmp_path):
    arms = [arm("a"), arm("b", 1.2), arm("c", 0.9)]
    compared(tmp_path / "o", arms, n=2)
    before = LoadModel.steps
    again = compared(tmp_path / "o", arms, n=2, command=["bmu", "compare"])
    assert LoadModel.steps == before
    told = json.loads((tmp_path / "o" / "provenance.json").read_text())
    assert [part["name"] for part in told["arms"]] == ["a", "b", "c"]
    assert told["command"] == "bmu compare" and told["runs"]["done"] == 6
    png = (tmp_path / "o" / "figure.png").read_bytes()
    assert png.startswith(b"\x89PNG")
    table = pd.read_csv(tmp_path / "o" / "differences.csv")
    assert set(table["arm"]) == {"b", "c"} and set(table["reference"]) == {"a"}
    assert "b - a, bmd_lumbar_spine_pct, month 6: +2" in again.told()


def test_one_patch_has_no_interval_and_a_figure_all_the_same(tmp_path):
    table = compared(tmp_path / "o", [arm("a"), arm("b", 1.2)], n=1).differences
    assert table["se"].isna().all() and table["difference"].notna().any()
    assert comparison_png(table[table["readout"] == "ms_bs"]).startswith(b"\x89PNG")


def test_failures_leave_the_other_pairs(tmp_path):
    done = compared(tmp_path / "o", [arm("a"), arm("b", 1.2, raise_in=1)], n=3)
    assert set(done.differences["n"]) <= {2, 0} and done.outcome.exit_code == 1
    with pytest.raises(MachineError, match="the fake broke on purpose"):
        compared(tmp_path / "p", [arm("a"), arm("b", 1.2, raise_in=0)], n=1)


def test_wrong_comparisons_are_told_in_one_line(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match="two scenarios or more"):
        compare([arm("a")])
    with pytest.raises(InputError, match="called 'a'"):
        compare([arm("a"), arm("a", 1.2)])
    for command in (
        ["compare"],
        ["compare", "healthy"],
        ["compare", "healthy", "helthy"],
        ["compare", "healthy", "postmenopausal", "--years", "0"],
        ["compare", "healthy", "healthy"],
    ):
        assert cli.main(command) == 2
        out, err = capsys.readouterr()
        assert out == "" and err.count("\n") == 1
    assert not list(tmp_path.iterdir())


def test_settings_may_stand_before_the_names(monkeypatch, tmp_path):
    from bmu_abm.batch import comparison

    seen = []

    def taken(scenarios, **options):
        seen.extend(scenario.years for scenario in scenarios)
        raise InputError("enough")

    monkeypatch.setattr(comparison, "compare", taken)
    assert cli.main(["compare", "--set", "years=1", "healthy", "postmenopausal"]) == 2
    assert cli.main(["compare", "healthy", "postmenopausal", "--years", "1"]) == 2
    assert seen == [1, 1, 1, 1]
