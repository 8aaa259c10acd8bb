"""Grafts and SLIT3: what they must move, and which way, over the same patches.

A direction is given in standard errors of the paired difference. At 2.33 of them, chance alone
would show it in one study of a hundred (one-sided); so that is the false-alarm rate of each row.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from bmu_abm.validation.course import Chart
from bmu_abm.validation.pooled import Floats, Stretch, in_errors, jackknife, ratio_of
from bmu_abm.validation.study import Arm, Frames, Study, Values

DAY_AFTER_DOSE = 31 * 12.0 / 365.0  # the first dose falls on day 30; months of day 31
DOSED = (1.0, 7.0)  # months in which cells of a graft live
BONE = "bmd_cancellous_pct"
MOST_ERRORS = 999.0  # told of what has no noise: the same in every patch


def as_errors(difference: float, error: float) -> tuple[float, float]:
    """Return a difference in its standard errors, as a row (nan error: it is one itself)."""
    errors = in_errors(difference, error)
    return float(np.clip(errors, -MOST_ERRORS, MOST_ERRORS)), float("nan")


def errors_of(treated: Floats, control: Floats) -> tuple[float, float]:
    """Return the mean paired difference in its standard errors, as a row."""
    return as_errors(*jackknife(treated - control, np.ones(len(treated))))


def over(frames: Frames, arm: str, control: str, name: str, start: float, end: float) -> Values:
    """Return how much more of a column an arm has: as a ratio, and in standard errors."""
    a, b = (Stretch(frames[x], start, end).mean(name) for x in (arm, control))
    label = f"{arm} over {control}: {name}"
    return {
        label: ratio_of(frames[arm], frames[control], name, start, end),
        f"{label}, difference": errors_of(a, b),
    }


def bone_over(label: str, frames: Frames, arm: str, control: str, month: float) -> Values:
    """Return how much more bone an arm has in a month: in points, and in standard errors."""
    treated, untreated = (Stretch(frames[x], 0, month).last(BONE) for x in (arm, control))
    more = jackknife(treated - untreated, np.ones(len(treated)))
    return {label: more, f"{label}, difference": as_errors(*more)}


def _at(frame: pd.DataFrame, name: str, month: float) -> tuple[float, float]:
    near = frame[np.isclose(frame["month"], month)]
    values = near[name].to_numpy(float)
    return jackknife(values, np.ones(len(values)))


def _donor_share_of_benefit(treated: pd.DataFrame, control: pd.DataFrame) -> tuple[float, float]:
    """Return the bone of donor osteoblasts over the bone that a graft has saved or added (%)."""
    arms = [Stretch(frame, 0, 12) for frame in (treated, control)]
    kept = [arm.last("bv_tv") - arm.first("bv_tv") for arm in arms]
    pitch_um = arms[0].first("tb_th_um") / arms[0].first("bv_tv")
    gained_um = (kept[0] - kept[1]) * pitch_um
    return jackknife(100.0 * arms[0].last("donor_bone_um"), gained_um)


def homing_values(frames: Frames) -> Values:
    """Return where grafted cells went, and what they did, in the year of the removal of ovaries."""
    wild, rich = frames["wild type"], frames["CXCR4"]
    dosed = [Stretch(frame, *DOSED) for frame in (wild, rich)]
    share = [
        jackknife(100.0 * arm.mean("n_donor_osteoblast"), arm.mean("n_osteoblast")) for arm in dosed
    ]
    rows: Values = {}
    for name, frame, donors in zip(("wild type", "CXCR4"), (wild, rich), share, strict=True):
        rows[f"{name}: in the lung after a day"] = _at(frame, "graft_lung_pct", DAY_AFTER_DOSE)
        rows[f"{name}: in the marrow after a day"] = _at(frame, "graft_marrow_pct", DAY_AFTER_DOSE)
        rows[f"{name}: donor osteoblasts of all"] = donors
    rows |= over(frames, "CXCR4", "wild type", "n_donor_msc", *DOSED)
    for arm in ("wild type", "CXCR4"):
        rows |= bone_over(f"{arm}: benefit", frames, arm, "untreated", 12)
        rows[f"{arm}: bone of donor cells of the benefit"] = _donor_share_of_benefit(
            frames[arm], frames["untreated"]
        )
    rows |= over(frames, "RANK-Fc", "wild type", "n_osteoclast", *DOSED)
    return rows | over(frames, "RANK-Fc", "wild type", "n_donor_msc", *DOSED)


def slit3_values(frames: Frames) -> Values:
    """Return what more SLIT3 does without ovaries, and what its absence does in healthy bone."""
    rows: Values = {}
    pairs = (
        ("SLIT3", "ovariectomy"),
        ("much SLIT3", "ovariectomy"),
        ("knock-out", "healthy"),
    )
    for arm, control in pairs:
        for name in ("bfr_bs_um_per_year", "resorption_um_per_year", "type_h_ratio"):
            rows |= over(frames, arm, control, name, 0, 36)
        for name in ("sum_fused_precursors", "nuclei_per_osteoclast"):
            rows |= over(frames, arm, control, name, 0, 36)
        rows |= bone_over(f"{arm}: bone month 36", frames, arm, control, 36)
    return rows


_DAYLIKE = {"sample_every_days": "31"}
DIRECTIONS = {
    "homing": Study(
        "Homing of grafted cells",
        "Four intravenous doses of mesenchymal stem cells after the removal of both ovaries: "
        "unmodified cells, cells with three times the CXCR4, cells that secrete RANK-Fc.",
        100,
        {
            "untreated": Arm("stem_cells", {**_DAYLIKE, "intervention.1.dose": "0"}),
            "wild type": Arm("stem_cells", _DAYLIKE),
            "CXCR4": Arm("stem_cells", {**_DAYLIKE, "intervention.1.cxcr4": "3"}),
            "RANK-Fc": Arm("stem_cells", {**_DAYLIKE, "intervention.1.rank_fc": "1"}),
        },
        homing_values,
        charts=(
            Chart("graft_lung_pct", "grafted cells in the lung, % of the doses"),
            Chart("graft_marrow_pct", "grafted cells in marrow, % of the doses"),
            Chart("n_donor_msc", "donor stem cells a patch"),
            Chart("n_osteoclast", "osteoclasts a patch", months=2),
            Chart("bfr_bs_um_per_year", "BFR/BS, um/year", months=2),
            Chart("bmd_cancellous_pct", "cancellous mineral, % of month 0"),
        ),
    ),
    "slit3": Study(
        "SLIT3, more and none",
        "Recombinant SLIT3 for three years after the removal of both ovaries, at twice the usual "
        "level in the marrow and at 500 ng/ml; healthy bone that loses the gene.",
        200,
        {
            "ovariectomy": Arm("slit3", {"intervention.1.dose": "0"}),
            "SLIT3": Arm("slit3"),
            "much SLIT3": Arm("slit3", {"intervention.1.dose": "500"}),
            "healthy": Arm("slit3_knockout", {"intervention.0.start_month": "36"}),
            "knock-out": Arm("slit3_knockout"),
        },
        slit3_values,
        charts=(
            Chart("slit3_ng_ml", "SLIT3, ng/ml", months=3),
            Chart("type_h_ratio", "capillaries of type H over rest", months=3),
            Chart("nuclei_per_osteoclast", "nuclei an osteoclast", months=3),
            Chart("resorption_um_per_year", "resorption, um/year", months=6),
            Chart("bfr_bs_um_per_year", "BFR/BS, um/year", months=6),
            Chart("bmd_cancellous_pct", "cancellous mineral, % of month 0"),
        ),
    ),
}
