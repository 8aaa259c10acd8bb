"""Silenced genes: SHN3 in osteoblasts of woman and mouse, Zfp467 in grafted cells of fat.

Directions are told in standard errors of the paired difference, as in `directions.py`.
"""

from __future__ import annotations

from functools import partial

from bmu_abm.validation.course import Chart
from bmu_abm.validation.directions import BONE, as_errors, bone_over, over
from bmu_abm.validation.pooled import (
    Floats,
    Stretch,
    jackknife,
    jackknife_difference,
    ratio_of,
)
from bmu_abm.validation.study import Arm, Frames, Study, Values

SLIT3, VESSELS, FORMATION = "slit3_ng_ml", "type_h_ratio", "bfr_bs_um_per_year"
UNTREATED, TREATED, BY_SLIT3 = "untreated", "siSHN3", "siSHN3 by SLIT3 alone"
PLAIN, SILENT = "with Zfp467", "without Zfp467"


def _effect(frames: Frames, name: str, start: float, end: float) -> Floats:
    treated, control = (Stretch(frames[arm], start, end).mean(name) for arm in (TREATED, UNTREATED))
    return treated - control


def shn3_values(given: int, end: int, frames: Frames) -> Values:
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
    rows["capillaries before formation, difference"] = as_errors(*jackknife_difference(*parts))
    label = f"{TREATED} over {UNTREATED}: bone month {end}"
    return rows | bone_over(label, frames, TREATED, UNTREATED, end)


def woman_values(frames: Frames) -> Values:
    """Return what SHN3 does, and how much of it by SLIT3 and its vessels alone."""
    rows = shn3_values(0, 12, frames)
    for arm, start, end in ((TREATED, 0, 3), (BY_SLIT3, 0, 3), (BY_SLIT3, 6, 12)):
        label = f"{arm} over {UNTREATED}: formation, months {start + 1}-{end}"
        rows[label] = ratio_of(frames[arm], frames[UNTREATED], FORMATION, start, end)
    return rows | bone_over(f"{BY_SLIT3}: bone month 12", frames, BY_SLIT3, UNTREATED, 12)


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
_EXOSOMES = [{"use": "exosome_sishn3", "start_month": 0, "carrier": "engineered_exosome"}]
_SLIT3_ALONE = {
    f"parameters.edge.shn3.{other}": "0"
    for other in ("runx2_osterix", "ob_vigour", "rankl_osteoblast")
}
_HALF_A_YEAR = {"years": "0.5"}
_GRAFTED = {**_HALF_A_YEAR, "intervention.1.route": "intramarrow"}
SILENCING = {
    "sishn3": Study(
        "Exosomes with siRNA against SHN3",
        "A year of exosomes that carry a targeting peptide, once a week in the postmenopausal "
        "woman, the same patches without, and with SLIT3 as all that SHN3 acts on.",
        100,
        {
            UNTREATED: Arm("postmenopausal", {"years": "1"}),
            TREATED: Arm("postmenopausal", {"years": "1"}, _EXOSOMES),
            BY_SLIT3: Arm("postmenopausal", {"years": "1", **_SLIT3_ALONE}, _EXOSOMES),
        },
        woman_values,
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
        partial(shn3_values, 1, 6),
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
