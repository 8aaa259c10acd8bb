"""What lies on top of a picture: name chip, scale bar, rounded corners."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import FancyBboxPatch, PathPatch
from matplotlib.path import Path

from bmu_abm.pictures.palette import Palette

PX = 0.75  # points in a pixel of 1/96 inch
_FONTS = ("Roboto", "Inter", "Helvetica Neue", "Arial", "Liberation Sans", "DejaVu Sans")
_WIDE = {"DejaVu Sans": 0.9}
_STEPS_UM = (10, 20, 50, 100, 200, 500, 1000, 2000, 5000)
_TOP = 20
_WIDTHS: dict[tuple[str, float, str], float] = {}


def font_family() -> str:
    """Return the first of the preferred fonts that this machine has."""
    known = set(font_manager.get_font_names())
    return next((font for font in _FONTS if font in known), "sans-serif")


def font(px: float, weight: str = "normal") -> dict[str, Any]:
    """Return text settings for a size in pixels of 1/96 inch."""
    family = font_family()
    size = px * PX * _WIDE.get(family, 1.0)
    return {"family": family, "size": size, "weight": weight}


def size_px(ax: Axes) -> tuple[float, float]:
    """Return width and height of an axes in pixels of 1/96 inch."""
    ax.apply_aspect()
    box = ax.get_window_extent()
    scale = 96 / ax.figure.dpi
    return box.width * scale, box.height * scale


def device_pixels(ax: Axes, least: int = 320, most: int = 1800) -> int:
    """Return the width of an axes in pixels of the figure, for a picture that fits exactly."""
    ax.apply_aspect()
    return int(np.clip(round(ax.get_window_extent().width), least, most))


def _rounded(x: float, y: float, w: float, h: float, radius: float) -> Path:
    path = FancyBboxPatch((x, y), w, h, boxstyle=f"round,pad=0,rounding_size={radius}").get_path()
    return path


def _fractions(ax: Axes, path: Path) -> Path:
    width, height = size_px(ax)
    return Path(np.asarray(path.vertices, dtype=float) / [width, height], path.codes)


def round_corners(ax: Axes, colour: str, radius: float = 6) -> None:
    """Cover the corners of an axes with the colour of what is around it."""
    width, height = size_px(ax)
    outer = Path(
        [(-1, -1), (-1, height + 1), (width + 1, height + 1), (width + 1, -1), (-1, -1)],
        [Path.MOVETO, *[Path.LINETO] * 3, Path.CLOSEPOLY],
    )
    frame = Path.make_compound_path(outer, _rounded(0, 0, width, height, radius))
    mask = PathPatch(
        _fractions(ax, frame), transform=ax.transAxes, fc=colour, ec="none", zorder=_TOP + 5
    )
    mask.set_clip_on(False)
    ax.add_patch(mask)


def chip(ax: Axes, x: float, y: float, w: float, h: float, palette: Palette) -> None:
    """Draw a pale rounded box at a place in pixels from the lower left corner."""
    path = _fractions(ax, _rounded(x, y, w, h, 4))
    ax.add_patch(
        PathPatch(path, transform=ax.transAxes, fc=palette.halo, ec="none", alpha=0.88, zorder=_TOP)
    )


def text_width(ax: Axes, text: str, px: float, weight: str = "normal") -> float:
    """Return the width of a text in pixels of 1/96 inch."""
    key = (text, px, weight)
    if key not in _WIDTHS:
        _WIDTHS[key] = _measured(ax, text, px, weight)
    return _WIDTHS[key]


def _measured(ax: Axes, text: str, px: float, weight: str) -> float:
    ghost = ax.figure.text(0, 0, text, **font(px, weight))
    box = ghost.get_window_extent(ax.figure.canvas.get_renderer())  # type: ignore[attr-defined]
    ghost.remove()
    return float(box.width) * 96 / ax.figure.dpi


def write(ax: Axes, x: float, y: float, text: str, colour: str, px: float) -> None:
    """Write a text whose left middle lies at a place in pixels from the lower left corner."""
    width, height = size_px(ax)
    ax.text(
        x / width, y / height, text, transform=ax.transAxes, va="center_baseline", color=colour,
        zorder=_TOP + 1, **font(px),
    )  # fmt: skip


def name_chip(
    ax: Axes, text: str, palette: Palette, *, bottom: bool = False, px: float = 12
) -> None:
    """Write a name into the left upper (or lower) corner, on a pale chip."""
    height = size_px(ax)[1]
    high = px + 8
    y = 8 if bottom else height - 8 - high
    chip(ax, 8, y, text_width(ax, text, px) + 14, high, palette)
    write(ax, 15, y + high / 2, text, palette.text, px)


def bar_length_um(width_um: float, share: float = 0.22) -> int:
    """Return the longest round length within a share of the width."""
    fitting = [step for step in _STEPS_UM if step <= share * width_um]
    return fitting[-1] if fitting else _STEPS_UM[0]


def scale_bar(ax: Axes, palette: Palette, px: float = 11, share: float = 0.22) -> None:
    """Draw a scale bar into the right lower corner; the axes is in um."""
    width, height = size_px(ax)
    left, right = ax.get_xlim()
    length_um = bar_length_um(right - left, share)
    long = length_um / (right - left) * width
    wide = max(long, text_width(ax, f"{length_um} µm", px)) + 16
    x, y = width - 8 - wide, 8.0
    chip(ax, x, y, wide, px + 17, palette)
    middle = x + wide / 2
    ends = np.array([middle - long / 2, middle + long / 2]) / width
    foot, tip = (y + 6) / height, (y + 10) / height
    ax.add_line(
        Line2D(
            [ends[0], ends[0], ends[1], ends[1]], [tip, foot, foot, tip], transform=ax.transAxes,
            color=palette.text, lw=1.5 * PX, zorder=_TOP + 1, solid_joinstyle="miter", gid="scale",
        )
    )  # fmt: skip
    ax.text(
        middle / width, (y + 12) / height, f"{length_um} µm", transform=ax.transAxes, ha="center",
        va="bottom", color=palette.text, zorder=_TOP + 1, **font(px),
    )  # fmt: skip


def bare(ax: Axes) -> None:
    """Remove ticks and spines."""
    ax.set_xticks([])
    ax.set_yticks([])
    for spine in ax.spines.values():
        spine.set_visible(False)
