"""sensitivity.png: the indices of every parameter with their intervals, a panel an output."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from bmu_abm.batch.look import COLOURS, page, plain, png
from bmu_abm.runs.figure import SECONDARY, style

_WIDTH, _HEAD, _FOOT, _GAP, _ROW = 9.0, 1.05, 0.45, 0.62, 0.3
_LEFT, _RIGHT = 0.36, 0.95
_MOST_PANELS, _MOST_BARS = 8, 25
_TOLD = {
    "mu_star": "μ*: mean effect over the range",
    "S1": "S1: share of the variance, alone",
    "ST": "ST: share of the variance, with interactions",
}


def sensitivity_png(table: pd.DataFrame, title: str) -> bytes:
    """Draw the indices of up to eight outputs, the largest parameters first.

    Parameters
    ----------
    table : DataFrame
        `readout, month, parameter, index, value, low, high`.
    title : str
        Of the study.

    Returns
    -------
    bytes
        A PNG image.
    """
    shown = [name for name in _TOLD if name in set(table["index"])]
    outputs = list(table[["readout", "month"]].drop_duplicates().itertuples(index=False))
    outputs = outputs[:_MOST_PANELS]
    bars = min(table["parameter"].nunique(), _MOST_BARS)
    panel = bars * _ROW
    height = _HEAD + len(outputs) * (panel + _GAP) + _FOOT
    with style():
        told = "; ".join(_TOLD[name] for name in shown) + "; lines: 95 % by bootstrap"
        figure = page(_WIDTH, height, title, told)
        for i, (readout, month) in enumerate(outputs):
            bottom = height - _HEAD - i * (panel + _GAP) - panel
            box = (_LEFT, bottom / height, _RIGHT - _LEFT, panel / height)
            rows = table[(table["readout"] == readout) & (table["month"] == month)]
            _draw(figure.add_axes(box), rows, shown, f"{readout}, month {month:g}")
        return png(figure)


def _draw(ax: Axes, rows: pd.DataFrame, shown: list[str], title: str) -> None:
    by_index = rows.pivot(index="parameter", columns="index", values=["value", "low", "high"])
    order = by_index["value"][shown[-1]].sort_values(ascending=False).index[:_MOST_BARS]
    places = np.arange(len(order))[::-1].astype("float64")
    thick = 0.72 / len(shown)
    for i, name in enumerate(shown):
        at = places - (i - (len(shown) - 1) / 2) * thick
        value, low, high = (by_index[kind][name].loc[order] for kind in ("value", "low", "high"))
        ax.barh(at, value, height=0.86 * thick, color=COLOURS[i], alpha=0.85, label=name)
        ax.hlines(at, low, high, color=SECONDARY, linewidth=1.1)
    plain(ax, "x")
    ax.set_yticks(places, [str(name) for name in order])
    ax.set_ylim(-0.6, len(order) - 0.4)
    ax.set_title(title, fontsize=9.5, loc="left")
    if len(shown) > 1:
        ax.legend(frameon=False, fontsize=8, loc="lower right")
