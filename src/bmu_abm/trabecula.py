"""The bone: columns of slices between two living surfaces, their mineral, holes and defects.

Surface heights are integer nanometres, so that the balance of mass is exact.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.ndimage import gaussian_filter

from bmu_abm import niche
from bmu_abm.compiled import helper

QUIESCENT, RESORPTION, REVERSAL, FORMATION, ARRESTED, HOLE, DEFECT = range(7)
STATE_NAMES = (
    "quiescent",
    "resorption",
    "reversal",
    "formation",
    "arrested",
    "hole",
    "defect",
)
INTACT_COLUMN, HOLE_COLUMN, DEFECT_COLUMN = range(3)
NEVER = -1_000_000
STACK_UM = 480.0

# Without padding between the fields, whose bytes NumPy would leave to chance in a copy.
SITE = np.dtype(
    [
        ("height", "i4"),  # nm, z of the surface
        ("opened_nm", "i4"),  # nm, z of the surface before the present cavity
        ("floor_nm", "i4"),  # nm, z of the cavity's floor when formation began
        ("since", "i4"),  # day on which the state began
        ("opened_day", "i4"),  # day on which the present cavity was opened
        ("touched_day", "i4"),  # last day with an osteoclast
        ("formed_day", "i4"),  # last day on which osteoid was laid down
        ("osteoclast", "i4"),  # row + 1 of the osteoclast over the site, 0 for none
        ("coupling_um", "f4"),  # bound coupling factors, freed with matrix
        ("clastokine_um", "f4"),  # bound coupling factors of osteoclasts themselves
        ("progenitors", "i4"),  # committed progenitors on the site
        ("state", "u1"),
        ("fat", "u1"),  # adipocytes over the site
        ("counted", "u1"),  # 1 once the present cavity counts as an activation
        ("modelled", "u1"),  # 1 while formation runs on surface that was not resorbed
    ],
    align=True,
)


class Trabecula:
    """One plate of trabecular bone, unrolled.

    Parameters
    ----------
    nx, ny : int
        Sites per face along x and y (even numbers).
    site_um, slice_um : float
        Width of a site and thickness of a slice.

    Attributes
    ----------
    sites : ndarray of `SITE`, shape (2 * ny * nx,)
    born : ndarray of int32, shape (ny * nx, n_slices)
        Day on which each slice was laid down.
    damage : ndarray of float32, shape (ny * nx, n_slices)
        Microdamage: years at the customary stress.
    column_kind : ndarray of uint8, shape (ny * nx,)
        Intact, hole or defect.
    vessels : ndarray of int64
        Sites of the capillary entry points.
    type_h : ndarray of float32, shape (n_sites / 4,)
        Capillaries of type H, relative to resting bone, on blocks of 2 x 2 sites.
    niche : ndarray of float64, shape (n_tiles,)
        Free stem cells that each tile of the marrow holds.
    bisphosphonate : ndarray of float32, shape (n_drugs, ny * nx, n_slices)
        What each slice has bound of each drug that was given (fmol).
    """

    def __init__(self, nx: int, ny: int, site_um: float = 10.0, slice_um: float = 5.0) -> None:
        self.nx, self.ny = nx, ny
        self.site_um, self.slice_um = site_um, slice_um
        self.n_slices = round(STACK_UM / slice_um)
        self.n_columns, self.n_sites = nx * ny, 2 * nx * ny
        self.sites = np.zeros(self.n_sites, SITE)
        self.born = np.zeros((self.n_columns, self.n_slices), np.int32)
        self.damage = np.zeros((self.n_columns, self.n_slices), np.float32)
        self.column_kind = np.zeros(self.n_columns, np.uint8)
        self.vessels = np.zeros(0, np.int64)
        self.type_h = np.ones(self.n_sites // 4, np.float32)
        self.niche = niche.empty(nx, ny)
        self.bisphosphonate = np.zeros((0, self.n_columns, self.n_slices), np.float32)

    @property
    def slice_nm(self) -> int:
        """Thickness of a slice in nanometres."""
        return round(self.slice_um * 1000)

    @property
    def surface_mm2(self) -> float:
        """Area of both faces, holes included."""
        return self.n_sites * (self.site_um / 1000) ** 2

    def face(self, field: str) -> NDArray[np.generic]:
        """Return one field of the sites as a view of shape (2, ny, nx)."""
        return self.sites[field].reshape(2, self.ny, self.nx)

    def heights(self) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """Return z of the front and back surface of each column (nm), each of shape (ny, nx)."""
        both = self.face("height")
        return both[0], both[1][:, ::-1]

    def thickness_nm(self) -> NDArray[np.int64]:
        """Return the thickness of each column (nm), shape (ny, nx)."""
        front, back = self.heights()
        return front.astype(np.int64) - back

    def bone_volume_nm(self) -> int:
        """Return the sum of the thickness of all columns (nm), exact."""
        return int(self.thickness_nm().sum())

    def cut_defect(self, columns: NDArray[np.bool_], day: int) -> int:
        """Remove whole columns as a defect, which can fill again from its rim.

        Parameters
        ----------
        columns : ndarray of bool, shape (ny, nx)
        day : int

        Returns
        -------
        int
            Bone removed (sum over columns, nm).
        """
        chosen = columns & (self.column_kind.reshape(self.ny, self.nx) == INTACT_COLUMN)
        removed = int(self.thickness_nm()[chosen].sum())
        self.column_kind[chosen.ravel()] = DEFECT_COLUMN
        front, back = self.face("height"), self.face("height")[1][:, ::-1]
        middle = (front[0] + back) // 2
        for face, mask in ((0, chosen), (1, chosen[:, ::-1])):
            surface = self.sites.reshape(2, self.ny, self.nx)[face]
            resting = mask & (surface["state"] == QUIESCENT)
            surface["opened_nm"][resting] = surface["height"][resting]
            surface["height"][mask] = (middle if face == 0 else middle[:, ::-1])[mask]
            surface["state"][mask] = DEFECT
            surface["since"][mask] = day
            surface["progenitors"][mask] = 0
        return removed


def smooth_noise(
    rng: np.random.Generator, shape: tuple[int, int], length: float
) -> NDArray[np.float64]:
    """Return periodic Gaussian noise of mean 0, unit variance, correlation length `length` (sites).

    Mean and variance are those of this patch: on one that is hardly wider than `length`, the
    filter leaves so little variation that any common offset would be blown up beyond bounds.
    """
    noise = gaussian_filter(rng.standard_normal(shape), length, mode="wrap")
    noise -= noise.mean()
    return noise / max(noise.std(), 1e-12)


def grow_plate(
    trabecula: Trabecula,
    rng: np.random.Generator,
    *,
    thickness_um: float,
    thickness_cv: float,
    turnover_per_year: float,
    vessels_per_mm2: float,
) -> None:
    """Lay out a plate whose thickness and slice ages vary as in the host's remodelled bone.

    Thickness is lognormal over space; the ages are those of overlapping packets that turnover has
    left behind, younger near the surface. Sets heights, `born`, `damage` and `vessels`.
    """
    _lay_thickness(trabecula, rng, thickness_um, thickness_cv)
    _lay_packets(trabecula, rng, turnover_per_year)
    _place_vessels(trabecula, rng, vessels_per_mm2)


def _lay_thickness(trabecula: Trabecula, rng: np.random.Generator, mean: float, cv: float) -> None:
    shape = (trabecula.ny, trabecula.nx)
    sd = math.sqrt(math.log1p(cv * cv))
    thick = np.exp(sd * smooth_noise(rng, shape, 12.0) - 0.5 * sd * sd)
    thick *= mean / thick.mean()
    most = STACK_UM - 40.0
    half = np.clip(thick, 20.0, most) * 500.0
    middle = trabecula.n_slices * trabecula.slice_nm // 2
    front = np.rint(middle + half).astype(np.int32)
    back = np.rint(middle - half).astype(np.int32)
    heights = trabecula.face("height")
    heights[0], heights[1] = front, back[:, ::-1]
    trabecula.sites["state"] = QUIESCENT
    trabecula.sites["formed_day"] = NEVER
    for field in ("opened_nm", "floor_nm"):
        trabecula.sites[field] = trabecula.sites["height"]


def _lay_packets(trabecula: Trabecula, rng: np.random.Generator, turnover: float) -> None:
    """Cover the plate with packets in order of age; a younger packet replaces what it cuts."""
    oldest = 365.0 * 40.0
    trabecula.born[:] = -np.int32(oldest)
    front, back = trabecula.heights()
    packet_um3 = math.pi * 150.0**2 * 48.0
    volume = float(trabecula.thickness_nm().sum()) / 1000.0 * trabecula.site_um**2
    count = max(1, round(volume * turnover / packet_um3 * 40.0))
    days = -np.sort(rng.uniform(0.0, oldest, count))[::-1]
    for day in days:
        _lay_packet(trabecula, rng, int(day), front, back)
    age_years = trabecula.damage
    np.multiply(trabecula.born, np.float32(-1.0 / 365.0), out=age_years, casting="same_kind")
    age_years += age_years * age_years / np.float32(30.0)


def _lay_packet(
    trabecula: Trabecula,
    rng: np.random.Generator,
    day: int,
    front: NDArray[np.int32],
    back: NDArray[np.int32],
) -> None:
    radius = 15.0 * math.exp(0.3 * rng.standard_normal())
    depth = max(10.0, rng.normal(48.0, 12.0)) * 1000.0
    x0, y0, side = rng.integers(trabecula.nx), rng.integers(trabecula.ny), rng.integers(2)
    reach = math.ceil(radius)
    offsets = np.arange(-reach, reach + 1)
    dy, dx = np.meshgrid(offsets, offsets, indexing="ij")
    share = 1.0 - (dx**2 + dy**2) / radius**2
    inside = share > 0
    ys, xs = (y0 + dy[inside]) % trabecula.ny, (x0 + dx[inside]) % trabecula.nx
    cut = depth * np.sqrt(share[inside])
    centre = (np.arange(trabecula.n_slices) + 0.5) * trabecula.slice_nm
    if side == 0:
        young = centre[None, :] > (front[ys, xs] - cut)[:, None]
    else:
        young = centre[None, :] < (back[ys, xs] + cut)[:, None]
    columns = ys * trabecula.nx + xs
    packet = trabecula.born[columns]
    packet[young] = day
    trabecula.born[columns] = packet


def _place_vessels(trabecula: Trabecula, rng: np.random.Generator, per_mm2: float) -> None:
    count = max(2, round(per_mm2 * trabecula.surface_mm2))
    chosen = rng.choice(trabecula.n_sites, size=min(count, trabecula.n_sites), replace=False)
    trabecula.vessels = np.sort(chosen).astype(np.int64)


@helper
def mineral_of_age(age, lag, primary, share, secondary):
    """Return the mineral degree (0 to 1) of bone `age` days after it was laid down."""
    if age <= lag:
        return 0.0
    if age <= lag + primary:
        return share * (age - lag) / primary
    return 1.0 - (1.0 - share) * math.exp(-(age - lag - primary) / secondary)


def mineral_degree(
    age_days: ArrayLike,
    lag_days: float = 15.0,
    primary_days: float = 15.0,
    primary_share: float = 0.7,
    secondary_days: float = 1100.0,
) -> NDArray[np.float64]:
    """Return the mineral degree of bone by age: none as osteoid, fast, then slowly up to 1.

    Parameters
    ----------
    age_days : array_like
        Days since the slice was laid down.
    """
    age = np.asarray(age_days, float) - lag_days
    primary = primary_share * np.clip(age / primary_days, 0.0, 1.0)
    late = np.clip(age - primary_days, 0.0, None)
    return primary + (1.0 - primary_share) * -np.expm1(-late / secondary_days)
