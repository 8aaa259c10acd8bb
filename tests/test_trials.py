"""Published trials beside the model: every row is read or has a reason; arithmetic; stopping."""

import dataclasses
import json
import math
import re
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest

from bmu_abm import cli
from bmu_abm.errors import InputError
from bmu_abm.runs.simulate import sampling_plan
from bmu_abm.scenario import Scenario
from bmu_abm.validation.trials import run as module
from bmu_abm.validation.trials.arms import TrialArm, arms
from bmu_abm.validation.trials.readings import value
from bmu_abm.validation.trials.rows import HOWS, Row, all_rows, rows_of, scatter
from bmu_abm.validation.trials.run import gather, validate
from bmu_abm.validation.trials.scoreboard import mean_errors, scored, verdict
from fake_engine import FakeModel, fake_scenario

SPINE = "bmd_lumbar_spine_pct"
PLAIN = Row(
    id="T1", trial="A trial", site="lumbar spine BMD", quantity="% change", unit="%", month=12.0,
    observed=4.0, uncertainty="", confidence="verified", source="", followed=True,
    low=math.nan, high=math.nan, study="a_trial", drug="a_drug", arm="treated", against="",
    how="change", readout=SPINE, start=0.0, end=12.0, window=0.0, scale=1.0, why="",
)  # fmt: skip
MODEL_PAGE = Path(__file__).parents[1] / "docs/model.md"
SCOREBOARD = Path(__file__).parents[1] / "docs/validation/trials"


def row(**changes):
    return dataclasses.replace(PLAIN, **changes)


def frame(patches=4, months=range(0, 25), **readouts):
    """Rows of an arm; a readout is a function of patch and month."""
    rows = [
        {"seed": 1, "replicate": k, "month": float(m)}
        | {name: float(of(k, m)) for name, of in readouts.items()}
        for k in range(patches)
        for m in months
    ]
    return pd.DataFrame(rows)


# --- The tables ---


def test_every_published_value_is_read_or_has_a_reason():
    rows = all_rows()
    assert len(rows) == len({r.id for r in rows}) == 214
    for r in rows:
        if not r.arm:
            assert r.why and not (r.against or r.how or r.readout), r.id
            continue
        assert r.how in HOWS and r.readout and math.isfinite(r.observed), r.id
        assert bool(r.against) == (r.how in ("difference", "ratio", "baseline", "direction")), r.id
        assert r.how not in ("rate", "change") or r.end > r.start, r.id
        assert r.how in ("rate", "change") or r.start == 0.0, r.id
    assert {r.confidence for r in rows} == {"verified", "recalled", "recalled-approx"}


def test_no_reading_is_without_its_value():
    from bmu_abm.validation.trials.rows import _table

    assert list(_table("rows.csv")) == list(_table("trials.csv"))


def test_every_arm_is_a_scenario_or_says_what_is_missing():
    used = {name for r in all_rows() for name in r.arms}
    assert used == set(arms())
    for arm in arms().values():
        missing = arm.missing()
        if missing is not None:
            assert re.fullmatch(r"no intervention \w+", missing)
            continue
        scenario = arm.scenario()
        assert isinstance(scenario, Scenario) and scenario.name == arm.name


def test_arms_are_sampled_in_the_months_that_are_read():
    for r in all_rows():
        for name in r.arms:
            arm = arms()[name]
            sampled = [month for _, month in sampling_plan(arm.years, arm.sample_every_days)]
            asked = [r.start, r.end] if name == r.arm or r.how != "baseline" else [12.0]
            for month in asked:
                assert min(abs(month - m) for m in sampled) <= 0.2, (r.id, name, month)


def test_rows_read_what_the_model_page_defines():
    _, readouts = MODEL_PAGE.read_text(encoding="utf-8").split("\n## Readouts\n")
    defined = set(re.findall(r"`(\w+)`", readouts))
    # The reading of a machine that takes strontium for calcium comes with the drug.
    assert {r.readout for r in all_rows() if r.arm} - {"bmd_lumbar_spine_dxa_pct"} <= defined


def test_compared_arms_have_one_host():
    for r in all_rows():
        assert len({str(arms()[name].host) for name in r.arms}) <= 1, r.id


@pytest.mark.parametrize(
    ("uncertainty", "n", "low", "high"),
    [
        ("SE 0.5", "", 9.02, 10.98), ("SD 10", "100", 8.04, 11.96),
        ("95% CI 8.2-10.1", "", 8.2, 10.1), ("5.69-7.74", "", 5.69, 7.74),
        ("-1.07 to -0.46", "", -1.07, -0.46), ("0-1", "", 0.0, 1.0),
        ("-95 to -99", "", -99.0, -95.0), ("-15 to -40 (2 wk)", "", -40.0, -15.0),
        ("arm range 3.5-5.0 over all active", "", 3.5, 5.0), ("-10 to 5; crosses", "", -10.0, 5.0),
    ],
)  # fmt: skip
def test_the_scatter_of_a_trial_is_read(uncertainty, n, low, high):
    assert scatter(10.0, uncertainty, n) == pytest.approx((low, high))


