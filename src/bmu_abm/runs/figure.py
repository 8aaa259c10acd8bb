"""figure.png: the course of a run, all panels over one time axis.

Bold is the mean of the replicates, the shade their middle 80 %; the value at the end stands
beside its line with its standard error; treatments are bars at the foot.
"""

from __future__ import annotations

import io
import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any, Literal

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from bmu_abm.runs.summary import estimate
from bmu_abm.runs.treatment_bars import bar_lanes, draw_bars

TEXT, SECONDARY, HAIRLINE, STRONG = "#1F2933", "#55606E", "#E3E5E8", "#CBD0D6"
PAGE = "#FFFFFF"
RESORPTION, FORMATION = "#B8371C", "#3E8BD3"
OSTEOCLAST, OSTEOBLAST, FAT_RIM = "#43083E", "#2450C4", "#C9A640"
_FONTS = ("Roboto", "Arial", "Helvetica", "Liberation Sans", "DejaVu Sans")

_WIDTH, _PANEL, _GAP, _HEAD, _AXIS, _LANE, _FOOT = 9.0, 0.80, 0.44, 1.02, 0.42, 0.27, 0.14
_LEFT, _RIGHT, _TITLE_PT = 0.085, 0.745, 34
_DPI = 160
_LABEL_GAP = 0.36
_SHADE_FROM = 3


@dataclass(frozen=True)
class Line:
    """One readout of a panel: its column, its label and its colour."""

    column: str
    label: str
    colour: str


@dataclass(frozen=True)
class Panel:
    """A small chart: title, unit, lines; values are multiplied by `factor` for display.

    `floor` says where its axis begins: at "zero", anywhere around the values ("free", spanning
    at least `least_span`), or anywhere with a line at zero ("change").
    """

    title: str
    unit: str
    lines: tuple[Line, ...]
    factor: float = 1.0
    decimals: int = 1
    floor: Literal["zero", "free", "change"] = "zero"
    least_span: float = 0.0


PANELS = (
    Panel(
        "Bone mineral",
        "% change since month 0",
        (
            Line("bmd_lumbar_spine_pct", "lumbar spine", TEXT),
            Line("bmd_total_hip_pct", "total hip", "#8A94A0"),
        ),
        floor="change",
        least_span=2.0,
    ),
    Panel(
        "Resorption and formation",
        "× untreated mean",
        (
            Line("resorption_ratio", "resorption", RESORPTION),
            Line("formation_ratio", "formation", FORMATION),
        ),
        decimals=2,
    ),
    Panel(
        "Serum markers",
        "× untreated mean",
        (Line("ctx_ratio", "CTX", RESORPTION), Line("p1np_ratio", "P1NP", FORMATION)),
        decimals=2,
    ),
    Panel(
        "Eroded and osteoid surface",
        "% of bone surface",
        (Line("es_bs", "eroded", RESORPTION), Line("os_bs", "osteoid", FORMATION)),
        factor=100,
    ),
    Panel("Osteoclasts", "number in {surface}", (Line("n_osteoclast", "", OSTEOCLAST),)),
    Panel(
        "Osteoblasts",
        "number in {surface}",
        (Line("n_osteoblast", "", OSTEOBLAST),),
        decimals=0,
    ),
    Panel(
        "Marrow fat",
        "% of marrow",
        (Line("fat_fraction", "", FAT_RIM),),
        factor=100,
        floor="free",
        least_span=10.0,
    ),
    Panel("Estradiol", "pmol/l", (Line("estradiol_pmol_per_l", "", TEXT),), decimals=0),
)


def figure_png(
    frame: pd.DataFrame,
    title: str,
    surface_mm2: float,
    treatments: Sequence[Mapping[str, Any]] = (),
) -> bytes:
    """Draw one run.

    Parameters
    ----------
    frame : DataFrame
        `replicate, seed, month` and readouts; a panel whose columns are absent is left out.
    title : str
        Stands above the panels.
    surface_mm2 : float
        Bone surface of one patch (mm2).
    treatments : sequence of dict
        With `use`, `start_month`, `stop_month`; the bars at the foot.

    Returns
    -------
    bytes
        A PNG image.
    """
    with style():
        panels = [kept for panel in PANELS if (kept := _present(panel, frame)) is not None]
        lanes = bar_lanes(treatments, frame["month"].max())
        figure, axes, foot = _layout(len(panels), max((lane for lane, _ in lanes), default=-1) + 1)
        _headline(figure, title, frame)
        for panel, ax in zip(panels, axes, strict=True):
            _draw_panel(ax, panel, frame, surface_mm2)
        _time_axis(axes, frame["month"].to_numpy())
        draw_bars(foot, axes, lanes)
        stream = io.BytesIO()
        figure.savefig(stream, format="png", dpi=_DPI)
    return stream.getvalue()


