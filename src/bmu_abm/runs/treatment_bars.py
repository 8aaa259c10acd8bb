"""Bars for the treatments of a run, below its panels and on the same time axis."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib.axes import Axes

ACCENT, ON_ACCENT, DOTTED = "#0F6E78", "#FFFFFF", "#A3ADB8"
_CHARACTERS = 88  # that fit in the width of the time axis


@dataclass(frozen=True)
class Bar:
    """A treatment: its name and its months; `open_end` when it goes on past the last one."""

    name: str
    start: float
    stop: float
    open_end: bool


def bar_lanes(treatments: Sequence[Mapping[str, Any]], last_month: float) -> list[tuple[int, Bar]]:
    """Return bars with their lanes (0 on top); bars of one lane do not overlap in time."""
    bars = sorted(_bars(treatments, last_month), key=lambda bar: bar.start)
    free: list[float] = []
    placed = []
    for bar in bars:
        lane = next((i for i, end in enumerate(free) if end <= bar.start), len(free))
        free[lane : lane + 1] = [max(bar.stop, bar.start + _name_months(bar, last_month))]
        placed.append((lane, bar))
    return placed


def _bars(treatments: Sequence[Mapping[str, Any]], last_month: float) -> list[Bar]:
    bars = []
    for entry in treatments:
        start = float(entry.get("start_month") or 0)
        stop = entry.get("stop_month")
        open_end = stop is None or float(stop) > last_month
        end = last_month if stop is None else min(float(stop), last_month)
        if start < last_month:
            bars.append(Bar(str(entry["use"]).replace("_", " "), start, end, open_end))
    return bars


def _name_months(bar: Bar, last_month: float) -> float:
    return len(bar.name) * last_month / _CHARACTERS


def draw_bars(ax: Axes, panels: Sequence[Axes], lanes: Sequence[tuple[int, Bar]]) -> None:
    """Draw bars in `ax`, and their starts and stops as dotted lines through all panels."""
    last = ax.get_xlim()[1]
    for lane, bar in lanes:
        ax.barh(lane + 0.5, bar.stop - bar.start, left=bar.start, height=0.78, color=ACCENT)
        _name(ax, lane, bar, last)
    edges = {bar.start for _, bar in lanes} | {bar.stop for _, bar in lanes if not bar.open_end}
    for month in edges - {0.0, last}:
        for panel in panels:
            panel.axvline(month, color=DOTTED, linewidth=0.8, linestyle=(0, (1, 2)), zorder=0)


def _name(ax: Axes, lane: int, bar: Bar, last: float) -> None:
    fits = _name_months(bar, last) + 0.02 * last <= bar.stop - bar.start
    at = bar.start if fits else bar.stop
    colour = ON_ACCENT if fits else ACCENT
    ax.annotate(
        bar.name,
        (at, lane + 0.5),
        (6, -0.5),
        textcoords="offset points",
        va="center",
        fontsize=8.5,
        color=colour,
        annotation_clip=False,
    )
