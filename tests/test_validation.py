"""Pooling over patches, the ranges of the field, and the pages of the studies."""

import math

import numpy as np
import pandas as pd
import pytest

import bones
from bmu_abm import BoneModel
from bmu_abm.scenario import Scenario
from bmu_abm.validation.__main__ import main
from bmu_abm.validation.course import Chart, smoothed
from bmu_abm.validation.directions import DAY_AFTER_DOSE, homing_values, slit3_values
from bmu_abm.validation.drugs import drugs_values
from bmu_abm.validation.pooled import (
    Stretch,
    identities,
    jackknife,
    jackknife_difference,
    pool,
    ratio_of,
)
from bmu_abm.validation.report import beside_targets, page
from bmu_abm.validation.robustness import difference
from bmu_abm.validation.sequences import sequence_values
from bmu_abm.validation.studies import STUDIES
from bmu_abm.validation.targets import holds, targets

MONTHS = 120
DENSITY = "bmd_lumbar_spine_pct"
# A bone in a steady state, month by month: per year 0.12 of 1000 sites are remodelled.
STEADY = {
    "bv_tv": 0.2, "tb_th_um": 100.0, "tb_n_per_mm": 1.6, "tb_sp_um": 525.0,
    "hole_area_fraction": 0.0, "bmd_lumbar_spine_pct": 0.0, "ac_f_per_year": 0.12,
    "bfr_bs_um_per_year": 6.0, "rankl_opg_ratio": 0.2,
    "ms_bs": 6.0 / 365.0 / 0.6, "os_bs": 0.12 * 146.0 / 365.0, "es_bs": 0.12 * 73.0 / 365.0,
    "oc_s_bs": 0.003, "mar_um_per_day": 0.6, "sum_completed_sites": 10.0,
    "sum_activated_sites": 10.0, "sum_calls": 0.02, "sum_wall_um": 500.0, "sum_depth_um": 490.0,
    "sum_depth_um2": 24110.0, "sum_balance_um": 10.0, "sum_resorption_days": 400.0,
    "sum_reversal_days": 200.0, "sum_formation_days": 1460.0, "sum_unfilled_days": 130.0,
    "n_osteocyte": 1000.0, "fat_fraction": 0.3, "resorption_ratio": 1.0, "formation_ratio": 1.0,
    "ctx_ratio": 1.0, "p1np_ratio": 1.0, "bmd_cancellous_pct": -3.0, "budget_space_pct": -2.0,
    "budget_balance_pct": -1.5, "budget_perforation_pct": 0.0, "budget_mineral_pct": 0.5,
    "n_donor_msc": 4.0, "n_donor_osteoblast": 20.0, "n_osteoblast": 1000.0, "n_osteoclast": 8.0,
    "graft_lung_pct": 60.0, "graft_marrow_pct": 0.5, "donor_bone_um": 0.1, "type_h_ratio": 1.0,
    "pth_ratio": 1.0, "serum_calcium_mmol_per_l": 2.4, "ntx_ratio": 1.0,
    "bmd_total_hip_pct": 0.0, "bmd_lumbar_spine_dxa_pct": 0.0, "microdamage_ratio": 1.0,
    "atypical_fracture_index": 0.5, "sum_modelled_sites": 6.0, "sum_started_sites": 4.0,
    "resorption_um_per_year": 7.0, "nuclei_per_osteoclast": 6.0, "sum_fused_precursors": 9.0,
    "slit3_ng_ml": 40.0, "n_adipocyte": 300.0, "n_donor_adipocyte": 2.0,
}  # fmt: skip


def frame(patches=4, **changes):
    rows = [
        {"seed": 1, "replicate": k, "month": float(month)} | STEADY
        for k in range(patches)
        for month in (0, 1, DAY_AFTER_DOSE, *range(2, MONTHS + 1))
    ]
    return pd.DataFrame(rows).assign(**changes)


def test_a_jackknife_over_equal_weights_is_the_standard_error_of_the_mean():
    values = np.array([1.0, 4.0, 2.0, 9.0])
    mean, error = jackknife(values, np.ones(4))
    assert mean == pytest.approx(4.0)
    assert error == pytest.approx(values.std(ddof=1) / 2.0)


def test_a_ratio_is_one_of_sums_and_not_a_mean_of_ratios():
    assert jackknife(np.array([1.0, 9.0]), np.array([10.0, 10.0 / 3.0]))[0] == pytest.approx(0.75)
    assert all(math.isnan(x) for x in jackknife(np.array([0.0]), np.array([0.0])))
    assert math.isnan(jackknife(np.array([1.0]), np.array([2.0]))[1])