@pytest.mark.parametrize("uncertainty", ["", "SD 13.4", "rounded (13.3)", "peak at 2 weeks"])
def test_what_is_no_scatter_gives_none(uncertainty):
    assert all(math.isnan(end) for end in scatter(10.0, uncertainty, ""))


def test_a_dose_in_another_unit_is_refused():
    course = {"use": "denosumab", "dose": 60, "unit": "ug"}
    with pytest.raises(
        InputError, match=r"arms\.x: the dose of denosumab is in ug, its file has mg"
    ):
        TrialArm("x", "postmenopausal_woman", 1, [course]).scenario()


# --- Arithmetic ---


def test_change_rate_and_difference_of_density():
    """Treated gains 4 points in a year and none later, control loses 1; patches differ by 0.1."""
    frames = {
        "treated": frame(**{SPINE: lambda k, m: min(m, 12) / 12 * (4.0 + 0.1 * (k % 2))}),
        "control": frame(**{SPINE: lambda k, m: -m / 12}),
    }
    mean, error = value(row(), frames)
    assert mean == pytest.approx(4.05) and error == pytest.approx(0.1 / math.sqrt(12))
    assert value(row(start=12.0, end=24.0), frames)[0] == pytest.approx(0.0)
    difference = row(how="difference", against="control")
    assert value(difference, frames)[0] == pytest.approx(5.05)
    loss = row(how="rate", arm="control", start=12.0, end=24.0)
    assert value(loss, frames)[0] == pytest.approx(-100.0 / 99.0)
    assert value(dataclasses.replace(loss, scale=0.01), frames)[0] == pytest.approx(-1.0 / 99.0)
    assert value(row(how="rate", end=6.0), frames)[0] == pytest.approx(4.05)


def test_change_of_what_is_no_percentage():
    frames = {"treated": frame(bv_tv=lambda k, m: 0.2 + 0.1 * k - 0.01 * m)}
    assert value(row(readout="bv_tv"), frames)[0] == pytest.approx(-100.0 * 0.12 / 0.35)


def test_markers_are_means_over_three_months_of_the_same_patches():
    """Control 2; treated 1 in the three months before month 12 and 5 before them."""
    frames = {
        "treated": frame(ctx_ratio=lambda k, m: 1.0 if m > 9 else 5.0),
        "control": frame(patches=6, ctx_ratio=lambda k, m: 2.0 if k < 4 else 99.0),
    }
    ratio = row(how="ratio", against="control", readout="ctx_ratio", window=3.0)
    assert value(ratio, frames) == pytest.approx((-50.0, 0.0))
    assert value(dataclasses.replace(ratio, end=1.0), frames)[0] == pytest.approx(150.0)
    whole = dataclasses.replace(ratio, window=12.0)
    assert value(whole, frames)[0] == pytest.approx(100.0 * ((9 * 5 + 3) / 12 / 2 - 1))


def test_a_mean_counts_rows_by_the_time_that_they_stand_for():
    data = frame(months=(0, 0.5, 0.6, 1), ctx_ratio=lambda k, m: 11.0 if m == 0.6 else 1.0)
    level = row(how="level", readout="ctx_ratio", end=1.0, window=3.0)
    assert value(level, {"treated": data})[0] == pytest.approx(2.0)
    near = dataclasses.replace(level, end=0.45)
    assert value(near, {"treated": data})[0] == pytest.approx(1.0)
    with pytest.raises(ValueError, match="no row near month 7"):
        value(dataclasses.replace(level, end=7.0), {"treated": data})


def test_from_baseline_is_over_the_first_untreated_year():
    frames = {
        "treated": frame(p1np_ratio=lambda k, m: 3.0),
        "untreated": frame(p1np_ratio=lambda k, m: 2.0 if 0 < m <= 12 else 77.0),
    }
    baseline = row(how="baseline", against="untreated", readout="p1np_ratio", window=3.0)
    assert value(baseline, frames)[0] == pytest.approx(50.0)


def test_states_are_read_in_their_month_and_scaled():
    frames = {
        "treated": frame(ms_bs=lambda k, m: 0.02 + 0.01 * m),
        "control": frame(ms_bs=lambda k, m: 0.02),
    }
    level = row(how="level", readout="ms_bs", scale=100.0, end=2.0)
    assert value(level, frames)[0] == pytest.approx(4.0)
    assert value(dataclasses.replace(level, end=0.0), frames)[0] == pytest.approx(2.0)
    higher = dataclasses.replace(level, how="direction", against="control", scale=1.0)
    assert value(higher, frames)[0] == pytest.approx(100.0)


