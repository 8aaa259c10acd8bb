"""Half a step, twice the patch: neither may change the bone."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from bmu_abm.validation.pooled import Stretch, in_errors, jackknife, pool
from bmu_abm.validation.study import Arm, Frames, Study, Values

POOLED = {  # label: pooled quantity of the three years
    "Ac.f": "ac_f",
    "BFR/BS": "bfr_bs",
    "MS/BS": "ms_bs",
    "OS/BS": "os_bs",
    "ES/BS": "es_bs",
    "W.Th": "w_th",
    "E.De": "e_de",
    "fat": "fat",
    "Tb.Th": "tb_th",
}
SPINE, DENSITY = "bmd_lumbar_spine_pct", "LS BMD month 36"
_YEARS = {"years": "3"}
_ABOUT = (
    "Three years after the burn-in {}, beside the plain ones. Differences of pooled quantities are "
    "given in their standard errors, that of density in points; below them stands each quantity of "
    "either arm."
)


def difference(other: str) -> Callable[[Frames], Values]:
    """Return how a study tells the difference of arm `other` from the plain one."""

    def values(frames: Frames) -> Values:
        base, changed = (told(frames[arm]) for arm in ("base", other))
        rows: Values = {}
        for label in POOLED:
            (mean, se), (was, error) = changed[label], base[label]
            rows[label] = (in_errors(mean - was, float(np.hypot(se, error))), np.nan)
        (gain, se), (was, error) = changed[DENSITY], base[DENSITY]
        rows[DENSITY] = (gain - was, float(np.hypot(se, error)))
        for label in base:
            rows[f"{label}, plain"] = base[label]
            rows[f"{label}, {other}"] = changed[label]
        return rows

    return values


def told(frame: pd.DataFrame) -> Values:
    """Return every quantity of an arm, with its standard error."""
    pooled = pool(frame, 0, 36)
    values: Values = {
        label: (float(pooled["mean"][key]), float(pooled["se"][key]))
        for label, key in POOLED.items()
    }
    stretch = Stretch(frame, 0, 36)
    gain = stretch.last(SPINE) - stretch.first(SPINE)
    return values | {DENSITY: jackknife(gain, np.ones(stretch.patches))}


ROBUSTNESS = {
    "half_step": Study(
        "Half a step",
        _ABOUT.format("with two steps a day"),
        100,
        {
            "base": Arm("healthy", _YEARS),
            "half step": Arm("healthy", {**_YEARS, "steps_per_day": "2"}),
        },
        difference("half step"),
    ),
    "twice_the_patch": Study(
        "Twice the patch",
        _ABOUT.format("on patches of 4 mm2"),
        200,
        {
            "base": Arm("healthy", _YEARS),
            "twice": Arm("healthy", {**_YEARS, "patch.sites": "[200, 100]"}),
        },
        difference("twice"),
    ),
}