def test_what_two_ratios_share_is_no_error_of_their_difference():
    top, bottom = np.array([1.0, 4.0, 2.0, 9.0]), np.ones(4)
    assert jackknife_difference((top, bottom), (top, bottom)) == (0.0, 0.0)
    difference, error = jackknife_difference((2.0 * top, bottom), (top, bottom))
    assert (difference, error) == pytest.approx(jackknife(top, bottom))


def test_pooled_values_of_a_steady_bone():
    table = pool(frame(), 0, MONTHS)
    expected = {
        "bv_tv": 20.0, "bv_drift": 0.0, "ac_f": 0.12, "w_th": 50.0, "e_de": 49.0, "balance": 1.0,
        "e_de_sd": math.sqrt(2411.0 - 49.0**2), "resorption_period": 40.0, "erosion_period": 60.0,
        "formation_period": 146.0, "footprint": 0.05, "refilled": 100.0, "turnover": 12.0,
        "osteocyte_density_change": 0.0, "fat": 30.0, "mar": 0.6, "ls_bmd": 0.0,
    }  # fmt: skip
    for name, value in expected.items():
        assert table.loc[name, "mean"] == pytest.approx(value), name
    assert table["se"].abs().max() < 1e-9


def test_the_identities_hold_in_a_steady_bone_and_see_a_fault():
    assert identities(frame(), 0, MONTHS)["ratio"].to_list() == pytest.approx([1.0] * 4)
    ratio = identities(frame(os_bs=0.06), 0, MONTHS)["ratio"]
    assert ratio["OS/BS = Ac.f x formation period"] == pytest.approx(1.25)


def test_drift_gain_and_ratio_of_arms():
    data = frame()
    data["bv_tv"] = 0.2 - 0.01 * data["month"] / MONTHS
    data["n_osteocyte"] = 1000.0 - 100.0 * data["month"] / MONTHS
    table = pool(data, 0, MONTHS)
    assert table.loc["bv_drift", "mean"] == pytest.approx(-0.5)
    assert table.loc["osteocyte_density_change", "mean"] == pytest.approx(
        100.0 * (0.9 / 0.95 - 1.0)
    )
    assert ratio_of(frame(ctx_ratio=3.0), frame(ctx_ratio=1.5), "ctx_ratio", 12, 24)[0] == 2.0


def test_a_rate_between_labels_counts_only_where_there_are_labels():
    data = frame()
    data.loc[data["month"] % 2 == 0, "mar_um_per_day"] = np.nan
    assert pool(data, 0, MONTHS).loc["mar", "mean"] == pytest.approx(0.6)


def test_months_that_are_not_there_are_an_error():
    with pytest.raises(ValueError, match="months 0 and 121"):
        Stretch(frame(), 0, MONTHS + 1)


@pytest.mark.parametrize(
    ("value", "low", "high", "verdict"),
    [
        (1.0, 0.0, 2.0, True), (3.0, 0.0, 2.0, False), (-1.0, 0.0, 2.0, False),
        (3.0, 0.0, math.nan, True), (-3.0, math.nan, 2.0, True), (math.nan, 0.0, 1.0, False),
    ],
)  # fmt: skip
def test_a_range_may_be_open(value, low, high, verdict):
    assert holds(value, low, high) is verdict


def mouse_frames(lost=0.5, kept=0.9, **ovx):
    """Return the arms of the mouse; without ovaries bone falls to `lost` of it by month 2."""
    arms = {"sham": frame(), "ovx": frame(**ovx), "ovx + estradiol": frame()}
    for arm, left in (("ovx", lost), ("ovx + estradiol", kept)):
        month = arms[arm]["month"]
        arms[arm]["bv_tv"] = 0.2 * (1.0 - (1.0 - left) * month.clip(upper=2.0) / 2.0)
    return arms


def test_the_mouse_is_held_against_its_start_and_against_sham():
    values = STUDIES["ovx_mouse"].values(mouse_frames(tb_n_per_mm=1.2, oc_s_bs=0.006))
    expected = {
        "sham: BV/TV month 2": 0.0,
        "ovx: BV/TV month 2": -50.0,
        "ovx + estradiol: BV/TV month 2": -10.0,
        "ovx over sham: BV/TV month 1": -25.0,
        "ovx over sham: Tb.N month 2": -25.0,
        "ovx over sham: Oc.S/BS ratio": 2.0,
        "loss that estradiol prevents": 80.0,
        "BFR/BS": 6.0 / 365.0,
        "cycle of a BMU": 206.0,
        "turnover time": 100.0,
    }
    assert {name: values[name][0] for name in expected} == pytest.approx(expected)


