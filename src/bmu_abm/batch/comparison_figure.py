"""figure.png of a comparison: differences from the reference, with their confidence bands."""

from __future__ import annotations

import math
from dataclasses import dataclass

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from bmu_abm.batch.look import COLOURS, page, plain, png
from bmu_abm.runs.figure import SECONDARY, month_ticks, spread, style

_WIDTH, _PANEL, _GAP, _HEAD, _FOOT = 9.0, 0.95, 0.46, 1.02, 0.5
_LEFT, _RIGHT = 0.085, 0.66


@dataclass(frozen=True)
class Panel:
    """One readout: its column, title and unit; values are multiplied by `factor` for display."""

    column: str
    title: str
    unit: str
    factor: float = 1.0
    decimals: int = 2


PANELS = (
    Panel("bmd_lumbar_spine_pct", "Lumbar spine BMD", "points of % change"),
    Panel("bmd_total_hip_pct", "Total hip BMD", "points of % change"),
    Panel("ctx_ratio", "CTX", "× untreated mean; over 3 months"),
    Panel("p1np_ratio", "P1NP", "× untreated mean; over 3 months"),
    Panel("bv_tv", "BV/TV", "points of %", 100),
    Panel("n_osteoclast", "Osteoclasts", "number in a patch"),
    Panel("n_osteoblast", "Osteoblasts", "number in a patch", 1.0, 1),
    Panel("fat_fraction", "Marrow fat", "points of % of marrow", 100, 1),
)


def comparison_png(table: pd.DataFrame) -> bytes:
    """Draw the differences of every arm from the reference.

    Parameters
    ----------
    table : DataFrame
        As `bmu_abm.batch.differences.differences` makes it.

    Returns
    -------
    bytes
        A PNG image.
    """
    there = set(table["readout"])
    panels = [panel for panel in PANELS if panel.column in there] or [_any(table)]
    height = _HEAD + len(panels) * (_PANEL + _GAP) + _FOOT
    arms = list(dict.fromkeys(table["arm"]))
    with style():
        pairs = int(table["n"].max())
        told = f"differences from {table['reference'].iloc[0]}, paired over {pairs} patches"
        told += "; shade: 95 % confidence of each month alone" if pairs > 1 else ""
        title = f"{', '.join(arms)} against {table['reference'].iloc[0]}"
        figure = page(_WIDTH, height, title.replace("_", " "), told.replace("_", " "))
        axes = _axes(figure, len(panels), height)
        for panel, ax in zip(panels, axes, strict=True):
            _draw(ax, panel, table[table["readout"] == panel.column], arms)
        _time_axis(axes, float(table["month"].max()))
        return png(figure)


def _any(table: pd.DataFrame) -> Panel:
    name = table["readout"].iloc[0]
    return Panel(name, name, "")


def _axes(figure: Figure, panels: int, height: float) -> list[Axes]:
    axes: list[Axes] = []
    for i in range(panels):
        bottom = height - _HEAD - i * (_PANEL + _GAP) - _PANEL
        box = (_LEFT, bottom / height, _RIGHT - _LEFT, _PANEL / height)
        axes.append(figure.add_axes(box, sharex=axes[0] if axes else None))
    return axes


def _draw(ax: Axes, panel: Panel, rows: pd.DataFrame, arms: list[str]) -> None:
    for arm, colour in zip(arms, _colours(len(arms)), strict=True):
        one = rows[rows["arm"] == arm].sort_values("month")
        values = one[["difference", "low", "high"]] * panel.factor
        ax.fill_between(one["month"], values["low"], values["high"], color=colour, alpha=0.15, lw=0)
        ax.plot(one["month"], values["difference"], color=colour, lw=1.9, solid_capstyle="round")
    plain(ax, "y")
    ax.yaxis.set_major_locator(MaxNLocator(nbins=3, steps=[1, 2, 2.5, 5, 10]))
    ax.tick_params(labelbottom=False)
    look = {"xycoords": "axes fraction", "textcoords": "offset points", "va": "baseline"}
    ax.annotate(panel.title, (0, 1), (-34, 8), fontsize=9.5, **look)  # type: ignore[arg-type]
    ax.annotate(panel.unit, (1, 1), (0, 8), ha="right", color=SECONDARY, **look)  # type: ignore[arg-type]
    _ends(ax, panel, rows, arms)


def _colours(n: int) -> list[str]:
    return [COLOURS[i % len(COLOURS)] for i in range(n)]


def _ends(ax: Axes, panel: Panel, rows: pd.DataFrame, arms: list[str]) -> None:
    """Write the last difference of every arm beside its line, with half the width of its band."""
    last = [rows[rows["arm"] == arm].sort_values("month").iloc[-1] for arm in arms]
    low, high = ax.get_ylim()
    heights = [(row["difference"] * panel.factor - low) / (high - low) for row in last]
    places = spread(heights, 0.28)
    for arm, row, place, colour in zip(arms, last, places, _colours(len(arms)), strict=True):
        half = (row["high"] - row["low"]) / 2 * panel.factor
        text = f"{panel.factor * row['difference']:+.{panel.decimals}f}".replace("-", "−")
        text += f" ± {half:.{panel.decimals}f}" if math.isfinite(half) else ""
        for points, words, look in (
            (10, "●", {"color": colour, "fontsize": 6}),
            (20, text, {}),
            (104, arm.replace("_", " "), {"color": SECONDARY}),
        ):
            ax.annotate(
                words,
                (1, place),
                (points, 0),
                xycoords="axes fraction",
                textcoords="offset points",
                va="center",
                annotation_clip=False,
                **look,
            )


def _time_axis(axes: list[Axes], last: float) -> None:
    axes[-1].set_xlim(0, max(last, 1e-9))
    axes[-1].set_xticks(month_ticks(last))
    axes[-1].tick_params(axis="x", labelbottom=True, pad=5)
    axes[-1].set_xlabel("month", fontsize=8, color=SECONDARY)
