"""Drugs of osteoporosis in the postmenopausal woman: the marks by which each is known.

Serum markers are means of three months over those of the same patches with calcium and vitamin D
alone, over their whole three years, since three months of a few patches are no baseline. Density
is the change since month 0.
"""

from __future__ import annotations

from functools import partial

import numpy as np
import pandas as pd

from bmu_abm.validation.pooled import Stretch, jackknife
from bmu_abm.validation.study import Arm, Frames, Study, Values
from bmu_abm.validation.treated import (
    BACKGROUND,
    CHARTS,
    CTX,
    HIP,
    NTX,
    P1NP,
    SPINE,
    change,
    largest,
    mean,
)

UNTREATED = "calcium and D"
BASELINE_MONTHS = 36.0
# arm: months in which density is told; LS and TH.
DENSITY: dict[str, tuple[tuple[str, str, float], ...]] = {
    "denosumab": (("LS", SPINE, 12), ("LS", SPINE, 36), ("TH", HIP, 36)),
    "alendronate": (("LS", SPINE, 12), ("LS", SPINE, 36), ("TH", HIP, 36)),
    "zoledronate": (("LS", SPINE, 36), ("TH", HIP, 36)),
    "teriparatide": (("LS", SPINE, 21), ("TH", HIP, 21)),
    "PTH infusion": (("LS", SPINE, 12),),
    "romosozumab": (("LS", SPINE, 12), ("TH", HIP, 12)),
    "odanacatib": (("LS", SPINE, 24), ("LS", SPINE, 36), ("TH", HIP, 24)),
    "raloxifene": (("LS", SPINE, 36), ("TH", HIP, 36)),
    "estradiol": (("LS", SPINE, 36), ("TH", HIP, 36)),
    "calcium and D": (("LS", SPINE, 36), ("TH", HIP, 36)),
    "strontium": (("LS", SPINE, 36),),
}
# arm: stretches of months over which markers are told.
MARKERS: dict[str, tuple[tuple[str, str, float, float], ...]] = {
    "denosumab": (
        ("CTX", CTX, 0, 6),
        ("CTX", CTX, 6, 36),
        ("CTX", CTX, 3, 6),
        ("P1NP", P1NP, 0, 1),
        ("P1NP", P1NP, 3, 6),
        ("P1NP", P1NP, 12, 36),
    ),
    "alendronate": (
        ("CTX", CTX, 12, 36),
        ("P1NP", P1NP, 12, 36),
        ("ES/BS", "es_bs", 12, 36),
    ),
    "zoledronate": (("CTX", CTX, 12, 36), ("P1NP", P1NP, 12, 36)),
    "teriparatide": (("P1NP", P1NP, 3, 6), ("CTX", CTX, 0, 1), ("CTX", CTX, 3, 6)),
    "PTH infusion": (("CTX", CTX, 3, 6), ("P1NP", P1NP, 3, 6)),
    "romosozumab": (
        ("P1NP", P1NP, 0, 1),
        ("P1NP", P1NP, 9, 12),
        ("CTX", CTX, 0, 12),
    ),
    "odanacatib": (("NTX", NTX, 0, 24), ("P1NP", P1NP, 0, 24)),
    "raloxifene": (("CTX", CTX, 3, 36), ("P1NP", P1NP, 3, 36)),
    "alendronate stopped": (("CTX", CTX, 81, 84), ("CTX", CTX, 60, 84)),
}


def months(start: float, end: float) -> str:
    """Return a stretch of months in words: its first and last month, or the only one."""
    return f"month {end:g}" if end - start == 1 else f"months {start + 1:g}-{end:g}"


def _over_rest(
    frames: Frames, arm: str, name: str, start: float, end: float
) -> tuple[float, float]:
    """Return a column over its mean of the same patches without a drug."""
    treated = Stretch(frames[arm], start, end).mean(name)
    return jackknife(treated, Stretch(frames[UNTREATED], 0, BASELINE_MONTHS).mean(name))


def _relative(frame: pd.DataFrame, name: str, end: float) -> tuple[float, float]:
    stretch = Stretch(frame, 0, end)
    return jackknife(100.0 * (stretch.last(name) - stretch.first(name)), stretch.first(name))


def _after_denosumab(frames: Frames) -> Values:
    """Return what follows the last dose, that of month 18, whose effect ends in month 24."""
    arm = "denosumab stopped"
    rows: Values = {}
    for label, name in (("CTX", CTX), ("P1NP", P1NP)):
        peak, month = largest(partial(_over_rest, frames, arm, name), 24, 42)
        rows[f"{arm}: {label}, largest of three months"] = peak
        rows[f"{arm}: {label} is largest, months after the effect"] = (month - 24.0, float("nan"))
        rows[f"{arm}: {label} months 49-54"] = _over_rest(frames, arm, name, 48, 54)
    rows[f"{arm}: LS, first 12 months off"] = mean(change(frames, arm, SPINE, 24, 36))
    return rows


