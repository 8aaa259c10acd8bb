"""The ovariectomised mouse beside the one with ovaries and the one that gets estradiol back.

Month 2 is day 61: the sample nearest to the eight weeks of the experiments.
"""

from __future__ import annotations

import pandas as pd

from bmu_abm.validation.pooled import DAYS_PER_YEAR, Stretch, jackknife, pool, ratio_of
from bmu_abm.validation.study import Arm, Frames, Study, Values

ROWS = {
    "BV/TV": "bv_tv",
    "Tb.Th": "tb_th",
    "Tb.N": "tb_n",
    "Tb.Sp": "tb_sp",
    "MAR": "mar",
    "MS/BS": "ms_bs",
    "Oc.S/BS": "oc_s_bs",
    "E.De": "e_de",
    "W.Th - E.De": "balance",
    "resorption period": "resorption_period",
    "reversal period": "reversal_period",
    "formation period": "formation_period",
    "holes": "holes",
    "fat": "fat",
}
CHANGES = {
    "BV/TV": "bv_tv",
    "Tb.N": "tb_n_per_mm",
    "Tb.Sp": "tb_sp_um",
    "Tb.Th": "tb_th_um",
}
RATIOS = {
    "Oc.S/BS": "oc_s_bs",
    "BFR/BS": "bfr_bs_um_per_year",
    "RANKL over OPG": "rankl_opg_ratio",
}


def _since_start(frame: pd.DataFrame, name: str, month: float) -> tuple[float, float]:
    """Return the change of a column since month 0, in % of what it was."""
    stretch = Stretch(frame, 0, month)
    return jackknife(100.0 * (stretch.last(name) - stretch.first(name)), stretch.first(name))


def _over_sham(frames: Frames, arm: str, name: str, month: float) -> tuple[float, float]:
    """Return how much more of a column an arm has than the same patches with ovaries (%)."""
    there, sham = (Stretch(frames[x], 0, month).last(name) for x in (arm, "sham"))
    return jackknife(100.0 * (there - sham), sham)


def _prevented(frames: Frames, month: float) -> tuple[float, float]:
    """Return the share of the loss of bone volume that estradiol prevents (%)."""
    arms = ("sham", "ovx", "ovx + estradiol")
    sham, lost, kept = (Stretch(frames[x], 0, month).last("bv_tv") for x in arms)
    return jackknife(100.0 * (kept - lost), sham - lost)


def _intact(frame: pd.DataFrame) -> Values:
    """Return the histomorphometry of two months with ovaries, in the units of mouse papers."""
    table = pool(frame, 0, 2)
    rows: Values = {
        label: (table.loc[name, "mean"], table.loc[name, "se"]) for label, name in ROWS.items()
    }
    rate, error = table.loc["bfr_bs", ["mean", "se"]]
    rows["BFR/BS"] = (rate / DAYS_PER_YEAR, error / DAYS_PER_YEAR)
    stretch = Stretch(frame, 0, 2)
    eroded = stretch.sum("sum_resorption_days") + stretch.sum("sum_reversal_days")
    whole = eroded + stretch.sum("sum_formation_days")
    rows["cycle of a BMU"] = jackknife(whole, stretch.sum("sum_completed_sites"))
    rows["turnover time"] = jackknife(
        12.0 * stretch.mean("tb_th_um"), 2.0 * stretch.mean("bfr_bs_um_per_year")
    )
    return rows


def mouse_values(frames: Frames) -> Values:
    """Return the intact mouse, and what ovariectomy and estradiol change within two months."""
    rows = _intact(frames["sham"])
    for arm, frame in frames.items():
        rows[f"{arm}: BV/TV month 2"] = _since_start(frame, "bv_tv", 2)
    for label, name in CHANGES.items():
        rows[f"ovx over sham: {label} month 1"] = _over_sham(frames, "ovx", name, 1)
        rows[f"ovx over sham: {label} month 2"] = _over_sham(frames, "ovx", name, 2)
    for label, name in RATIOS.items():
        rows[f"ovx over sham: {label} ratio"] = ratio_of(frames["ovx"], frames["sham"], name, 0, 2)
    rows["loss that estradiol prevents"] = _prevented(frames, 2)
    return rows


_TWO_MONTHS = {"years": "0.167"}
MOUSE = {
    "ovx_mouse": Study(
        "The ovariectomised mouse",
        "The same patches with ovaries, without them, and without them but with estradiol from "
        "day 0. Month 2 is day 61, the sample nearest to the eight weeks of the experiments.",
        100,
        {
            "sham": Arm("ovx_mouse_sham", _TWO_MONTHS),
            "ovx": Arm("ovx_mouse", _TWO_MONTHS),
            "ovx + estradiol": Arm("ovx_mouse_estradiol", _TWO_MONTHS),
        },
        mouse_values,
        {"ovx": (1, 2)},
    ),
}
