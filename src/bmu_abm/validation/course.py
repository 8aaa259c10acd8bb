"""The course of a study: means over the patches of every arm, month by month, in small charts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_COLOURS = ("#55606E", "#B8371C", "#3E8BD3", "#C9A640", "#43083E")
_COLUMNS, _WIDE, _HIGH = 3, 2.9, 2.1


@dataclass(frozen=True)
class Chart:
    """A readout over time.

    Attributes
    ----------
    column : str
        The readout.
    title : str
        What it is, with its unit.
    scale : float
        Values are multiplied by it.
    months : int
        Rows of so many months are averaged: flows of one patch come in bursts.
    """

    column: str
    title: str
    scale: float = 1.0
    months: int = 1


def smoothed(frame: pd.DataFrame, chart: Chart) -> pd.DataFrame:
    """Return a readout over patches and stretches of months.

    Returns
    -------
    DataFrame
        Index: middle of the stretch in months; columns `mean, se`.
    """
    month = frame["month"]
    stretch = np.where(month > 0, np.ceil(month / chart.months) - 1, -1)
    rows = frame[frame[chart.column].notna() & ((month > 0) | (chart.months == 1))]
    grouped = rows.groupby([stretch[rows.index], rows["seed"], rows["replicate"]])
    means = grouped.agg({chart.column: "mean", "month": "mean"}).groupby(level=0)
    values = chart.scale * means[chart.column].mean()
    errors = abs(chart.scale) * means[chart.column].sem()
    return pd.DataFrame(
        {"mean": values.to_numpy(), "se": errors.to_numpy()}, index=means["month"].mean()
    )


def draw_course(frames: Mapping[str, pd.DataFrame], charts: Sequence[Chart], path: Path) -> None:
    """Draw every chart: a line an arm, its standard error as a shade."""
    from matplotlib.figure import Figure

    rows = -(-len(charts) // _COLUMNS)
    figure = Figure(figsize=(_COLUMNS * _WIDE, rows * _HIGH + 0.3), layout="constrained")
    axes = figure.subplots(rows, _COLUMNS, sharex=True, squeeze=False).ravel()
    for ax, chart in zip(axes, charts, strict=False):
        _draw(ax, frames, chart)
    for ax in axes[len(charts) :]:
        ax.remove()
    for ax in axes[max(0, len(charts) - _COLUMNS) : len(charts)]:
        ax.set_xlabel("years", fontsize=8)
        ax.tick_params(labelbottom=True)
    figure.legend(
        *axes[0].get_legend_handles_labels(), loc="outside upper left", ncols=len(frames),
        frameon=False, fontsize=8,
    )  # fmt: skip
    figure.savefig(path, dpi=150)


def _draw(ax: Axes, frames: Mapping[str, pd.DataFrame], chart: Chart) -> None:
    for (arm, frame), colour in zip(frames.items(), _COLOURS, strict=False):
        line = smoothed(frame.reset_index(drop=True), chart)
        years, mean, se = line.index.to_numpy() / 12.0, line["mean"], line["se"].fillna(0.0)
        ax.plot(years, mean, color=colour, lw=1.4, label=arm)
        ax.fill_between(years, mean - se, mean + se, color=colour, alpha=0.2, lw=0)
    ax.set_title(chart.title, loc="left", fontsize=8)
    ax.tick_params(labelsize=7, length=2)
    ax.spines[["top", "right"]].set_visible(False)