DIRECTIONS_ONLY = ("homing", "slit3", "sequences", "sishn3", "sishn3_mouse", "zfp467")


@pytest.mark.parametrize("name", STUDIES)
def test_a_study_names_scenarios_that_ship_and_fills_every_target(name):
    study = STUDIES[name]
    for arm in study.arms.values():
        assert isinstance(arm.resolved(), Scenario)
    values = study.values({arm: frame() for arm in study.arms})
    assert set(targets(name).index) <= set(values)
    rows = beside_targets(name, values)
    assert list(rows.index[: len(targets(name))]) == list(targets(name).index)
    text = page(name, study, rows, "", {})
    assert f"bmu_abm.validation {name}" in text
    assert (f"({name}.png)" in text) == (name not in DIRECTIONS_ONLY)


def test_directions_are_told_in_paired_standard_errors():
    """Control 1 to 4; treated higher by 2, 3, 2, 3: 2.5 at a standard error of 0.289."""
    control = frame()
    control["n_osteoclast"] = control["replicate"] + 1.0
    treated = control.assign(n_osteoclast=control["n_osteoclast"] + 2 + control["replicate"] % 2)
    arms = {"untreated": control, "wild type": control, "CXCR4": control, "RANK-Fc": treated}
    values = homing_values(arms)
    assert values["RANK-Fc over wild type: n_osteoclast"][0] == pytest.approx(2.0)
    errors = values["RANK-Fc over wild type: n_osteoclast, difference"][0]
    assert errors == pytest.approx(2.5 / (0.5 / math.sqrt(3.0)))
    same = values["RANK-Fc over wild type: n_donor_msc, difference"][0]
    assert same == 0.0


def test_what_silencing_does_first_is_told_from_what_it_does_later():
    """Capillaries are up by 0.1 from month 1 on, formation by 1 then and by 4 in months 7-12."""
    control = frame()
    patch, month = control["replicate"], control["month"]
    treated = control.assign(
        type_h_ratio=control["type_h_ratio"] + np.where(month > 0, 0.1, 0.0),
        bfr_bs_um_per_year=control["bfr_bs_um_per_year"] + np.where(month > 6, 4 + patch % 2, 1.0),
    )
    arms = {"untreated": control, "siSHN3": treated, "siSHN3 by SLIT3 alone": control}
    values = STUDIES["sishn3"].values(arms)
    months = "effect of the first month over that of months 6-12"
    assert values[f"capillaries: {months}"][0] == pytest.approx(1.0)
    assert values[f"formation: {months}"][0] == pytest.approx(1.0 / 4.5)
    # Without one patch it is 3 / 14 or 3 / 13.
    error = math.sqrt(3.0) * (3.0 / 13.0 - 3.0 / 14.0) / 2.0
    lead = values["capillaries before formation, difference"][0]
    assert lead == pytest.approx((1.0 - 1.0 / 4.5) / error)
    assert values["siSHN3 over untreated: formation, months 1-3"][0] == pytest.approx(7.0 / 6.0)
    assert values["siSHN3 by SLIT3 alone over untreated: formation, months 1-3"][0] == 1.0


def test_bone_of_donor_cells_is_held_against_what_the_graft_has_kept():
    """BV/TV 0.2 at a pitch of 500 um: 1 % kept is 5 um, of which donors have laid down 0.1 um."""
    lost = frame()
    lost.loc[lost["month"] > 0, "bv_tv"] = 0.19
    arms = dict.fromkeys(("wild type", "CXCR4", "RANK-Fc"), frame()) | {"untreated": lost}
    values = homing_values(arms)
    assert values["CXCR4: bone of donor cells of the benefit"][0] == pytest.approx(2.0)
    assert values["CXCR4: donor osteoblasts of all"][0] == pytest.approx(2.0)
    assert values["CXCR4: in the lung after a day"][0] == pytest.approx(60.0)


def test_homing_is_counted_the_day_after_the_dose_and_in_the_months_of_the_graft():
    """With CXCR4 three times the cells from month 1 to 7, and 1.5 % in the marrow after a day."""
    rich = frame()
    lives = (rich["month"] >= 1) & (rich["month"] <= 7)
    rich.loc[lives, "n_donor_msc"] = 12.0
    rich.loc[rich["month"] == DAY_AFTER_DOSE, ["graft_lung_pct", "graft_marrow_pct"]] = 50.0, 1.5
    arms = dict.fromkeys(("untreated", "wild type", "RANK-Fc"), frame()) | {"CXCR4": rich}
    values = homing_values(arms)
    assert values["CXCR4 over wild type: n_donor_msc"][0] == pytest.approx(3.0)
    assert values["CXCR4: in the lung after a day"][0] == pytest.approx(50.0)
    assert values["CXCR4: in the marrow after a day"][0] == pytest.approx(1.5)
    assert values["wild type: in the marrow after a day"][0] == pytest.approx(0.5)


