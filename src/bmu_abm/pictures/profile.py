"""The two surfaces of a section as smooth lines, and the places of things along them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from bmu_abm.pictures.patch import Patch
from bmu_abm.pictures.relief import spread

Line = NDArray[np.floating]
_SMOOTH_SITES, _SAMPLES = 0.8, 8
_EMPTY_STATES = (5,)


@dataclass(frozen=True)
class Surface:
    """One surface of a section.

    Attributes
    ----------
    face : int
        0 the upper (front), 1 the lower (back).
    z_um : ndarray (nx,)
        Its heights in the columns of the front face.
    sites : structured ndarray (nx,)
        Its sites in the same order.
    site_um : float
        Width of a site.
    """

    face: int
    z_um: Line
    sites: NDArray[np.void]
    site_um: float

    @property
    def out(self) -> int:
        """1 where outwards is up, -1 where it is down."""
        return 1 - 2 * self.face

    def smooth(self, values: NDArray, x_um: NDArray | float, sigma: float = _SMOOTH_SITES) -> Line:
        """Return `values` (nx,) smoothed and read at `x_um` (periodic)."""
        at = np.atleast_1d(np.asarray(x_um, dtype=float)) / self.site_um
        return (spread(len(self.z_um), at, sigma) @ values.astype(np.float32)).astype(float)

    @cached_property
    def _dense(self) -> tuple[Line, Line]:
        step = self.site_um / _SAMPLES
        x = np.arange(len(self.z_um) * _SAMPLES) * step
        return x, self.smooth(self.z_um, x)

    def height(self, x_um: NDArray | float) -> Line:
        """Return the smooth height at `x_um`, in um."""
        return np.interp(np.atleast_1d(x_um), *self._dense, period=len(self.z_um) * self.site_um)

    def tilt(self, x_um: NDArray | float) -> Line:
        """Return the angle of the surface at `x_um`, in radians."""
        at = np.atleast_1d(np.asarray(x_um, dtype=float))
        return np.arctan2(self.height(at + 4) - self.height(at - 4), 8.0)

    def lift(self, x_um: NDArray | float, distance_um: NDArray | float) -> NDArray[np.float64]:
        """Return the points (n, 2) at a distance outside the surface, along its normal."""
        at, tilt = np.atleast_1d(np.asarray(x_um, dtype=float)), self.tilt(x_um)
        reach = np.asarray(distance_um) * self.out
        return np.column_stack([at - reach * np.sin(tilt), self.height(at) + reach * np.cos(tilt)])

    def state_at(self, x_um: NDArray) -> NDArray[np.intp]:
        """Return the state of the site at each `x_um`."""
        index = np.floor(np.asarray(x_um) / self.site_um).astype(int) % len(self.z_um)
        return self.sites["state"][index].astype(np.intp)

    def solid_at(self, x_um: NDArray) -> NDArray[np.bool_]:
        """Tell where there is bone below the surface."""
        empty = np.isin(self.sites["state"], _EMPTY_STATES)
        return self.smooth(empty, x_um, 0.5) < 0.5


def surfaces_of(patch: Patch, y: int) -> tuple[Surface, Surface]:
    """Return the front and the back surface of row `y`."""
    heights = patch.row_um(y)
    front, back = (
        Surface(face, heights[face], patch.row_sites(y, face), patch.site_um) for face in (0, 1)
    )
    return front, back
