"""A page: a figure measured in pixels of 1/96 inch from its left upper corner."""

from __future__ import annotations

from collections.abc import Sequence
from os import PathLike
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import FancyBboxPatch

from bmu_abm.pictures import furniture
from bmu_abm.pictures.colour import ramp
from bmu_abm.pictures.furniture import PX
from bmu_abm.pictures.palette import Palette

DPI = 192


class Page:
    """Places cards, pictures and words.

    Parameters
    ----------
    width, height : float
        Size in pixels of 1/96 inch.
    palette : Palette
        Of the theme.
    """

    def __init__(self, width: float, height: float, palette: Palette) -> None:
        self.width, self.height, self.palette = width, height, palette
        self.figure = Figure(figsize=(width / 96, height / 96), dpi=DPI, facecolor=palette.page)
        FigureCanvasAgg(self.figure)
        self.ground = self.picture(0, 0, width, height)
        self.ground.set_xlim(0, width)
        self.ground.set_ylim(height, 0)
        self.ground.patch.set_visible(False)

    def picture(self, x: float, y: float, w: float, h: float) -> Axes:
        """Return an empty axes at a place."""
        box = (x / self.width, 1 - (y + h) / self.height, w / self.width, h / self.height)
        ax = self.figure.add_axes(box)
        furniture.bare(ax)
        return ax

    def card(self, x: float, y: float, w: float, h: float) -> None:
        """Draw a card: rounded, one hairline."""
        self.ground.add_patch(
            FancyBboxPatch(
                (x, y), w, h, boxstyle="round,pad=0,rounding_size=8", fc=self.palette.card,
                ec=self.palette.hairline, lw=PX, zorder=0,
            )
        )  # fmt: skip

    def text(
        self,
        x: float,
        y: float,
        words: str,
        px: float = 13,
        *,
        bold: bool = False,
        soft: bool = False,
    ) -> float:
        """Write words with their left middle at a place; return where they end."""
        weight = "bold" if bold else "normal"
        self.ground.text(
            x, y, words, va="center_baseline",
            color=self.palette.text2 if soft else self.palette.text, **furniture.font(px, weight),
        )  # fmt: skip
        return x + furniture.text_width(self.ground, words, px, weight)

    def swatch(self, x: float, y: float, colour: str, *, hatch: bool = False) -> None:
        """Draw a small square of a colour around a middle."""
        self.ground.add_patch(
            FancyBboxPatch(
                (x - 5, y - 5), 10, 10, boxstyle="round,pad=0,rounding_size=2", fc=colour,
                ec=self.palette.strong, lw=0.8 * PX, zorder=2,
            )
        )  # fmt: skip
        if hatch:
            for shift in (-5, 0, 5):
                low, high = max(-4, -4 + shift), min(4, 4 + shift)
                line = Line2D(
                    [x + low, x + high], [y - low + shift, y - high + shift], lw=1.3 * PX,
                    color=self.palette.states[5], alpha=0.6, zorder=2.1,
                )  # fmt: skip
                self.ground.add_line(line)

    def bar(self, left: float, right: float, y: float) -> None:
        """Draw a scale bar."""
        self.ground.add_line(
            Line2D(
                [left, left, right, right], [y - 4, y, y, y - 4], color=self.palette.text,
                lw=1.5 * PX, solid_joinstyle="miter",
            )
        )  # fmt: skip

    def gradient(self, x: float, y: float, w: float, codes: Sequence[str]) -> None:
        """Draw a ramp with its left middle at a place."""
        ax = self.picture(x, y - 5, w, 10)
        ax.imshow(ramp(codes, np.linspace(0, 1, 256))[None], aspect="auto")
        furniture.round_corners(ax, self.palette.card, 2)

    def save(self, path: str | PathLike[str]) -> None:
        """Write the page; the ending of the path says in which format."""
        png = str(path).lower().endswith(".png")
        how: dict[str, Any] = {"pil_kwargs": {"compress_level": 4}} if png else {}
        self.figure.savefig(path, dpi=DPI, facecolor=self.palette.page, **how)