@contextmanager
def style() -> Iterator[None]:
    """Draw inside this block in the type of the figures of a run."""
    known = {font.name for font in font_manager.fontManager.ttflist}
    settings: Any = {
        "font.family": next((name for name in _FONTS if name in known), "sans-serif"),
        "font.size": 9,
        "text.color": TEXT,
        "axes.unicode_minus": True,
        "text.parse_math": False,
    }
    with mpl.rc_context(settings):
        yield


def _present(panel: Panel, frame: pd.DataFrame) -> Panel | None:
    lines = tuple(line for line in panel.lines if line.column in frame)
    return replace(panel, lines=lines) if lines else None


def _layout(panels: int, lanes: int) -> tuple[Figure, list[Axes], Axes]:
    """Return the figure, its panels from top to bottom, and the axes of the treatment bars."""
    height = _HEAD + panels * _PANEL + (panels - 1) * _GAP + _AXIS + _LANE * lanes + _FOOT
    figure = Figure(figsize=(_WIDTH, height), dpi=_DPI, facecolor=PAGE)
    FigureCanvasAgg(figure)
    axes: list[Axes] = []
    for i in range(panels):
        bottom = height - _HEAD - i * (_PANEL + _GAP) - _PANEL
        box = (_LEFT, bottom / height, _RIGHT - _LEFT, _PANEL / height)
        axes.append(figure.add_axes(box, sharex=axes[0] if axes else None))
    box = (_LEFT, _FOOT / height, _RIGHT - _LEFT, max(_LANE * lanes, 0.01) / height)
    bars = figure.add_axes(box, sharex=axes[0])
    bars.set_ylim(max(lanes, 1), 0)
    bars.axis("off")
    return figure, axes, bars


def _headline(figure: Figure, title: str, frame: pd.DataFrame) -> None:
    left, height = _LEFT - _TITLE_PT / 72 / _WIDTH, figure.get_figheight()
    figure.text(left, 1 - 0.34 / height, title, fontsize=13, va="center")
    told = _basis(frame) + f"; values at month {frame['month'].max():g}"
    figure.text(left, 1 - 0.59 / height, told, fontsize=9, color=SECONDARY, va="center")


def _basis(frame: pd.DataFrame) -> str:
    n = len(frame[["seed", "replicate"]].drop_duplicates())
    if n == 1:
        return "one patch"
    shade = "; shade: middle 80 %" if n >= _SHADE_FROM else ""
    return f"mean of {n} patches{shade}; ± standard error"


def _draw_panel(ax: Axes, panel: Panel, frame: pd.DataFrame, surface_mm2: float) -> None:
    for line in panel.lines:
        _draw_line(ax, line, panel.factor, frame)
    _frame_panel(ax, panel, surface_mm2)
    _label_lines(ax, panel, frame)


def _draw_line(ax: Axes, line: Line, factor: float, frame: pd.DataFrame) -> None:
    by_month = (frame[line.column] * factor).groupby(frame["month"])
    mean = by_month.mean()
    if by_month.count().max() >= _SHADE_FROM:
        low, high = by_month.quantile(0.1), by_month.quantile(0.9)
        ax.fill_between(low.index, low, high, color=line.colour, alpha=0.13, linewidth=0)
    ax.plot(mean.index, mean, color=line.colour, linewidth=1.9, solid_capstyle="round")
    ax.plot(mean.index[-1:], mean.iloc[-1:], "o", color=line.colour, markersize=3.6, clip_on=False)


