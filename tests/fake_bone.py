"""A made-up patch of bone with the shape of a model, for tests of what only looks at a model.

Its history is a list of synthetic BMUs. Each eats a track of sites and refills it; the last ones
are still at work, so that every state, every cell and every age occurs.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from types import SimpleNamespace

import numpy as np
from scipy import ndimage

QUIESCENT, RESORPTION, REVERSAL, FORMATION, ARRESTED, HOLE, DEFECT = range(7)
NEVER = -1_000_000
SLICE_NM, N_SLICES = 5000, 96
YEAR = 365
ERODING, REVERSING, FORMING = 18, 30, 75
SITE = np.dtype(
    [
        ("height", "i4"),
        ("state", "u1"),
        ("since", "i4"),
        ("opened_nm", "i4"),
        ("floor_nm", "i4"),
        ("formed_day", "i4"),
        ("osteoclast", "i4"),
        ("progenitors", "i2"),
        ("fat", "u1"),
        ("coupling_um", "f4"),
        ("clastokine_um", "f4"),
    ]
)
TRAITS = {
    "msc": [("stage", "u1"), ("runx2", "f4"), ("pparg", "f4"), ("donor", "u1")],
    "osteoblast": [("vigour", "f4")],
    "osteocyte": [("z", "i4"), ("calling", "f4"), ("secretion", "f4")],
    "osteoclast_precursor": [("nfatc1", "f4"), ("osteomorph", "u1")],
    "osteoclast": [("nuclei", "f4"), ("heading", "f4")],
    "adipocyte": [("radius_um", "f4")],
}
FIELD_UNITS = {
    "RANKL": "pM", "OPG": "pM", "M-CSF": "pM", "TGF-beta": "pM", "CXCL12": "pM",
    "sclerostin": "pM", "Wnt": "pM", "SLIT3": "pM", "SFRP1": "pM",
}  # fmt: skip


@dataclass
class FakePopulation:
    """Living rows of one cell type."""

    live: np.ndarray

    def __len__(self) -> int:
        return len(self.live)


@dataclass
class FakeFields:
    """Maps of the signals: a smooth bump over every eroded site."""

    maps: dict[str, np.ndarray]
    names: tuple[str, ...] = tuple(FIELD_UNITS)
    declarations: dict[str, SimpleNamespace] = field(default_factory=dict)

    def map(self, name: str) -> np.ndarray:
        return self.maps[name]


class _Builder:
    """Bone under construction: heights (2, ny, nx) in nm, slices, states."""

    def __init__(self, nx: int, ny: int, day: int, seed: int) -> None:
        self.nx, self.ny, self.day = nx, ny, day
        self.rng = np.random.default_rng(seed)
        self.sites = np.zeros((2, ny, nx), SITE)
        self.sites["since"] = self.sites["formed_day"] = NEVER
        self.born = np.full((ny, nx, N_SLICES), day - 30 * YEAR, np.int32)
        self.kind = np.zeros((ny, nx), np.uint8)
        self._set_heights()

    def noise(self, sigma: float) -> np.ndarray:
        """Smooth periodic noise (ny, nx), unit variance."""
        spectrum = np.fft.rfft2(self.rng.normal(size=(self.ny, self.nx)))
        raw = np.fft.irfft2(ndimage.fourier_gaussian(spectrum, sigma, self.nx), (self.ny, self.nx))
        return (raw - raw.mean()) / max(raw.std(), 1e-9)

    def _set_heights(self) -> None:
        self._set_old_ages()
        half = 76 + 14 * self.noise(12)
        middle = N_SLICES * 2.5 + 9 * self.noise(14)
        self.sites["height"][0] = (middle + half + 3 * self.noise(2.5) + 7 * self.noise(5)) * 1000
        back = (middle - half + 3 * self.noise(2.5) + 7 * self.noise(5)) * 1000
        self.sites["height"][1] = back[:, ::-1]

    def _set_old_ages(self) -> None:
        wave = np.sin(np.arange(N_SLICES) / 5 + 2 * self.noise(20)[:, :, None])
        old = self.noise(9)[:, :, None] + wave > 0.4
        self.born[:] = self.day - (24 + 6 * old) * YEAR

    def column(self, face: int, x: np.ndarray) -> np.ndarray:
        return x if face == 0 else self.nx - 1 - x

    def track(self, length: float, width: float) -> tuple[np.ndarray, np.ndarray]:
        """Sites of a bent, ragged track and the distance travelled at each (sites)."""
        heading, bend = self.rng.uniform(0, 2 * np.pi), self.rng.normal(0, 0.035)
        x, y = self.rng.uniform(0, self.nx), self.rng.uniform(0, self.ny)
        along = np.full((self.ny, self.nx), np.inf)
        ragged = width * (1 + 0.28 * self.noise(3))
        reach = np.arange(-int(2 * width), int(2 * width) + 1)
        for step in range(int(length)):
            cols, rows = int(x) + reach, int(y) + reach
            window = np.ix_(rows % self.ny, cols % self.nx)
            reached = np.hypot(rows[:, None] - y, cols[None, :] - x) < ragged[window]
            nearer = np.minimum(along[window], step + 0.3 * ragged[window])
            along[window] = np.where(reached, nearer, along[window])
            heading += bend + self.rng.normal(0, 0.05)
            x, y = x + np.cos(heading), y + np.sin(heading)
        return np.isfinite(along), along

    def remodel(self, face: int, start: int, length: float, width: float, speed: float) -> None:
        """Let one BMU pass: `start` day, `speed` in sites a day."""
        inside, along = self.track(length, width)
        inside &= self.sites["state"][face] == QUIESCENT
        inside &= self.kind[:, self.column(face, np.arange(self.nx))] == 0
        rim = ndimage.distance_transform_edt(inside)
        bowl = np.clip(rim / (0.55 * width), 0, 1) ** 0.7
        depth = 1000 * bowl * (38 + 6 * self.noise(3))
        y, x = np.nonzero(inside)
        self._pass(face, y, x, start + along[y, x] / speed, depth[y, x])

    def _pass(
        self, face: int, y: np.ndarray, x: np.ndarray, arrival: np.ndarray, depth: np.ndarray
    ) -> None:
        lag = self.day - arrival
        y, x, depth, lag = (part[lag > 0] for part in (y, x, depth, lag))
        eaten = np.clip(lag / ERODING, 0.15, 1) * depth
        phase = (lag - ERODING - REVERSING) / FORMING
        filled = np.clip(phase, 0, 1) * depth * self.rng.uniform(0.94, 1.0)
        self._lay(face, y, x, eaten, filled, (self.day - lag + ERODING + REVERSING, depth))
        states = np.select(
            [lag < ERODING, phase < 0, phase < 1], [RESORPTION, REVERSAL, FORMATION], QUIESCENT
        )
        sites = self.sites[face]
        sites["state"][y, x] = states
        sites["since"][y, x] = (self.day - lag).astype(int)
        sites["formed_day"][y, x] = np.where(
            states == FORMATION, self.day, np.where(states == QUIESCENT, self.day - lag, NEVER)
        )

    def _lay(
        self,
        face: int,
        y: np.ndarray,
        x: np.ndarray,
        eaten: np.ndarray,
        filled: np.ndarray,
        clock: tuple[np.ndarray, np.ndarray],
    ) -> None:
        sign = 1 - 2 * face
        old = self.sites["height"][face, y, x]
        floor = old - sign * eaten
        self.sites["opened_nm"][face, y, x] = old
        self.sites["floor_nm"][face, y, x] = floor
        self.sites["height"][face, y, x] = floor + sign * filled
        begin, depth = clock
        column = self.column(face, x)
        k = floor[:, None] // SLICE_NM + sign * np.arange(-1, 12)
        rise = sign * ((k + 0.5) * SLICE_NM - floor[:, None])
        birth = begin[:, None] + FORMING * np.clip(rise / np.maximum(depth, 1)[:, None], 0, 1)
        new = (rise > -SLICE_NM / 2) & (rise < filled[:, None] + SLICE_NM) & (filled > 0)[:, None]
        site, layer = np.nonzero(new)
        days = np.minimum(birth[new], self.day)
        self.born[y[site], column[site], k[site, layer].astype(int)] = days

    def blob(self, radius: float) -> np.ndarray:
        """Mask (ny, nx) of an irregular patch of sites."""
        x, y = self.rng.uniform(0, self.nx), self.rng.uniform(0, self.ny)
        rows, cols = np.mgrid[: self.ny, : self.nx]
        return np.hypot(cols - x, rows - y) < radius * (1 + 0.4 * self.noise(1.5))

    def pierce(self, radius: float) -> None:
        """Open a hole through both faces."""
        hole = self.blob(radius)
        middle = (self.sites["height"][0] + self.sites["height"][1][:, ::-1]) // 2
        self.sites["height"][0][hole] = middle[hole]
        self.sites["height"][1][hole[:, ::-1]] = middle[:, ::-1][hole[:, ::-1]]
        self.sites["state"][0][hole] = self.sites["state"][1][hole[:, ::-1]] = HOLE
        self.kind[hole] = 1

    def arrest(self, face: int, radius: float) -> None:
        here = self.blob(radius) & (self.sites["state"][face] == QUIESCENT)
        self.sites["state"][face][here] = ARRESTED
        self.sites["height"][face][here] -= (1 - 2 * face) * 14000


def _history(bone: _Builder) -> None:
    area = bone.nx * bone.ny / 10_000
    small = min(1.0, bone.nx / 100)
    for age in np.sort(bone.rng.uniform(0.6, 5.0, int(95 * area) + 8) ** 2)[::-1]:
        face = int(bone.rng.integers(2))
        length, width = bone.rng.uniform(14, 34) * small, bone.rng.uniform(7, 12) * small
        bone.remodel(face, int(bone.day - age * YEAR), length, width, 0.6)
    for _ in range(max(2, round(3 * area))):
        bone.pierce(bone.rng.uniform(1.2, 2.4))
    for number in range(max(4, round(6 * area))):
        length, width = bone.rng.uniform(32, 62) * small, bone.rng.uniform(6.5, 10) * small
        start = bone.day - int(bone.rng.uniform(0.55, 1.25) * length / 0.42)
        bone.remodel(number % 2, start, length, width, 0.42)
    for face in (0, 1):
        bone.arrest(face, 3.5 * small)


def _rows(name: str, sites: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    rows = np.zeros(len(sites), [("id", "i8"), ("site", "i4"), ("age", "f4"), *TRAITS[name]])
    rows["site"] = sites
    rows["id"] = rng.integers(1, 2**62, len(sites))
    rows["age"] = rng.uniform(0, 60, len(sites))
    return rows


def _spaced(candidates: np.ndarray, nx: int, gap: float, count: int) -> np.ndarray:
    kept: list[int] = []
    for site in candidates:
        y, x = divmod(int(site), nx)
        if all(np.hypot(y - k // nx, x - k % nx) > gap for k in kept):
            kept.append(int(site))
        if len(kept) == count:
            break
    return np.array(kept, int)


def _osteoclasts(bone: _Builder) -> np.ndarray:
    state = bone.sites["state"].ravel()
    pool = bone.rng.permutation(np.flatnonzero(state == RESORPTION))
    rows = _rows("osteoclast", _spaced(pool, bone.nx, 6.5, 40), bone.rng)
    rows["nuclei"] = np.round(bone.rng.uniform(3, 13, len(rows)))
    rows["heading"] = bone.rng.uniform(0, 6.28, len(rows))
    flat = bone.sites.reshape(-1)
    for row, cell in enumerate(rows):
        flat["osteoclast"][_footprint(bone, cell)] = row + 1
    return rows


def _footprint(bone: _Builder, cell: np.void) -> np.ndarray:
    face, rest = divmod(int(cell["site"]), bone.nx * bone.ny)
    y, x = divmod(rest, bone.nx)
    rows, cols = np.mgrid[: bone.ny, : bone.nx]
    near = np.hypot(rows - y, cols - x) < np.sqrt(2.5 * cell["nuclei"] / np.pi)
    return face * bone.nx * bone.ny + np.flatnonzero(near)


def _choose(bone: _Builder, state: int, share: float) -> np.ndarray:
    pool = np.flatnonzero(bone.sites["state"].ravel() == state)
    return np.sort(bone.rng.choice(pool, int(share * len(pool)), replace=False))


def _precursors(bone: _Builder) -> np.ndarray:
    sites = np.r_[_choose(bone, RESORPTION, 0.05), _choose(bone, QUIESCENT, 0.0012)]
    rows = _rows("osteoclast_precursor", sites, bone.rng)
    rows["nfatc1"] = bone.rng.uniform(0, 1, len(rows))
    return rows


def _mscs(bone: _Builder) -> np.ndarray:
    committed, free = _choose(bone, REVERSAL, 0.035), _choose(bone, QUIESCENT, 0.0006)
    rows = _rows("msc", np.r_[committed, free], bone.rng)
    rows["stage"] = np.arange(len(rows)) < len(committed)
    return rows


def _osteocytes(bone: _Builder) -> np.ndarray:
    front, back = bone.sites["height"][0], bone.sites["height"][1][:, ::-1]
    count = int(0.22 * bone.nx * bone.ny)
    columns = bone.rng.integers(0, bone.nx * bone.ny, count)
    depth = bone.rng.uniform(0.12, 0.88, count)
    rows = _rows("osteocyte", columns, bone.rng)
    low, high = back.ravel()[columns], front.ravel()[columns]
    rows["z"] = low + depth * (high - low)
    rows["calling"] = np.where(bone.rng.random(count) < 0.003, 0.9, 0.05)
    return rows[high - low > 30_000]


def _adipocytes(bone: _Builder) -> np.ndarray:
    count = int(380 * bone.nx * bone.ny / 10_000)
    rows = _rows("adipocyte", bone.rng.integers(0, 2 * bone.nx * bone.ny, count), bone.rng)
    rows["radius_um"] = bone.rng.uniform(18, 34, count)
    return rows


MAKERS: dict[str, Callable[[_Builder], np.ndarray]] = {
    "msc": _mscs,
    "osteoblast": lambda bone: _rows("osteoblast", _choose(bone, FORMATION, 0.93), bone.rng),
    "osteocyte": _osteocytes,
    "osteoclast_precursor": _precursors,
    "osteoclast": _osteoclasts,
    "adipocyte": _adipocytes,
}


def _fields(bone: _Builder) -> FakeFields:
    eroded = (bone.sites["state"] == RESORPTION).astype(np.float32)
    maps = {
        name: np.stack([ndimage.gaussian_filter(side, 3 + i, mode="wrap") for side in eroded])
        * (20 + 40 * i)
        + 0.5
        for i, name in enumerate(FIELD_UNITS)
    }
    declarations = {name: SimpleNamespace(unit=unit) for name, unit in FIELD_UNITS.items()}
    return FakeFields(maps, declarations=declarations)


def fake_bone(
    nx: int = 100, ny: int = 100, *, day: int = 852, seed: int = 4, history: bool = True
) -> SimpleNamespace:
    """Return a model-like patch of 2 x `ny` x `nx` sites on `day`, the same for one `seed`.

    Without `history` all of it is old resting bone.
    """
    bone = _Builder(nx, ny, day, seed)
    if history:
        _history(bone)
    populations = {name: FakePopulation(make(bone)) for name, make in MAKERS.items()}
    trabecula = SimpleNamespace(
        nx=nx, ny=ny, n_sites=2 * nx * ny, n_columns=nx * ny, n_slices=N_SLICES,
        site_um=10.0, slice_um=5.0, sites=bone.sites.reshape(-1),
        born=bone.born.reshape(nx * ny, N_SLICES),
        damage=bone.rng.uniform(0, 0.2, (nx * ny, N_SLICES)).astype(np.float32),
        column_kind=bone.kind.reshape(-1),
        vessels=bone.rng.integers(0, 2 * nx * ny, 2 + nx * ny // 160).astype(np.int32),
    )  # fmt: skip
    return SimpleNamespace(
        day=day,
        spec=SimpleNamespace(title="A synthetic patch"),
        trabecula=trabecula,
        populations=populations,
        fields=_fields(bone),
    )
