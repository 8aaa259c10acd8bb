"""What the page is told beside the frames: the state of the session, and points of charts."""

from __future__ import annotations

import math
from typing import Any

from bmu_abm.app import words
from bmu_abm.app.catalog import panels
from bmu_abm.app.session import Session
from bmu_abm.clock import DAYS_PER_YEAR, MONTHS_PER_YEAR

BUDGET = (
    "bmd_cancellous_pct",
    "budget_space_pct",
    "budget_balance_pct",
    "budget_perforation_pct",
    "budget_mineral_pct",
)
BIOPSY = (
    "bv_tv", "tb_th_um", "tb_n_per_mm", "tb_sp_um", "es_bs", "os_bs", "ms_bs", "oc_s_bs",
    "mar_um_per_day", "bfr_bs_um_per_year", "ac_f_per_year", "w_th_um", "e_de_um",
)  # fmt: skip


def columns() -> list[str]:
    """Return the readouts that charts and panels need, in the order in which they are sent."""
    drawn = [line[0] for panel in panels() for line in panel["lines"]]
    return list(dict.fromkeys(["month", *drawn, *BUDGET]))


def points(rows: list[dict[str, Any]], names: list[str]) -> list[list[float | None]]:
    """Return rows as lists of numbers, null where there is none."""
    return [[_number(row.get(name)) for name in names] for row in rows]


def _number(value: Any) -> float | None:
    if value is None or not math.isfinite(value):
        return None
    return float(f"{value:.5g}")


def state(session: Session) -> dict[str, Any]:
    """Return what the controls show."""
    found: dict[str, Any] = {
        "playing": session.playing,
        "speed": session.pace.days_a_second,
        "room": min(session.pace.days_a_second, session.pace.most),
        "measured": round(session.pace.measured(), 1),
        "growing": session.growing,
        "seed": session.seed,
        "ready": session.ready,
        "epoch": session.epoch,
        "fastest": session.limits.most_days_a_second,
    }
    return found | _bone_state(session) if session.ready else found


def _bone_state(session: Session) -> dict[str, Any]:
    plan, arms = session.scenario, session.arms
    counts = [len(arm.model.populations["osteoclast"]) for arm in arms]
    history = arms[0].history
    told = words.sentence(plan, session.day, history.points, counts[0])
    return {
        "day": session.day,
        "month": MONTHS_PER_YEAR * session.day / DAYS_PER_YEAR,
        "last_day": session.last_day,
        "title": plan.title,
        "name": plan.name,
        "host": plan.host.name,
        "host_title": plan.host.title,
        "surface_mm2": plan.patch.surface_mm2,
        "years": plan.years,
        "horizon_years": plan.host.horizon_years,
        "courses": [course.table() for course in plan.intervention],
        "parameters": plan.parameters,
        "host_parameters": plan.host.parameters,
        "acts": [
            {"day": act.day, "kind": act.kind, "tool": act.data.get("tool")}
            for act in session.acts
        ],
        "sentence": two_arms(session, told),
        "warnings": session.trial.warnings,
        "osteoclasts": counts,
        "arms": len(arms),
        "biopsy": _biopsy(history.months),
    }  # fmt: skip


def _biopsy(months: list[dict[str, Any]]) -> dict[str, Any]:
    last = months[-1] if months else {}
    return {name: _number(last.get(name)) for name in ("month", *BIOPSY)}


def two_arms(session: Session, told: list[str]) -> list[str]:
    """Return the sentence of a pair where there is one."""
    if len(session.arms) < 2:
        return told
    treated, untreated = (arm.history.points for arm in session.arms)
    if not treated or not untreated:
        return told
    name = "bmd_lumbar_spine_pct"
    apart = treated[-1][name] - untreated[-1][name]
    words_ = (
        f"Same trabecula, same seed: bone mineral differs by {words.signed(apart)} points in this "
        "pair. One pair is noise."
    )
    return [told[0], words_]
