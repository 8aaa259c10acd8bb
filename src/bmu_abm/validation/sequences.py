"""What follows denosumab: nothing, a bisphosphonate or teriparatide; and nothing stored.

The last dose is that of month 18, so that its effect ends in month 24. Markers are over those of
the untreated patches in the same months.
"""

from __future__ import annotations

from functools import partial

from bmu_abm.validation.pooled import Floats, Stretch, jackknife
from bmu_abm.validation.study import Arm, Frames, Study, Values
from bmu_abm.validation.treated import (
    BACKGROUND,
    CHARTS,
    CTX,
    HIP,
    P1NP,
    SPINE,
    change,
    largest,
    mean,
)

UNTREATED, STOPPED = "untreated", "nothing"
END = 24
FOLLOWED = ("alendronate", "zoledronate", "teriparatide")
NO_STORES, NO_STORES_UNTREATED = "no stores, stopped", "no stores, untreated"


def _over(
    frames: Frames, arm: str, control: str, name: str, start: float, end: float
) -> tuple[float, float]:
    treated = Stretch(frames[arm], start, end).mean(name)
    return jackknife(treated, Stretch(frames[control], start, end).mean(name))


def _off(frames: Frames, arm: str, name: str, months: int = 12) -> Floats:
    return change(frames, arm, name, END, END + months)


def sequence_values(frames: Frames) -> Values:
    """Return overshoot and loss after denosumab, by what follows it."""
    rows: Values = {}
    for arm in (NO_STORES, STOPPED, *FOLLOWED):
        control = NO_STORES_UNTREATED if arm == NO_STORES else UNTREATED
        rows[f"{arm}: CTX months 25-30"] = _over(frames, arm, control, CTX, END, END + 6)
        rows[f"{arm}: CTX, largest of three months"] = largest(
            partial(_over, frames, arm, control, CTX), END, END + 18
        )[0]
    for arm in (STOPPED, *FOLLOWED):
        rows[f"{arm}: P1NP months 31-36"] = _over(frames, arm, UNTREATED, P1NP, 30, 36)
        for label, name in (("LS", SPINE), ("TH", HIP)):
            lost = _off(frames, arm, name)
            rows[f"{arm}: {label}, first 4 months off"] = mean(_off(frames, arm, name, 4))
            rows[f"{arm}: {label}, first 12 months off"] = mean(lost)
            if arm != STOPPED:
                spared = lost - _off(frames, STOPPED, name)
                rows[f"{arm} over nothing: {label}, first 12 months off"] = mean(spared)
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
        charts=CHARTS,
    ),
}
