"""Diffusing signals at quasi-steady state: D lap(c) - k c + s = 0, solved once a step.

With the decay length L = sqrt(D / k) and a source in units of s / k, a field solves
c - L^2 lap(c) = s with the five-point Laplacian on each periodic face. Long-ranged fields live on
a grid of half the resolution. A uniform source of 1 gives a field of 1.

A solution belongs to the moment at which its sources were taken. Osteoclasts and the osteocytes
below them answer each other within days, so the fields between them are carried on to the moment
at which they are read (`LEADS`); without that the depth of erosion depends on the step.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bmu_abm.compiled import helper, kernel
from bmu_abm.screened import Solver


@dataclass(frozen=True)
class FieldDeclaration:
    """A diffusing signal.

    Attributes
    ----------
    diffusion_um2_per_s : float
        Effective diffusion coefficient in marrow.
    half_life_s : float
        Effective half-life of the free signal (clearance, binding and escape into vessels).
    unit : str
        Unit of the field, and of a source over the clearance rate.
    resolution : int
        1: on the sites; 2: on blocks of 2 x 2 sites.
    """

    name: str
    diffusion_um2_per_s: float
    half_life_s: float
    unit: str
    resolution: int
    source: str

    @property
    def decay_length_um(self) -> float:
        """Length over which the signal falls by a factor e."""
        return math.sqrt(self.diffusion_um2_per_s * self.half_life_s / math.log(2.0))


DECLARATIONS: dict[str, FieldDeclaration] = {
    d.name: d
    for d in (
        FieldDeclaration("RANKL", 25.0, 100.0, "pM", 2, "soluble trimer in marrow: 5-50 um2/s"),
        FieldDeclaration("Wnt", 0.2, 500.0, "1", 1, "Wingless: Kicheva 2007"),
        FieldDeclaration("OPG", 15.0, 480.0, "pM", 2, "dimer in marrow: 2-40 um2/s"),
        FieldDeclaration("TGF-beta", 30.0, 200.0, "pM", 2, "2-60 um2/s; 3 min: Wakefield 1990"),
        FieldDeclaration("CXCL12", 30.0, 600.0, "pM", 2, "5-90 um2/s; 5-60 min: Janssens 2018"),
        FieldDeclaration("SLIT3", 10.0, 600.0, "ng/ml", 2, "full length: 1-20 um2/s"),
        FieldDeclaration("sclerostin", 40.0, 250.0, "pM", 2, "5-80 um2/s; half-life assumed"),
        FieldDeclaration("M-CSF", 30.0, 400.0, "pM", 2, "dimer: 10-60 um2/s; 10-200 min"),
        FieldDeclaration("SFRP1", 30.0, 500.0, "pM", 2, "assumed as other 35 kDa proteins"),
        FieldDeclaration("adipokine", 30.0, 500.0, "1", 2, "assumed as other proteins of fat"),
        # Vesicles and growth factors of grafted cells; 1 has half of its full effect.
        FieldDeclaration("secretome", 5.0, 1800.0, "1", 2, "vesicles of 100 nm: assumed"),
    )
}
# Steps from when the sources of a field were taken to when it is read, on average: osteocytes speak
# at the start of a step whose solution osteoclasts read during that step; what osteoclasts free
# during a step is solved in the next and read by osteocytes at the start of the one after.
LEADS = {"RANKL": 0.5, "TGF-beta": 1.5}
NAMES = tuple(DECLARATIONS)
FINE = tuple(name for name in NAMES if DECLARATIONS[name].resolution == 1)
COARSE = tuple(name for name in NAMES if DECLARATIONS[name].resolution == 2)
# Rows of the fine and coarse arrays, in the order of the declarations.
(WNT,) = range(1)
RANKL, OPG, TGFB, CXCL12, SLIT3, SCLEROSTIN, MCSF, SFRP1, ADIPOKINE, SECRETOME = range(10)


class Fields:
    """All diffusing signals of a patch.

    Attributes
    ----------
    fine : ndarray of float32, shape (n_fine, n_sites)
    coarse : ndarray of float32, shape (n_coarse, n_sites / 4)
    fine_source, coarse_source : ndarray of float32, same shapes
        Filled by the cells during a step, solved in the next one after osteocytes have spoken.
    before : ndarray of float32, shape (n_leads, n_sites / 4)
        The last solutions of the fields in `LEADS`; not a number before the first.
    """

    names = NAMES
    declarations = DECLARATIONS

    def __init__(self, nx: int, ny: int, site_um: float) -> None:
        self.nx, self.ny = nx, ny
        self._fine_shape = (len(FINE), 2, ny, nx)
        self._coarse_shape = (len(COARSE), 2, ny // 2, nx // 2)
        self.fine = np.zeros((len(FINE), 2 * ny * nx), np.float32)
        self.coarse = np.zeros((len(COARSE), ny * nx // 2), np.float32)
        self.before = np.full((len(LEADS), ny * nx // 2), np.nan, np.float32)
        self.fine_source = np.zeros_like(self.fine)
        self.coarse_source = np.zeros_like(self.coarse)
        self._fine_solver = Solver(_lengths(FINE, site_um), ny, nx)
        self._coarse_solver = Solver(_lengths(COARSE, 2.0 * site_um), ny // 2, nx // 2)

    def solve(self) -> bool:
        """Solve every field for its source; tells whether grafted cells support the marrow."""
        self._fine_solver.solve(self.fine_source, self.fine)
        supported = bool(self.coarse_source[SECRETOME].any())
        rows = len(COARSE) if supported else SECRETOME  # it is the last: nothing comes of nothing
        self._coarse_solver.solve(self.coarse_source[:rows], self.coarse[:rows])
        self.coarse[rows:] = 0.0
        return supported

    def carry_on(self) -> None:
        """Carry the fields of `LEADS` on to when they are read, along their last change."""
        for before, (name, steps) in zip(self.before, LEADS.items(), strict=True):
            carry_on(self.coarse[COARSE.index(name)], before, steps)

    def reset_sources(self, fine: NDArray[np.float32], coarse: NDArray[np.float32]) -> None:
        """Set the sources to the uniform ones, `fine` (n_fine,) and `coarse` (n_coarse,)."""
        self.fine_source[:] = fine[:, None]
        self.coarse_source[:] = coarse[:, None]

    def _grid(self, name: str, fine: NDArray, coarse: NDArray) -> NDArray[np.float32]:
        if name in FINE:
            return fine[FINE.index(name)].reshape(self._fine_shape[1:])
        return coarse[COARSE.index(name)].reshape(self._coarse_shape[1:])

    def native(self, name: str) -> NDArray[np.float32]:
        """Return a field at its own resolution, shape (2, ny / r, nx / r), as a view."""
        return self._grid(name, self.fine, self.coarse)

    def native_source(self, name: str) -> NDArray[np.float32]:
        """Return the source of a field at its own resolution, as a view."""
        return self._grid(name, self.fine_source, self.coarse_source)

    def map(self, name: str) -> NDArray[np.float32]:
        """Return a field on the sites, shape (2, ny, nx), in its unit.

        Raises
        ------
        KeyError
            No field has that name.
        """
        if name not in DECLARATIONS:
            raise KeyError(f"no field {name!r}; there are {', '.join(NAMES)}")
        native = self.native(name)
        return native.copy() if name in FINE else _refine(native)

    def mean(self, name: str) -> float:
        """Return the mean of a field over the patch."""
        return float(self.native(name).mean(dtype=np.float64))


@kernel
def carry_on(field, before, steps):
    """Carry a field on by `steps` along its change since `before`, which becomes its present."""
    lead = np.float32(steps)
    for i in range(field.shape[0]):
        now = field[i]
        if not math.isnan(before[i]):
            field[i] = max(np.float32(0.0), now + lead * (now - before[i]))
        before[i] = now


def _lengths(names: tuple[str, ...], cell_um: float) -> list[float]:
    """Return the decay lengths in grid cells."""
    return [DECLARATIONS[name].decay_length_um / cell_um for name in names]


def _refine(coarse: NDArray[np.float32]) -> NDArray[np.float32]:
    """Interpolate bilinearly from blocks of 2 x 2 sites to sites (periodic)."""
    for axis in (1, 2):
        near = np.float32(0.75) * coarse
        low = near + np.float32(0.25) * np.roll(coarse, 1, axis)
        high = near + np.float32(0.25) * np.roll(coarse, -1, axis)
        shape = list(coarse.shape)
        shape[axis] *= 2
        coarse = np.stack([low, high], axis + 1).reshape(shape)
    return coarse


@helper
def coarse_index(s, nx, ny):
    """Return the index of the 2 x 2 block of site `s` in a coarse field."""
    row = s // nx
    x = s - row * nx
    return (row >> 1) * (nx >> 1) + (x >> 1)


@helper
def corners(s, nx, ny):
    """Return the indices of the four blocks around site `s`, the nearest first."""
    row = s // nx
    x = s - row * nx
    face = 1 if row >= ny else 0
    y = row - face * ny
    mx, my = nx >> 1, ny >> 1
    x0, y0 = x >> 1, y >> 1
    x1 = x0 + 1 if x & 1 else x0 - 1
    y1 = y0 + 1 if y & 1 else y0 - 1
    if x1 < 0:
        x1 += mx
    elif x1 >= mx:
        x1 -= mx
    if y1 < 0:
        y1 += my
    elif y1 >= my:
        y1 -= my
    near, far = (face * my + y0) * mx, (face * my + y1) * mx
    return near + x0, near + x1, far + x0, far + x1


@helper
def blend(coarse, f, around):
    """Return coarse field `f` between four blocks (see `corners`), interpolated bilinearly."""
    near = 0.75 * coarse[f, around[0]] + 0.25 * coarse[f, around[1]]
    far = 0.75 * coarse[f, around[2]] + 0.25 * coarse[f, around[3]]
    return 0.75 * near + 0.25 * far


@helper
def sample(coarse, f, s, nx, ny):
    """Return coarse field `f` at site `s`, interpolated bilinearly."""
    return blend(coarse, f, corners(s, nx, ny))
