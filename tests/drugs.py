"""Drugs on a body whose patch stands still: what they do to hormones, levels and the companion."""

from __future__ import annotations

from typing import Any

import bones
from bmu_abm import bisphosphonate
from bmu_abm.model import BoneModel
from bmu_abm.systemic import skeleton

# Estradiol after the menopause: what lacks is 0.94 of the response.
LACK = {"estradiol_pmol_per_l": 48.0}


def body(*uses: Any, host: dict[str, Any] | None = None, **more: Any) -> BoneModel:
    """Return a bone without cells on its day 0, under interventions (names, or tables)."""
    courses = [{"use": use} if isinstance(use, str) else use for use in uses]
    m = bones.empty(bones.bone(host=host, interventions=courses, years=4, **more))
    m.day = 0
    return m


def live(m: BoneModel, days: int) -> BoneModel:
    """Let body and companion skeleton live for some days."""
    for _ in range(days):
        m.p = m.body.wake(m)
        bisphosphonate.take(m, m.body.new_deposits)
        bisphosphonate.meet_skeleton(m.drugs, m.skeleton, m.today, m.p)
        skeleton.step(
            m.skeleton, m.body.drivers["calcium_intake_mg_per_day"],
            m.body.vitamin_d_nmol_per_l, m.body.rankl_binders, m.today, m.p, m.body.rest,
        )  # fmt: skip
        m.today["tick"] += 1
        m.day += 1
    return m


def lived(days: int, *uses: Any, **more: Any) -> BoneModel:
    """Return what `body` is after some days."""
    return live(body(*uses, **more), days)


def level(m: BoneModel, name: str) -> float:
    """Return a level of the network, or another number of the day."""
    return float(m.today[name][0])


def state(m: BoneModel, name: str) -> float:
    """Return a number of the companion skeleton."""
    return float(m.skeleton[name][0])
