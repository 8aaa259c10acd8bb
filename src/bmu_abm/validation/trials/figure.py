"""The figure of the scoreboard: what was found against what the model gives, by drug."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Okabe and Ito: told apart by the colour-blind; the marker tells drugs of one colour apart.
_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#55606E")
_MARKERS = ("o", "s", "^", "D")
_PANELS = (
    "lumbar spine, points (hollow: cross-sections)",
    "total hip, points",
    "markers and others, %",
)
_NEAR = (1.5, 1.5, 15.0)


def panel(readout: str) -> int:
    """Return in which panel a readout is drawn."""
    if not readout.startswith("bmd_"):
        return 2
    return 0 if readout.startswith("bmd_lumbar_spine") else 1


def drawn(table: pd.DataFrame) -> pd.DataFrame:
    """Return the rows that are drawn: changes and ratios in %, not rates, levels, directions."""
    shown = table["how"].isin(["change", "difference", "ratio", "baseline"])
    return table[shown & table["simulated"].notna()]


def draw(table: pd.DataFrame, path: Path) -> None:
    """Draw every row: found with the trial's scatter along x, simulated with its error along y.

    Cross-sections are hollow.
    """
    from matplotlib.figure import Figure

    rows = drawn(table)
    figure = Figure(figsize=(10.5, 4.4), layout="constrained")
    axes = figure.subplots(1, len(_PANELS))
    styles = {
        drug: (_COLOURS[k % len(_COLOURS)], _MARKERS[k // len(_COLOURS) % len(_MARKERS)])
        for k, drug in enumerate(sorted(rows["drug"].unique()))
    }
    for k, ax in enumerate(axes):
        _panel(ax, rows[rows["readout"].map(panel) == k], styles, k)
    handles = {
        label: handle
        for ax in axes
        for handle, label in zip(*ax.get_legend_handles_labels(), strict=True)
    }
    if handles:
        figure.legend(
            list(handles.values()), list(handles), loc="outside lower center",
            ncols=6, frameon=False, fontsize=7,
        )  # fmt: skip
    figure.savefig(path, dpi=150, format="png")


def _panel(ax: Axes, rows: pd.DataFrame, styles: dict[str, tuple[str, str]], number: int) -> None:
    for (drug, followed), part in rows.groupby(["drug", "followed"]):
        colour, marker = styles[str(drug)]
        below = (part["observed"] - part["low"]).clip(lower=0.0).fillna(0.0)
        above = (part["high"] - part["observed"]).clip(lower=0.0).fillna(0.0)
        ax.errorbar(
            part["observed"], part["simulated"], xerr=[below, above], yerr=part["se"].fillna(0.0),
            fmt=marker, color=colour, mfc=colour if followed else "none", ms=4, elinewidth=0.7,
            label=str(drug),
        )  # fmt: skip
    _diagonal(ax, rows, _NEAR[number])
    ax.set_title(_PANELS[number], loc="left", fontsize=9)
    ax.set_xlabel("trial", fontsize=8)
    ax.set_ylabel("model", fontsize=8)
    ax.tick_params(labelsize=7, length=2)
    ax.spines[["top", "right"]].set_visible(False)


def _diagonal(ax: Axes, rows: pd.DataFrame, near: float) -> None:
    """Draw where both agree, and the band that counts as near."""
    if rows.empty:
        return
    both = pd.concat([rows["observed"], rows["simulated"]])
    ends = [float(both.min()) - near, float(both.max()) + near]
    ax.plot(ends, ends, color="#55606E", lw=0.8)
    ax.fill_between(ends, [e - near for e in ends], [e + near for e in ends], color="#dfe6e4", lw=0)
