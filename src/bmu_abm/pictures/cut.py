"""What every part of a section shares: its axes, its scale, its row and its colours."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from bmu_abm.pictures.palette import Palette
from bmu_abm.pictures.patch import Cells, Patch
from bmu_abm.pictures.profile import Surface
from bmu_abm.pictures.stains import Stain

SAMPLES_PER_SITE = 4
_MARGIN_UM = 40.0


@dataclass(frozen=True)
class Cut:
    """A section that is being drawn.

    Attributes
    ----------
    row : int
        The row of sites along which it is cut.
    surfaces : (Surface, Surface)
        Front and back.
    px_per_um : float
        Pixels of 1/96 inch in a micrometre.
    """

    ax: Axes
    patch: Patch
    row: int
    stain: Stain
    palette: Palette
    surfaces: tuple[Surface, Surface]
    px_per_um: float

    @property
    def samples(self) -> NDArray[np.floating]:
        """Places (n,) along the visible part of the row at which lines are drawn, um."""
        left, right = self.ax.get_xlim()
        step = self.patch.site_um / SAMPLES_PER_SITE
        count = max(2, round((right - left) / step) + 1)
        return np.asarray(np.linspace(left, right, count), dtype=float)

    def near(self, cells: Cells, face: int, rows: int) -> Cells:
        """Return the cells of a face at most `rows` from the cut, in the visible part."""
        left, right = self.ax.get_xlim()
        x = self.x_um(cells)
        visible = (x > left - _MARGIN_UM) & (x < right + _MARGIN_UM)
        return cells.where(visible & (cells.face == face) & (np.abs(self.across(cells)) <= rows))

    def across(self, cells: Cells) -> NDArray[np.intp]:
        """Return how many rows the cells lie behind the cut, the short way round."""
        ny = self.patch.ny
        return (cells.y - self.row + ny // 2) % ny - ny // 2

    def x_um(self, cells: Cells) -> NDArray[np.floating]:
        """Return where the cells lie along the cut, in the columns of the front face."""
        return (cells.column_x(self.patch.nx) + 0.5) * self.patch.site_um

    def thin(self, width_px: float, least_um: float = 0.0) -> float:
        """Return the width of a line: pixels, or a true width where that is more."""
        return max(width_px, least_um * self.px_per_um)


def runs(chosen: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Return (start, stop) of every run of True."""
    edges = np.flatnonzero(np.diff(np.r_[0, chosen.astype(np.int8), 0]))
    return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))