# --- Verdicts ---


@pytest.mark.parametrize(
    ("changes", "simulated", "expected"),
    [
        ({"low": 3.5, "high": 4.5}, 4.4, "within trial scatter"),
        ({"low": 3.5, "high": 4.5}, 5.4, "within 1.5 points"),
        ({}, 2.6, "within 1.5 points"), ({}, 2.4, "missed"), ({}, math.nan, "missed"),
        ({"how": "rate", "end": 24.0}, 4.7, "within 1.5 points"),
        ({"how": "rate", "end": 24.0}, 4.8, "missed"),
        ({"how": "ratio", "readout": "ctx_ratio"}, 18.0, "within 15 %"),
        ({"how": "level", "readout": "ms_bs"}, 4.5, "within 15 %"),
        ({"how": "level", "readout": "ms_bs"}, 4.7, "missed"),
        ({"how": "direction", "readout": "bv_tv", "observed": 1.0}, 9.0, "direction as found"),
        ({"how": "direction", "readout": "bv_tv", "observed": 1.0}, 1.0, "missed"),
        ({"how": "direction", "readout": "bv_tv", "observed": -1.0}, 9.0, "missed"),
    ],
)  # fmt: skip
def test_verdicts(changes, simulated, expected):
    assert verdict(row(**changes), simulated, 1.0) == expected


def test_the_scoreboard_tells_reasons_and_mean_errors():
    rows = [
        row(), row(id="T2", observed=1.0, confidence="recalled"),
        row(id="T3", readout="bmd_total_hip_pct"), row(id="T4", arm="", why="no readout: radius"),
        row(id="T5"), row(id="T6", how="rate"), row(id="T7", observed=9.0, followed=False),
    ]  # fmt: skip
    gain = frame(**{SPINE: lambda k, m: m / 4})
    table = scored(rows, {"treated": gain}, {"T5": "no intervention x"}).set_index("id")
    told = table["verdict"].to_dict()
    assert told["T1"] == "within 1.5 points" and told["T2"] == "missed"
    assert told["T3"] == "not simulated: no readout bmd_total_hip_pct"
    assert told["T4"] == "not simulated: no readout: radius"
    assert told["T5"] == "not simulated: no intervention x"
    errors = mean_errors(table)
    spine = errors["lumbar spine"]
    assert spine["a_drug"] == spine["all"] == pytest.approx(3.0)
    assert errors.loc["all", "lumbar spine rows"] == 3 and errors.loc["all", "total hip rows"] == 0
    assert spine["the same people measured again"] == pytest.approx(1.5)
    assert spine["all, verified values"] == pytest.approx(3.5)
    assert spine["the same people, verified values"] == pytest.approx(1.0)
    assert spine["cross-sections"] == pytest.approx(6.0)


def test_cross_sections_are_told_from_people_measured_again():
    cross = {r.study for r in all_rows() if not r.followed}
    assert {"pansini", "yasui", "chittacharoen", "nhanes"} == cross


def test_the_committed_scoreboard_is_of_the_arms_and_values_of_today():
    table = pd.read_csv(SCOREBOARD / "scoreboard.csv").set_index("id")
    assert table["observed"].dropna().to_dict() == {
        r.id: r.observed for r in all_rows() if math.isfinite(r.observed)
    }
    untold = table["verdict"].str.startswith("not simulated: ")
    assert (table["simulated"].isna() == untold).all() and table["se"][~untold].notna().all()
    basis = json.loads((SCOREBOARD / "provenance.json").read_text(encoding="utf-8"))
    lived = {name for r in all_rows() for name in r.arms}
    assert basis["arms"] == {name: arms()[name].scenario().to_dict() for name in lived}


# --- Patches ---


class Runner:
    """Gives arms whose patches lie alternately `spread` above and below the mean."""

    def __init__(self, readout=SPINE, spread=5.0, quiet=()):
        self.readout, self.spread, self.quiet, self.calls = readout, spread, quiet, []

    def __call__(self, name, patches):
        self.calls.append((name, patches))
        spread = 0.0 if name in self.quiet else self.spread
        of = {self.readout: lambda k, m: 10.0 + (m > 0) * spread * (-1) ** k}
        return frame(patches, (0, 12), **of)


def test_patches_are_added_until_the_error_is_small():
    """5 of 110 up or down: an error of 1.04 with 20 patches, 0.73 with 40, 0.51 with 80."""
    run = Runner()
    frames = gather([row()], run, se=0.6, most=160)
    assert run.calls == [("treated", 20), ("treated", 40), ("treated", 80)]
    assert value(row(), frames)[1] <= 0.6
    run = Runner()
    gather([row()], run, se=0.6, most=30)
    assert run.calls == [("treated", 20), ("treated", 30)]