def _extras(frames: Frames) -> Values:
    """Return what is known of single drugs."""
    cells = "n_osteoclast"
    equal = _over_rest(frames, "odanacatib", "resorption_ratio", 0, 24)
    rows = {
        "denosumab alone: lowest serum calcium over its start": _lowest(frames["denosumab alone"]),
        "teriparatide: BV/TV month 21": _relative(frames["teriparatide"], "bv_tv", 21),
        "romosozumab: gain in months 1-3 over that in 12": _early_share(frames),
        "romosozumab: begun on quiescent surface of all beyond usual, months 1-3": _modelled(
            frames, 3
        ),
        "odanacatib: osteoclasts months 1-24": _over_rest(frames, "odanacatib", cells, 0, 24),
        "odanacatib: resorption months 1-24": equal,
        "odanacatib: P1NP over that of denosumab at as much resorption": _spared(frames),
        "strontium: LS as it is read month 36": mean(
            change(frames, "strontium", "bmd_lumbar_spine_dxa_pct", 0, 36)
        ),
        "alendronate: microdamage month 36": mean(
            Stretch(frames["alendronate"], 0, 36).last("microdamage_ratio")
        ),
    }
    index = "atypical_fracture_index"
    for label, start, end in (
        ("alendronate: index of atypical fracture, months 12-60", 12, 60),
        ("alendronate stopped: the same, months 60-84", 60, 84),
    ):
        rows[label] = mean(change(frames, "alendronate stopped", index, start, end))
    return rows


def _modelled(frames: Frames, end: float) -> tuple[float, float]:
    """Return how much of the formation beyond the usual began on surface not resorbed before."""
    begun, usual = (Stretch(frames[arm], 0, end) for arm in ("romosozumab", UNTREATED))
    modelled, filled = begun.sum("sum_modelled_sites"), begun.sum("sum_started_sites")
    return jackknife(modelled, modelled + filled - usual.sum("sum_started_sites"))


def _spared(frames: Frames) -> tuple[float, float]:
    """Return P1NP under odanacatib less that of denosumab, drawn to as much resorption.

    Between denosumab and no drug, formation is taken to follow resorption in a straight line.
    """
    told = {
        (arm, name): _over_rest(frames, arm, name, 0, 24)
        for arm in ("odanacatib", "denosumab")
        for name in ("resorption_ratio", P1NP)
    }
    resorbed, formed = (told["odanacatib", name] for name in ("resorption_ratio", P1NP))
    low, few = (told["denosumab", name] for name in ("resorption_ratio", P1NP))
    slope = (1.0 - few[0]) / max(1e-9, 1.0 - low[0])
    level = few[0] + slope * (resorbed[0] - low[0])
    error = np.sqrt(formed[1] ** 2 + few[1] ** 2 + (slope * resorbed[1]) ** 2)
    return formed[0] - level, float(error)


def _lowest(frame: pd.DataFrame) -> tuple[float, float]:
    calcium = frame.pivot_table(
        index=["seed", "replicate"], columns="month", values="serum_calcium_mmol_per_l"
    )
    return jackknife(calcium.min(axis=1).to_numpy(float), calcium[0.0].to_numpy(float))


def _early_share(frames: Frames) -> tuple[float, float]:
    return jackknife(*(change(frames, "romosozumab", SPINE, 0, end) for end in (3, 12)))


def drugs_values(frames: Frames) -> Values:
    """Return markers and density under each drug, and after some."""
    rows: Values = {}
    for arm, told in MARKERS.items():
        for label, name, start, end in told:
            rows[f"{arm}: {label} {months(start, end)}"] = _over_rest(frames, arm, name, start, end)
    for arm, read in DENSITY.items():
        for label, name, month in read:
            rows[f"{arm}: {label} month {month:g}"] = mean(change(frames, arm, name, 0, month))
    return rows | _after_denosumab(frames) | _extras(frames)


def _with_background(scenario: str, years: int, **settings: str) -> Arm:
    told = {f"intervention.0.{name}": value for name, value in settings.items()}
    return Arm(scenario, {"years": str(years), **told}, BACKGROUND)


DRUGS = {
    "drugs": Study(
        "Drugs of osteoporosis",
        "The postmenopausal woman under each drug, and after denosumab and alendronate. As in the "
        "trials, all arms but one get 1000 mg of calcium and 20 ug of vitamin D a day.",
        64,
        {
            UNTREATED: Arm("postmenopausal", {"years": "3"}, BACKGROUND),
            "denosumab stopped": _with_background("denosumab_stop", 5),
            "alendronate": _with_background("alendronate", 3),
            "teriparatide": _with_background("teriparatide_stop", 2),
            "romosozumab": _with_background("romosozumab_stop", 1),
            "denosumab": _with_background("denosumab_continuous", 3),
            "denosumab alone": Arm("denosumab_continuous", {"years": "1"}),
            "alendronate stopped": _with_background("alendronate_holiday", 7),
            "zoledronate": _with_background("zoledronate", 3),
            "PTH infusion": Arm(
                "pth_infusion",
                {"years": "1", "host": "postmenopausal_woman", "intervention.0.level": "0.75"},
                BACKGROUND,
            ),
            "odanacatib": _with_background("odanacatib_holiday", 3, stop_month="36"),
            "raloxifene": _with_background("raloxifene", 3),
            "estradiol": _with_background("estradiol_stop", 3, stop_month="36"),
            "strontium": _with_background("strontium_ranelate", 3),
        },
        drugs_values,
        budgets={"denosumab": (12, 36), "alendronate": (12, 36), "odanacatib": (12, 24, 36)},
        charts=CHARTS,
    ),
}
