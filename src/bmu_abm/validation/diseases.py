"""Disease models beside the same patches without them: what they must move, and which way.

Directions are told in standard errors of the paired difference, as in `directions.py`.
"""

from __future__ import annotations

from bmu_abm.validation.course import Chart
from bmu_abm.validation.directions import errors_of
from bmu_abm.validation.pooled import Stretch, jackknife, ratio_of
from bmu_abm.validation.study import Arm, Frames, Study, Values

SPINE = "bmd_lumbar_spine_pct"
BONE = "bmd_cancellous_pct"
# arm: the arm of the same patches without it, and the month at which bone is compared.
CONTROLS = {
    "glucocorticoid": ("woman", 12),
    "low calcium": ("woman", 24),
    "PTH pulses": ("woman", 24),
    "PTH infusion": ("woman", 24),
    "disuse": ("man", 12),
    "loading": ("man", 12),
    "orchiectomy": ("man", 24),
    "aromatase block": ("man", 24),
}


def _bone(frames: Frames, arm: str) -> Values:
    """Return what an arm has gained over its control, in points and in standard errors."""
    control, month = CONTROLS[arm]
    rows: Values = {}
    for name, label in ((SPINE, "LS BMD"), (BONE, "cancellous mineral")):
        ends = [Stretch(frames[x], 0, month).last(name) for x in (arm, control)]
        rows[f"{arm}: {label} month {month}"] = jackknife(ends[0] - ends[1], ends[0] * 0.0 + 1.0)
        rows[f"{arm}: {label} month {month}, difference"] = errors_of(*ends)
    return rows


def _over(frames: Frames, arm: str, name: str, label: str, end: float) -> Values:
    """Return a column from month 0 to `end` over that of the control, and in standard errors."""
    control = CONTROLS[arm][0]
    means = [Stretch(frames[x], 0, end).mean(name) for x in (arm, control)]
    return {
        f"{arm}: {label} ratio": ratio_of(frames[arm], frames[control], name, 0, end),
        f"{arm}: {label}, difference": errors_of(*means),
    }


def diseases_values(frames: Frames) -> Values:
    """Return what each disease model does to bone, and by what way."""
    rows: Values = {}
    for arm in CONTROLS:
        rows |= _bone(frames, arm)
        rows |= _over(frames, arm, "bfr_bs_um_per_year", "formation months 0-6", 6)
        rows |= _over(frames, arm, "resorption_um_per_year", "resorption months 0-6", 6)
    rows |= _over(frames, "glucocorticoid", "fat_fraction", "fat year 1", 12)
    for name, label in (("pth_ratio", "PTH"), ("serum_calcium_mmol_per_l", "serum calcium")):
        rows |= _over(frames, "low calcium", name, f"{label} years 1-2", 24)
    return rows


_TWO, _ONE = {"years": "2"}, {"years": "1"}
DISEASES = {
    "diseases": Study(
        "Disease models",
        "The same patches with and without a glucocorticoid, little calcium in food, PTH (the same "
        "amount a day by injection and by infusion), disuse and loading, removal of the testes and "
        "an aromatase inhibitor.",
        100,
        {
            "woman": Arm("healthy", _TWO),
            "glucocorticoid": Arm("glucocorticoid", _ONE),
            "low calcium": Arm("calcium_deficiency", _TWO),
            "PTH pulses": Arm("pth_injections", {**_TWO, "intervention.0.level": "0.75"}),
            "PTH infusion": Arm("pth_infusion", {**_TWO, "intervention.0.level": "0.75"}),
            "man": Arm("young_man", _TWO),
            "disuse": Arm("disuse", _ONE),
            "loading": Arm("loading", _ONE),
            "orchiectomy": Arm("orchiectomy", _TWO),
            "aromatase block": Arm("aromatase_block", _TWO),
        },
        diseases_values,
        charts=(
            Chart(SPINE, "lumbar spine BMD, % of month 0"),
            Chart(BONE, "cancellous mineral, % of month 0"),
            Chart("bfr_bs_um_per_year", "BFR/BS, um/year", months=3),
            Chart("resorption_um_per_year", "resorption, um/year", months=3),
            Chart("fat_fraction", "marrow fat, %", 100.0),
            Chart("pth_ratio", "PTH over rest"),
        ),
    ),
}