def test_only_arms_of_noisy_rows_grow():
    rows = [row(), row(id="T2", arm="calm"), row(id="T3", how="difference", against="control")]
    run = Runner(spread=3.0, quiet=("calm", "control"))
    gather(rows, run, se=0.6, most=160)
    assert {name: n for name, n in run.calls} == {"treated": 40, "calm": 20, "control": 40}


def test_arms_without_density_need_a_tenth_of_it():
    """Half of BV/TV up or down: 11.5 % with 20 patches, 8.0 % with 40, 5.6 % with 80."""
    run = Runner("bv_tv")
    gather([row(readout="bv_tv")], run, se=0.6, most=160)
    assert [n for _, n in run.calls] == [20, 40, 80]
    run = Runner("bv_tv")
    density = row(id="T2", readout=SPINE)
    gather([row(readout="bv_tv"), density], run, se=0.6, most=160)
    assert [n for _, n in run.calls] == [20]


# --- The command ---


@pytest.fixture
def fakes(monkeypatch, tmp_path):
    """Two arms of the fake engine, and one whose intervention does not ship."""
    monkeypatch.setenv("BMU_CACHE_DIR", str(tmp_path / "cache"))
    lived = SimpleNamespace(missing=lambda: None, scenario=lambda: fake_scenario())
    lost = TrialArm("lost", "postmenopausal_woman", 1, [{"use": "elixir"}])
    monkeypatch.setattr(module, "arms", lambda: {"treated": lived, "control": lived, "lost": lost})
    rows = [
        row(), row(id="T2", how="ratio", against="control", readout="ctx_ratio", window=3.0),
        row(id="T3", arm="lost"), row(id="T4", how="difference", against="lost"),
    ]  # fmt: skip
    monkeypatch.setattr(module, "rows_of", lambda studies: rows)


def score(tmp_path, **options):
    table = validate(out=tmp_path / "out", jobs=1, most=4, model_class=FakeModel, **options)
    return table.set_index("id")


def test_a_scoreboard_is_written_and_a_repeated_one_runs_nothing(fakes, tmp_path, capsys):
    table = score(tmp_path, command=["bmu", "validate", "--most", "4"])
    assert table.loc["T3", "verdict"] == "not simulated: no intervention elixir"
    assert table.loc["T4", "verdict"] == "not simulated: no intervention elixir"
    assert table.loc["T2", ["simulated", "se"]].to_list() == [0.0, 0.0]
    assert table.loc["T1", "patches"] == 4
    out = tmp_path / "out"
    written = {path.name: path.stat().st_size for path in out.iterdir() if path.is_file()}
    assert set(written) == {
        "scoreboard.csv", "scoreboard.md", "scoreboard.png", "provenance.json"
    }  # fmt: skip
    assert '"command": "bmu validate --most 4"' in (out / "provenance.json").read_text()
    assert "| T3 | A trial |" in (out / "scoreboard.md").read_text()
    assert "treated: 4 patches" in capsys.readouterr().err
    before, steps = (out / "scoreboard.csv").read_bytes(), FakeModel.steps
    score(tmp_path)
    assert FakeModel.steps == steps and (out / "scoreboard.csv").read_bytes() == before


def test_a_wrong_name_of_a_trial_is_one_line(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert cli.main(["validate", "freedon"]) == 2
    err = capsys.readouterr().err
    assert err == "bmu validate: freedon: is no study; did you mean 'freedom'?\n"
    assert not list(tmp_path.iterdir())
    assert {r.study for r in rows_of(["freedom", "fpt"])} == {"freedom", "fpt"}


@pytest.mark.parametrize("option", [["--se", "0"], ["--se", "x"], ["--most", "1"], ["--jobs", "0"]])
def test_wrong_options_are_one_line(option, capsys):
    assert cli.main(["validate", *option]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_the_command_hands_everything_over(monkeypatch, tmp_path, capsys):
    seen = {}

    def fake(studies, **options):
        seen.update(options, studies=studies)
        return scored([row()], {"treated": frame(**{SPINE: lambda k, m: m / 3})}, {})

    monkeypatch.setattr(module, "validate", fake)
    argv = ["validate", "fpt", "--out", str(tmp_path), "--jobs", "2", "--se", "1", "--most", "40"]
    assert cli.main(argv) == 0
    assert seen["studies"] == ["fpt"] and seen["out"] == tmp_path and seen["store"] is None
    assert (seen["jobs"], seen["se"], seen["most"]) == (2, 1.0, 40)
    assert seen["command"] == ["bmu", *argv]
    assert "a_drug" in capsys.readouterr().out