def test_diseases_are_held_against_the_same_patches():
    """Under the glucocorticoid 3 points lost by all but a tenth; fat as it was."""
    study = STUDIES["diseases"]
    arms = dict.fromkeys(study.arms, frame())
    lost = frame()
    lost[DENSITY] = (lost["month"] > 0) * (-3.0 - 0.1 * (lost["replicate"] % 2))
    values = study.values(arms | {"glucocorticoid": lost})
    assert values["glucocorticoid: LS BMD month 12"][0] == pytest.approx(-3.05)
    assert values["glucocorticoid: LS BMD month 12, difference"][0] < -50.0
    assert values["glucocorticoid: fat year 1, difference"][0] == 0.0
    assert values["low calcium: serum calcium years 1-2 ratio"][0] == 1.0


def test_a_disease_lives_on_two_patches():
    """Smoke: an arm and its control, two tiny patches, until the first month of each."""
    rows = {}
    for arm in ("woman", "PTH pulses"):
        scenario = STUDIES["diseases"].arms[arm].resolved()
        scenario = scenario.with_settings({"patch.sites": "20", "host.burn_in_years": "0"})
        rows[arm] = [bones.days(BoneModel(scenario, replicate=k), 31).sample() for k in range(2)]
    for k in range(2):
        assert rows["PTH pulses"][k]["pth_burst_hours"] > 0.5 > rows["woman"][k]["pth_burst_hours"]


def test_slit3_is_held_against_the_same_patches():
    arms = dict.fromkeys(("ovariectomy", "healthy"), frame())
    unlike = frame()
    unlike["bfr_bs_um_per_year"] = 9.0 + unlike["replicate"] % 2 - 0.5
    arms |= dict.fromkeys(("SLIT3", "much SLIT3", "knock-out"), unlike)
    values = slit3_values(arms)
    assert values["SLIT3 over ovariectomy: bfr_bs_um_per_year"][0] == pytest.approx(1.5)
    assert values["knock-out over healthy: type_h_ratio"][0] == pytest.approx(1.0)


def test_drugs_are_told_over_the_same_patches_and_after_the_effect_of_denosumab():
    """CTX of 3 in months 30 to 32 over 1.5 untreated; density that falls by 6 in the year off."""
    arms = dict.fromkeys(STUDIES["drugs"].arms, frame(ctx_ratio=0.75))
    arms["calcium and D"] = frame(ctx_ratio=1.5)
    arms["romosozumab"] = frame(ctx_ratio=0.75, sum_started_sites=5.0)
    off = frame()
    off.loc[off["month"].between(30, 32), "ctx_ratio"] = 3.0
    off.loc[off["month"] == 36, DENSITY] = -6.0
    arms["denosumab"] = frame(ctx_ratio=0.75, resorption_ratio=0.2, p1np_ratio=0.4)
    arms["odanacatib"] = frame(ctx_ratio=0.75, resorption_ratio=0.6, p1np_ratio=0.9)
    values = drugs_values(arms | {"denosumab stopped": off})
    assert values["odanacatib: P1NP over that of denosumab at as much resorption"][
        0
    ] == pytest.approx(0.9 - 0.7)
    beyond = "romosozumab: begun on quiescent surface of all beyond usual, months 1-3"
    assert values[beyond][0] == pytest.approx(6.0 / (6.0 + 5.0 - 4.0))
    assert values["alendronate: CTX months 13-36"][0] == pytest.approx(0.5)
    assert values["teriparatide: CTX month 1"][0] == pytest.approx(0.5)
    assert values["denosumab stopped: CTX, largest of three months"][0] == pytest.approx(2.0)
    assert values["denosumab stopped: CTX is largest, months after the effect"][0] == 8.0
    assert values["denosumab stopped: LS, first 12 months off"][0] == pytest.approx(-6.0)


