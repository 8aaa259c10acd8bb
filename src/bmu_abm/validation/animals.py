"""Ovariectomised animals beside those with ovaries, and mice that get estradiol back."""

from __future__ import annotations

import math
from collections.abc import Callable

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


def _intact(frame: pd.DataFrame, month: int) -> Values:
    """Return the histomorphometry of the months with ovaries, in the units of animal papers."""
    table = pool(frame, 0, month)
    rows: Values = {
        label: (table.loc[name, "mean"], table.loc[name, "se"]) for label, name in ROWS.items()
    }
    rate, error = table.loc["bfr_bs", ["mean", "se"]]
    rows["BFR/BS"] = (rate / DAYS_PER_YEAR, error / DAYS_PER_YEAR)
    stretch = Stretch(frame, 0, month)
    eroded = stretch.sum("sum_resorption_days") + stretch.sum("sum_reversal_days")
    whole = eroded + stretch.sum("sum_formation_days")
    rows["cycle of a BMU"] = jackknife(whole, stretch.sum("sum_completed_sites"))
    rows["turnover time"] = jackknife(
        12.0 * stretch.mean("tb_th_um"), 2.0 * stretch.mean("bfr_bs_um_per_year")
    )
    return rows


def animal_values(early: int, late: int) -> Callable[[Frames], Values]:
    """Return what makes of an animal's arms its rows.

    They are the intact animal up to month `late`, and what ovariectomy, and estradiol if an arm
    has it, changed by months `early` and `late`.
    """

    def values(frames: Frames) -> Values:
        rows = _intact(frames["sham"], late)
        for arm, frame in frames.items():
            rows[f"{arm}: BV/TV month {late}"] = _since_start(frame, "bv_tv", late)
        for label, name in CHANGES.items():
            for month in (early, late):
                row = f"ovx over sham: {label} month {month}"
                rows[row] = _over_sham(frames, "ovx", name, month)
        for label, name in RATIOS.items():
            ratio = ratio_of(frames["ovx"], frames["sham"], name, 0, late)
            rows[f"ovx over sham: {label} ratio"] = ratio
        if "ovx + estradiol" in frames:
            rows["loss that estradiol prevents"] = _prevented(frames, late)
        return rows

    return values


def _arms(animal: str, months: int, *more: str) -> dict[str, Arm]:
    years = {"years": f"{math.ceil(1000 * months / 12) / 1000:.3f}"}
    arms = {"sham": Arm(f"ovx_{animal}_sham", years), "ovx": Arm(f"ovx_{animal}", years)}
    return arms | {f"ovx + {name}": Arm(f"ovx_{animal}_{name}", years) for name in more}


ANIMALS = {
    "ovx_mouse": Study(
        "The ovariectomised mouse",
        "The same patches with ovaries, without them, and without them but with estradiol from "
        "day 0. Month 2 is day 61, the sample nearest to the eight weeks of the experiments.",
        100,
        _arms("mouse", 2, "estradiol"),
        animal_values(1, 2),
        {"ovx": (1, 2)},
    ),
    "ovx_rat": Study(
        "The ovariectomised rat",
        "The same patches with ovaries and without them. Rats of six months no longer grow.",
        100,
        _arms("rat", 3),
        animal_values(1, 3),
        {"ovx": (1, 3)},
    ),
    "ovx_rabbit": Study(
        "The ovariectomised rabbit",
        "The same patches with ovaries and without them. Rabbits lose less than rodents; many "
        "studies therefore add a glucocorticoid.",
        100,
        _arms("rabbit", 4),
        animal_values(2, 4),
        {"ovx": (2, 4)},
    ),
}