def _frame_panel(ax: Axes, panel: Panel, surface_mm2: float) -> None:
    _panel_title(ax, panel.title, panel.unit.format(surface=f"{surface_mm2:g} mm²"))
    low, high = ax.get_ylim()
    if panel.floor == "zero":
        ax.set_ylim(0, 1.05 * high if high > 0 else 1)
    elif high - low < panel.least_span:
        ax.set_ylim((low + high - panel.least_span) / 2, (low + high + panel.least_span) / 2)
    if panel.floor == "change":
        ax.axhline(0, color=STRONG, linewidth=1, zorder=0)
    ax.yaxis.set_major_locator(MaxNLocator(nbins=2, steps=[1, 2, 2.5, 5, 10]))
    ax.grid(axis="y", color=HAIRLINE, linewidth=0.8)
    ax.set_axisbelow(True)
    ax.spines[:].set_visible(False)
    ax.tick_params(length=0, labelsize=8, labelcolor=SECONDARY, labelbottom=False)


def _panel_title(ax: Axes, title: str, unit: str) -> None:
    line = {"textcoords": "offset points", "va": "baseline"}
    at = (-_TITLE_PT, 8)
    name = ax.annotate(title, (0, 1), at, xycoords="axes fraction", fontsize=9.5, **line)  # type: ignore[arg-type]
    figure: Any = ax.figure
    width = name.get_window_extent(figure.canvas.get_renderer()).width * 72 / figure.dpi
    beside = (at[0] + width + 7, at[1])
    ax.annotate(unit, (0, 1), beside, xycoords="axes fraction", color=SECONDARY, **line)  # type: ignore[arg-type]


def _label_lines(ax: Axes, panel: Panel, frame: pd.DataFrame) -> None:
    last = frame[frame["month"] == frame["month"].max()]
    values = [estimate(last, line.column) for line in panel.lines]
    low, high = ax.get_ylim()
    ends = [panel.factor * value.mean for value in values]
    heights = spread([(end - low) / (high - low) for end in ends], _LABEL_GAP)
    for line, value, height in zip(panel.lines, values, heights, strict=True):
        _beside(ax, height, 10, "●", fontsize=6, color=line.colour)
        _beside(ax, height, 20, _value_text(panel, value.mean, value.se))
        _beside(ax, height, 92, line.label, fontsize=8.5, color=SECONDARY)


def _beside(ax: Axes, height: float, points: float, text: str, **look: Any) -> None:
    """Write to the right of a panel, at a height between 0 and 1."""
    place: dict[str, Any] = {"xycoords": "axes fraction", "textcoords": "offset points"}
    ax.annotate(text, (1, height), (points, 0), va="center", annotation_clip=False, **place, **look)


def _value_text(panel: Panel, mean: float, se: float) -> str:
    if not math.isfinite(mean):
        return "–"
    sign = "+" if panel.floor == "change" else ""
    text = f"{panel.factor * mean:{sign}.{panel.decimals}f}".replace("-", "−")
    if se > 0:  # neither nan, nor a quantity that is the same in all patches
        text += f" ± {panel.factor * se:.{panel.decimals}f}"
    return text


def spread(heights: Sequence[float], gap: float) -> list[float]:
    """Move label heights (0 to 1) apart until none are closer than `gap`, keeping their order."""
    wanted = np.clip(np.nan_to_num(np.asarray(heights, dtype="float64"), nan=0.5), 0, 1)
    order = np.argsort(wanted, kind="stable")
    placed = wanted.copy()
    for lower, upper in pairwise(order):
        short = gap - (placed[upper] - placed[lower])
        if short > 0:
            placed[lower] -= short / 2
            placed[upper] += short / 2
    return [float(height) for height in placed]


def _time_axis(axes: Sequence[Axes], months: np.ndarray) -> None:
    last = float(months.max())
    ax = axes[-1]
    ax.set_xlim(0, max(last, 1e-9))
    ax.set_xticks(month_ticks(last))
    ax.tick_params(axis="x", labelbottom=True, pad=5)
    ax.annotate(
        "month",
        (1, 0),
        (20, -9),
        xycoords="axes fraction",
        textcoords="offset points",
        va="center",
        fontsize=8,
        color=SECONDARY,
    )


def month_ticks(last: float) -> list[float]:
    """Return at most nine ticks from month 0, in steps that a calendar knows."""
    step = next((s for s in (1, 2, 3, 6, 12, 24, 36, 60, 120) if last / s <= 8), 240)
    return [float(tick) for tick in range(0, int(last) + 1, step)]
