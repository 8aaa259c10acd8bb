"""Half a step, twice the patch: neither may change the bone."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from bmu_abm.validation.pooled import Stretch, jackknife, pool
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
SPINE = "bmd_lumbar_spine_pct"
_YEARS = {"years": "3"}
_ABOUT = (
    "Three years after the burn-in {}, beside the plain ones. Differences of pooled quantities are "
    "given in their standard errors, that of density in points."
)


def difference(other: str) -> Callable[[Frames], Values]:
    """Return how a study tells the difference of arm `other` from the plain one."""

    def values(frames: Frames) -> Values:
        base, changed = (pool(frames[arm], 0, 36) for arm in ("base", other))
        errors = (changed["mean"] - base["mean"]) / np.hypot(changed["se"], base["se"])
        rows: Values = {label: (errors[key], np.nan) for label, key in POOLED.items()}
        gains = [Stretch(frames[arm], 0, 36) for arm in (other, "base")]
        means = [jackknife(g.last(SPINE) - g.first(SPINE), np.ones(g.patches)) for g in gains]
        error = float(np.hypot(means[0][1], means[1][1]))
        return rows | {"LS BMD month 36": (means[0][0] - means[1][0], error)}

    return values


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