def test_sequences_are_told_beside_nothing_and_beside_their_own_untreated_patches():
    """CTX of 3 in months 30 to 32 with nothing over 1.5; the spine falls by 6, followed by 2."""
    arms = dict.fromkeys(STUDIES["sequences"].arms, frame(ctx_ratio=1.5))
    off = frame(ctx_ratio=1.5)
    off.loc[off["month"].between(30, 32), "ctx_ratio"] = 3.0
    off.loc[off["month"] == 36, DENSITY] = -6.0
    followed = frame(ctx_ratio=0.6)
    followed.loc[followed["month"] == 36, DENSITY] = -2.0
    values = sequence_values(arms | {"nothing": off, "alendronate": followed})
    assert values["nothing: CTX, largest of three months"][0] == pytest.approx(2.0)
    assert values["alendronate: CTX, largest of three months"][0] == pytest.approx(0.4)
    assert values["no stores, stopped: CTX months 25-30"][0] == pytest.approx(1.0)
    assert values["nothing: CTX months 25-30"][0] == pytest.approx(7.0 / 6.0)
    assert values["alendronate over nothing: LS, first 12 months off"][0] == pytest.approx(4.0)


def test_a_course_is_a_mean_over_patches_and_months():
    """Two patches; a readout of 1 in odd months and 3 in even ones, 2 more in the second patch."""
    data = frame(2)
    data = data[data["month"] % 1 == 0].reset_index(drop=True)
    data["ac_f_per_year"] = 1.0 + 2.0 * (data["month"] % 2 == 0) + 2.0 * data["replicate"]
    by_month = smoothed(data, Chart("ac_f_per_year", ""))
    assert len(by_month) == MONTHS + 1 and by_month.index[1] == 1.0
    assert by_month["mean"].iloc[:2].to_list() == [4.0, 2.0]
    assert by_month["se"].to_numpy() == pytest.approx(1.0)
    halves = smoothed(data, Chart("ac_f_per_year", "", 10.0, 6))
    assert len(halves) == MONTHS / 6 and halves.index[0] == 3.5
    assert halves["mean"].to_numpy() == pytest.approx(30.0)


def test_robustness_is_told_in_standard_errors_and_density_in_points():
    """Ac.f of 0.12 and 0.14 +- 0.01, E.De of 49 and 47 +- 1; density that one gains 2 points more.

    Both values stand below their difference. What is alike is no error apart. Years after the
    third do not count.
    """
    arms = {"base": frame(), "half step": frame()}
    for data, rate, gain in zip(arms.values(), (0.12, 0.14), (0.0, 2.0), strict=True):
        spread = math.sqrt(3) * (-1.0) ** data["replicate"]
        data["ac_f_per_year"] = rate + 0.01 * spread
        data["sum_depth_um"] = 490.0 - 10.0 * gain + 10.0 * spread
        data["bmd_lumbar_spine_pct"] = gain * (data["month"] == 36)
        data.loc[data["month"] > 36, ["ac_f_per_year", "sum_depth_um"]] = 1e3
    values = difference("half step")(arms)
    assert values["Ac.f"][0] == pytest.approx(0.02 / math.hypot(0.01, 0.01))
    assert values["E.De"][0] == pytest.approx(-2.0 / math.hypot(1.0, 1.0))
    assert values["W.Th"][0] == 0.0
    assert values["Ac.f, plain"] == pytest.approx((0.12, 0.01))
    assert values["Ac.f, half step"] == pytest.approx((0.14, 0.01))
    assert values["E.De, plain"] == pytest.approx((49.0, 1.0))
    assert values["E.De, half step"] == pytest.approx((47.0, 1.0))
    assert values["LS BMD month 36, half step"] == pytest.approx((2.0, 0.0))
    assert values["LS BMD month 36"] == pytest.approx((2.0, 0.0))


def test_the_command_writes_table_page_and_figure(tmp_path, monkeypatch):
    from bmu_abm.validation import __main__ as module

    def run(study, count, seed, store):
        return {arm: frame(count) for arm in study.arms}, 2.0 * count

    monkeypatch.setattr(module, "run", run)
    out = ["--replicates", "3", "--out", str(tmp_path)]
    monkeypatch.setattr("sys.argv", ["validation", "healthy", *out])
    main()
    rows = pd.read_csv(tmp_path / "healthy.csv", index_col="label")
    assert rows.loc["MAR", "holds"] == "yes" and rows.loc["Tb.Th", "holds"] == "no"
    text = (tmp_path / "healthy.md").read_text()
    assert "Pooled over 3 patches, at least 6 mm2" in text
    assert "bmu_abm.validation healthy --replicates 3`" in text
    parts = ("120", "-3.00 ± 0.00", "-2.00 ± 0.00", "-1.50 ± 0.00", "0.00 ± 0.00", "0.50 ± 0.00")
    assert f"| {' | '.join(parts)} |" in text
    for picture in ("healthy.png", "healthy_course.png"):
        assert (tmp_path / picture).stat().st_size > 5000 and picture in text
