"""The short table that closes a run."""

from __future__ import annotations

import math
from pathlib import Path

import pandas as pd

from bmu_abm.runs.ensemble import Ensemble
from bmu_abm.runs.summary import (
    FLOWS,
    TARGET_SE_BMD,
    Estimate,
    at_month,
    estimate,
    over_window,
    replicates_needed,
)

MONTHS = (0, 12, 36)
# column: (heading, factor, decimals)
COLUMNS = {
    "bmd_lumbar_spine_pct": ("LS BMD %", 1, 2),
    "bmd_total_hip_pct": ("TH BMD %", 1, 2),
    "ctx_ratio": ("CTX x", 1, 2),
    "p1np_ratio": ("P1NP x", 1, 2),
    "ac_f_per_year": ("Ac.f /year", 1, 2),
    "fat_fraction": ("fat %", 100, 1),
}
_WIDTH = 16


def closing_table(ensemble: Ensemble, folder: Path) -> str:
    """Return the table, what it rests on, and where the files are."""
    frame = ensemble.frame()
    shown = [name for name in COLUMNS if name in frame]
    head = "month".rjust(6) + "".join(COLUMNS[name][0].rjust(_WIDTH) for name in shown)
    lines = [_line(frame, month, shown) for month in _months(frame)]
    return "\n".join([head, *lines, *_notes(ensemble, frame), f"results in {folder}"])


def _months(frame: pd.DataFrame) -> list[float]:
    last = frame["month"].max()
    return sorted({*(month for month in MONTHS if month <= last), last})


def _line(frame: pd.DataFrame, month: float, shown: list[str]) -> str:
    rows, window = at_month(frame, month), over_window(frame, month)
    cells = []
    for name in shown:
        smooth = name in FLOWS and len(window) > 0
        cells.append(_cell(estimate(window if smooth else rows, name), *COLUMNS[name][1:]))
    return f"{month:6g}" + "".join(cell.rjust(_WIDTH) for cell in cells)


def _cell(value: Estimate, factor: float, decimals: int) -> str:
    if not math.isfinite(value.mean):
        return "-"
    text = f"{factor * value.mean:.{decimals}f}"
    return f"{text} ± {factor * value.se:.{decimals}f}" if math.isfinite(value.se) else text


def _notes(ensemble: Ensemble, frame: pd.DataFrame) -> list[str]:
    runs, failures = ensemble.runs, ensemble.failures
    surface = runs["surface_mm2"].sum()
    notes = [f"mean ± standard error of {len(runs)} patches, {surface:g} mm2 of surface; "]
    notes[0] += "markers and Ac.f over the 3 months before"
    needed = replicates_needed(at_month(frame, frame["month"].max()))
    if needed is not None and needed > len(runs):
        notes.append(f"{needed} replicates would bring LS BMD to ± {TARGET_SE_BMD}")
    if len(failures):
        notes.append(f"{len(failures)} failed, the first with: {failures['error'].iloc[0]}")
    return notes
