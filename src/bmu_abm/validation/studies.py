"""The studies: which patches they run, and which numbers they make of them."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from bmu_abm.validation.animals import ANIMALS
from bmu_abm.validation.course import Chart
from bmu_abm.validation.directions import DIRECTIONS
from bmu_abm.validation.diseases import DISEASES
from bmu_abm.validation.drugs import DRUGS
from bmu_abm.validation.pooled import (
    Floats,
    Stretch,
    identities,
    jackknife,
    pool,
    ratio_of,
)
from bmu_abm.validation.robustness import ROBUSTNESS
from bmu_abm.validation.sequences import SEQUENCES
from bmu_abm.validation.silencing import SILENCING
from bmu_abm.validation.study import Arm, Frames, Study, Values

HEALTHY_ROWS = {
    "BV/TV drift": "bv_drift",
    "Ac.f": "ac_f",
    "BFR/BS": "bfr_bs",
    "MS/BS": "ms_bs",
    "OS/BS": "os_bs",
    "ES/BS": "es_bs",
    "Oc.S/BS": "oc_s_bs",
    "MAR": "mar",
    "W.Th": "w_th",
    "E.De": "e_de",
    "W.Th - E.De": "balance",
    "E.De spread": "e_de_sd",
    "resorption period": "resorption_period",
    "reversal period": "reversal_period",
    "formation period": "formation_period",
    "resorption + reversal": "erosion_period",
    "BMU footprint": "footprint",
    "cleared surface refilled": "refilled",
    "Tb.Th": "tb_th",
    "BV/TV": "bv_tv",
    "Tb.N": "tb_n",
    "holes": "holes",
    "turnover": "turnover",
    "osteocyte density after 10 years": "osteocyte_density_change",
    "fat": "fat",
    "LS BMD": "ls_bmd",
}
IDENTITY_ROWS = {
    "counted Ac.f over BFR/W.Th": "Ac.f = BFR/W.Th",
    "OS/BS over Ac.f x formation period": "OS/BS = Ac.f x formation period",
    "ES/BS over Ac.f x erosion period + unfilled": (
        "ES/BS = Ac.f x (resorption + reversal) + unfilled"
    ),
    "BFR/BS over MAR x MS/BS": "BFR/BS = MAR x MS/BS",
}


def _rows(table: pd.DataFrame, names: Mapping[str, str]) -> Values:
    return {
        label: (table.loc[name, "mean"], table.loc[name, "se"]) for label, name in names.items()
    }


def healthy_values(frames: Frames) -> Values:
    """Return the histomorphometry of ten years after the burn-in."""
    frame = frames["healthy"]
    rows = _rows(pool(frame, 0, 120), HEALTHY_ROWS)
    ratios = identities(frame, 0, 120)["ratio"]
    return rows | {label: (ratios[name], np.nan) for label, name in IDENTITY_ROWS.items()}


def _mean_of(values: Floats) -> tuple[float, float]:
    return jackknife(values, np.ones(len(values)))


def _gap(frame: pd.DataFrame, start: float, end: float) -> tuple[float, float]:
    stretch = Stretch(frame, start, end)
    return _mean_of(stretch.mean("resorption_ratio") - stretch.mean("formation_ratio"))


def _gain(frame: pd.DataFrame, name: str, start: float, end: float) -> tuple[float, float]:
    stretch = Stretch(frame, start, end)
    return _mean_of(stretch.last(name) - stretch.first(name))


def _slowing(frame: pd.DataFrame) -> tuple[float, float]:
    """Return the rate of loss of years 6-10 over that of years 1-3."""
    late, early = Stretch(frame, 60, 120), Stretch(frame, 0, 36)
    spine = "bmd_lumbar_spine_pct"
    return jackknife(
        (late.last(spine) - late.first(spine)) / late.years,
        (early.last(spine) - early.first(spine)) / early.years,
    )


def menopause_values(frames: Frames) -> Values:
    """Return what ten years of the menopausal transition do; ratios are over the same patches."""
    lost, kept, treated = frames["menopause"], frames["healthy"], frames["estradiol"]
    spine = "bmd_lumbar_spine_pct"
    bone = _gain(lost, "bv_tv", 0, 36)
    start = float(Stretch(lost, 0, 36).first("bv_tv").mean())
    fat = _gain(lost, "fat_fraction", 0, 120)
    stopped = _gain(treated, spine, 36, 120)
    return {
        "Ac.f ratio months 12-36": ratio_of(lost, kept, "ac_f_per_year", 12, 36),
        "patch resorption - formation years 1-3": _gap(lost, 0, 36),
        "patch resorption - formation years 6-10": _gap(lost, 60, 120),
        "LS BMD month 36": _gain(lost, spine, 0, 36),
        "cancellous density month 36": _gain(lost, "bmd_cancellous_pct", 0, 36),
        "BV/TV month 36": (100.0 * bone[0] / start, 100.0 * bone[1] / start),
        "LS BMD month 120": _gain(lost, spine, 0, 120),
        "rate years 6-10 over rate years 1-3": _slowing(lost),
        "CTX ratio year 2": ratio_of(lost, kept, "ctx_ratio", 12, 24),
        "P1NP ratio year 2": ratio_of(lost, kept, "p1np_ratio", 12, 24),
        "fat month 120 - month 0": (100.0 * fat[0], 100.0 * fat[1]),
        "LS BMD years 3-10 with estradiol from month 12": (stopped[0] / 7.0, stopped[1] / 7.0),
        "surgical: LS BMD month 18": _gain(frames["surgical"], spine, 0, 18),
    }


# Three years are too few for what the healthy study says of ten.
POSTMENOPAUSAL_ROWS = {
    label: name for label, name in HEALTHY_ROWS.items() if name != "osteocyte_density_change"
}


def postmenopausal_values(frames: Frames) -> Values:
    """Return the histomorphometry of three untreated years, long after the menopause."""
    return _rows(pool(frames["postmenopausal"], 0, 36), POSTMENOPAUSAL_ROWS)


YOUNG_MAN_ROWS = POSTMENOPAUSAL_ROWS  # five years are too few as well


def young_man_values(frames: Frames) -> Values:
    """Return the histomorphometry of five years of the young man."""
    return _rows(pool(frames["young man"], 0, 60), YOUNG_MAN_ROWS)


COURSE = (
    Chart("bmd_lumbar_spine_pct", "lumbar spine BMD, % of month 0"),
    Chart("bmd_cancellous_pct", "cancellous mineral, % of month 0"),
    Chart("ac_f_per_year", "activation frequency, /year", months=6),
    Chart("ctx_ratio", "CTX over baseline", months=6),
    Chart("p1np_ratio", "P1NP over baseline", months=6),
    Chart("es_bs", "eroded surface, %", 100.0, 6),
    Chart("tb_th_um", "Tb.Th, um"),
    Chart("hole_area_fraction", "holes, % of the plate", 100.0),
    Chart("fat_fraction", "marrow fat, %", 100.0),
)

STUDIES = {
    "healthy": Study(
        "Healthy bone",
        "Ten years of the premenopausal woman after her burn-in, untreated.",
        100,
        {"healthy": Arm("healthy")},
        healthy_values,
        {"healthy": (12, 60, 120)},
        COURSE,
    ),
    "menopause": Study(
        "The menopause",
        "The same patches with and without the menopausal transition, with estradiol from its "
        "second year, and after the removal of the ovaries.",
        100,
        {
            "healthy": Arm("healthy"),
            "menopause": Arm("estrogen_loss"),
            "estradiol": Arm("hormone_therapy"),
            "surgical": Arm("surgical_menopause", {"years": "2"}),
        },
        menopause_values,
        {"menopause": (12, 24, 36, 60, 120), "estradiol": (36, 120)},
        COURSE,
    ),
    "postmenopausal": Study(
        "The postmenopausal woman",
        "Three untreated years of the premenopausal woman after her menopause.",
        100,
        {"postmenopausal": Arm("postmenopausal")},
        postmenopausal_values,
        {"postmenopausal": (12, 36)},
    ),
    "young_man": Study(
        "The young man",
        "Five years of the young man after his burn-in, untreated. His cells are those of the "
        "premenopausal woman.",
        100,
        {"young man": Arm("young_man", {"years": "5"})},
        young_man_values,
        {"young man": (12, 60)},
    ),
    **DIRECTIONS,
    **DISEASES,
    **DRUGS,
    **SEQUENCES,
    **SILENCING,
    **ROBUSTNESS,
    **ANIMALS,
}
