"""What follows denosumab: nothing, a bisphosphonate or teriparatide; and nothing stored.

The last dose is that of month 18, so that its effect ends in month 24. Markers are over those of
the untreated patches in the same months.
"""

from __future__ import annotations

import numpy as np

from bmu_abm.validation.course import Chart
from bmu_abm.validation.pooled import Floats, Stretch, jackknife
from bmu_abm.validation.study import BACKGROUND, Arm, Frames, Study, Values

SPINE, HIP = "bmd_lumbar_spine_pct", "bmd_total_hip_pct"
CTX, P1NP = "ctx_ratio", "p1np_ratio"
UNTREATED, STOPPED = "untreated", "nothing"
END = 24
FOLLOWED = ("alendronate", "zoledronate", "teriparatide")
NO_STORES, NO_STORES_UNTREATED = "no stores, stopped", "no stores, untreated"


def _over(
    frames: Frames, arm: str, control: str, name: str, start: float, end: float
) -> tuple[float, float]:
    treated = Stretch(frames[arm], start, end).mean(name)
    return jackknife(treated, Stretch(frames[control], start, end).mean(name))


def _mean(values: Floats) -> tuple[float, float]:
    return jackknife(values, np.ones(len(values)))


def _off(frames: Frames, arm: str, name: str, months: int = 12) -> Floats:
    stretch = Stretch(frames[arm], END, END + months)
    return stretch.last(name) - stretch.first(name)


def largest(frames: Frames, arm: str, control: str, name: str) -> tuple[float, float]:
    """Return the largest pooled mean of three months in the year and a half off, over a control."""
    ends = range(END + 3, END + 19)
    return max(_over(frames, arm, control, name, end - 3, end) for end in ends)


def sequence_values(frames: Frames) -> Values:
    """Return overshoot and loss after denosumab, by what follows it."""
    rows: Values = {}
    for arm in (NO_STORES, STOPPED, *FOLLOWED):
        control = NO_STORES_UNTREATED if arm == NO_STORES else UNTREATED
        rows[f"{arm}: CTX months 25-30"] = _over(frames, arm, control, CTX, END, END + 6)
        rows[f"{arm}: CTX, largest of three months"] = largest(frames, arm, control, CTX)
    for arm in (STOPPED, *FOLLOWED):
        rows[f"{arm}: P1NP months 31-36"] = _over(frames, arm, UNTREATED, P1NP, 30, 36)
        for label, name in (("LS", SPINE), ("TH", HIP)):
            change = _off(frames, arm, name)
            rows[f"{arm}: {label}, first 4 months off"] = _mean(_off(frames, arm, name, 4))
            rows[f"{arm}: {label}, first 12 months off"] = _mean(change)
            if arm != STOPPED:
                spared = change - _off(frames, STOPPED, name)
                rows[f"{arm} over nothing: {label}, first 12 months off"] = _mean(spared)
    return rows


SEQUENCES = {
    "sequences": Study(
        "What follows denosumab",
        "The postmenopausal woman after two years of denosumab: with nothing, with a "
        "bisphosphonate, with teriparatide; and where no store fills while RANKL is blocked. All "
        "arms get 1000 mg of calcium and 20 ug of vitamin D a day.",
        64,
        {
            UNTREATED: Arm("postmenopausal", {"years": "4"}, BACKGROUND),
            STOPPED: Arm("denosumab_stop", given=BACKGROUND),
            "alendronate": Arm("denosumab_then_alendronate", given=BACKGROUND),
            "zoledronate": Arm("denosumab_then_zoledronate", given=BACKGROUND),
            "teriparatide": Arm("denosumab_then_teriparatide", given=BACKGROUND),
            NO_STORES_UNTREATED: Arm(
                "denosumab_stop_no_stores", {"intervention.0.dose": "0"}, BACKGROUND
            ),
            NO_STORES: Arm("denosumab_stop_no_stores", given=BACKGROUND),
        },
        sequence_values,
        charts=(
            Chart(CTX, "CTX over baseline", months=3),
            Chart(P1NP, "P1NP over baseline", months=3),
            Chart(SPINE, "lumbar spine BMD, % of month 0"),
            Chart(HIP, "total hip BMD, % of month 0"),
        ),
    ),
}
