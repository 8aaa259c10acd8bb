"""Silenced genes: SHN3 in osteoblasts of woman and mouse, Zfp467 in grafted cells of fat.

Directions are told in standard errors of the paired difference, as in `directions.py`.
"""

from __future__ import annotations

from functools import partial

import numpy as np

from bmu_abm.validation.course import Chart
from bmu_abm.validation.directions import BONE, errors_of, over
from bmu_abm.validation.pooled import Floats, Stretch, jackknife
from bmu_abm.validation.study import Arm, Frames, Study, Values

SLIT3, VESSELS, FORMATION = "slit3_ng_ml", "type_h_ratio", "bfr_bs_um_per_year"
UNTREATED, TREATED = "untreated", "siSHN3"
PLAIN, SILENT = "with Zfp467", "without Zfp467"


def _effect(frames: Frames, name: str, start: float, end: float) -> Floats:
    treated, control = (Stretch(frames[arm], start, end).mean(name) for arm in (TREATED, UNTREATED))
    return treated - control


def _lead(first: tuple[Floats, Floats], second: tuple[Floats, Floats]) -> tuple[float, float]:
    """Return how much larger one ratio of sums is than another, in standard errors.

    The error is that of the linear terms of both ratios, patch by patch.
    """
    (share, terms), (other, others) = _linear(*first), _linear(*second)
    difference = terms - others
    with np.errstate(divide="ignore", invalid="ignore"):
        error = difference.std(ddof=1) / np.sqrt(len(difference))
        return float(np.divide(share - other, error)), float("nan")


def _linear(top: Floats, bottom: Floats) -> tuple[float, Floats]:
    """Return a ratio of two sums, and what each patch adds to it to first order."""
    with np.errstate(divide="ignore", invalid="ignore"):
        share = float(np.divide(top.mean(), bottom.mean()))
        return share, (top - share * bottom) / bottom.mean()


def _gained(frames: Frames, month: float) -> Values:
    ends = [Stretch(frames[arm], 0, month).last(BONE) for arm in (TREATED, UNTREATED)]
    label = f"{TREATED} over {UNTREATED}: bone month {month:g}"
    return {
        label: jackknife(ends[0] - ends[1], np.ones(len(ends[0]))),
        f"{label}, difference": errors_of(*ends),
    }


def _shn3_values(given: int, end: int, frames: Frames) -> Values:
    """Return what the month after the first dose shows, and what the later half of the months."""
    late = ((given + end) // 2, end)
    rows: Values = {}
    for name in (SLIT3, VESSELS):
        rows |= over(frames, TREATED, UNTREATED, name, given, given + 1)
    rows |= over(frames, TREATED, UNTREATED, FORMATION, *late)
    label = f"effect of the first month over that of months {late[0]}-{end}"
    parts = [
        (_effect(frames, name, given, given + 1), _effect(frames, name, *late))
        for name in (VESSELS, FORMATION)
    ]
    rows[f"capillaries: {label}"], rows[f"formation: {label}"] = (
        jackknife(*part) for part in parts
    )
    rows["capillaries before formation, difference"] = _lead(*parts)
    return rows | _gained(frames, end)


def zfp467_values(frames: Frames) -> Values:
    """Return how many fat cells there are, of donors and in all."""
    rows: Values = {}
    for name in ("n_donor_adipocyte", "n_adipocyte", "n_donor_osteoblast"):
        rows |= over(frames, SILENT, PLAIN, name, 2, 6)
    return rows


_CHARTS = (
    Chart(SLIT3, "SLIT3, ng/ml"),
    Chart(VESSELS, "capillaries of type H over rest"),
    Chart(FORMATION, "BFR/BS, um/year"),
    Chart("n_osteoblast", "osteoblasts a patch"),
    Chart("n_adipocyte", "fat cells a patch"),
    Chart(BONE, "cancellous mineral, % of month 0"),
)
_HALF_A_YEAR = {"years": "0.5"}
_GRAFTED = {**_HALF_A_YEAR, "intervention.1.route": "intramarrow"}
SILENCING = {
    "sishn3": Study(
        "Exosomes with siRNA against SHN3",
        "A year of exosomes that carry a targeting peptide, once a week in the postmenopausal "
        "woman, and the same patches without.",
        100,
        {
            UNTREATED: Arm("postmenopausal", {"years": "1"}),
            TREATED: Arm(
                "postmenopausal",
                {"years": "1"},
                [{"use": "exosome_sishn3", "start_month": 0, "carrier": "engineered_exosome"}],
            ),
        },
        partial(_shn3_values, 0, 12),
        charts=_CHARTS,
    ),
    "sishn3_mouse": Study(
        "Exosomes with siRNA against SHN3 in the mouse",
        "The same exosomes from a month after the removal of both ovaries of the mouse.",
        100,
        {
            UNTREATED: Arm("ovx_mouse", _HALF_A_YEAR),
            TREATED: Arm("exosome_sishn3_ovx_mouse", _HALF_A_YEAR),
        },
        partial(_shn3_values, 1, 6),
        charts=_CHARTS,
    ),
    "zfp467": Study(
        "Grafted cells of fat without Zfp467",
        "Three doses of stem cells of fat from a month after the removal of both ovaries of the "
        "mouse, into the marrow, with the gene and without.",
        100,
        {
            PLAIN: Arm("sc_adsc_zfp467_ovx", {**_GRAFTED, "intervention.1.adipo_bias": "1.1"}),
            SILENT: Arm("sc_adsc_zfp467_ovx", _GRAFTED),
        },
        zfp467_values,
        charts=(
            Chart("n_donor_msc", "stem cells of donors a patch"),
            Chart("n_donor_adipocyte", "fat cells of donors a patch"),
            Chart("n_adipocyte", "fat cells a patch"),
        ),
    ),
}
