"""What the figures of many runs share: page, type, colours."""

from __future__ import annotations

import io

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from bmu_abm.runs.figure import HAIRLINE, PAGE, SECONDARY, STRONG

COLOURS = ("#2450C4", "#B8371C", "#0F6E78", "#43083E", "#C9A640", "#3E8BD3")
DPI = 160


def page(width: float, height: float, title: str, told: str) -> Figure:
    """Return a figure (inches) with its headline."""
    figure = Figure(figsize=(width, height), dpi=DPI, facecolor=PAGE)
    FigureCanvasAgg(figure)
    left = 0.25 / width
    figure.text(left, 1 - 0.34 / height, title, fontsize=13, va="center")
    figure.text(left, 1 - 0.59 / height, told, fontsize=9, color=SECONDARY, va="center")
    return figure


def plain(ax: Axes, grid: str) -> None:
    """Give axes a hairline grid, a line at zero and nothing else."""
    ax.grid(axis=grid, color=HAIRLINE, linewidth=0.8)  # type: ignore[arg-type]
    ax.set_axisbelow(True)
    ax.spines[:].set_visible(False)
    ax.tick_params(length=0, labelsize=8, labelcolor=SECONDARY)
    line = ax.axhline if grid == "y" else ax.axvline
    line(0, color=STRONG, linewidth=1, zorder=0)


def png(figure: Figure) -> bytes:
    """Return a figure as a PNG image."""
    stream = io.BytesIO()
    figure.savefig(stream, format="png", dpi=DPI)
    return stream.getvalue()
